"""The decomposition phase in PyTorch beside a run of this program: the same weights, the same batches, the same number
of steps, and every loss of every step side by side.

Make the run with `keep_batches = N`, `log_every = 1` and `batch.accumulation = 1` in its config. This script reads
what it began with (RUN/batches/start.safetensors and the start weights), its batches (RUN/batches/), its config as
resolved and its losses (RUN/metrics.jsonl), repeats the steps, and prints each loss of both with the largest relative
difference. In single precision two programs drift apart slowly: each step starts from the one before.

usage: python training.py RUN [--weights compact-v2.safetensors] [--double]      (see README.md)
"""
import argparse, json, math, os, tomllib

import torch
import torch.nn.functional as F
from safetensors import safe_open

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
SECTIONS = (10, 20, 30, 40, 50, 60)
SAME_PERSON = 0.8
BELLS = ((2, 2), (6, 3), (10, 3), (14, 3), (18, 4), (25, 5), (35, 6), (45, 6), (55, 6), (65, 7), (80, 9))


def read(path):
    with safe_open(path, "pt") as file:
        return {name: file.get_tensor(name) for name in file.keys()}


class Network:
    """The compact network as functions of named tensors."""

    def __init__(self, tensors, strides, input_scale, pools):
        self.tensors, self.strides, self.input_scale, self.pools = tensors, strides, input_scale, pools

    def conv(self, x, name, stride=1, groups=1):
        weight = self.tensors[name + ".weight"]
        return F.conv2d(x, weight, self.tensors[name + ".bias"], stride, weight.shape[-1] // 2, groups=groups)

    def linear(self, x, name):
        return F.linear(x, self.tensors[name + ".weight"], self.tensors.get(name + ".bias"))

    def backbone(self, faces):
        x = F.prelu(self.conv(faces * self.input_scale, "backbone.stem"), self.tensors["backbone.stem_act.weight"])
        for index, stride in enumerate(self.strides):
            name = f"backbone.pairs.{index}."
            x = F.prelu(self.conv(x, name + "depthwise", stride, x.shape[1]), self.tensors[name + "act1.weight"])
            x = F.prelu(self.conv(x, name + "pointwise"), self.tensors[name + "act2.weight"])
        return x

    def divide(self, x):
        pooled = lambda pool: torch.cat([pool(x, side).flatten(1) for side in self.pools], 1)
        pyramid = pooled(F.adaptive_avg_pool2d) + pooled(F.adaptive_max_pool2d)
        hidden = F.relu(self.linear(pyramid, "afd.channel_fc1"))
        channel = torch.sigmoid(self.linear(hidden, "afd.channel_fc2"))[:, :, None, None]
        stacked = torch.cat([x.amax(1, keepdim=True), x.mean(1, keepdim=True)], 1)
        spatial = torch.sigmoid(self.conv(stacked, "afd.spatial_conv"))
        x_age = x * (0.5 * (channel + spatial))
        return x - x_age, x_age

    def embed(self, x_id):
        return F.normalize(self.linear(x_id.flatten(1), "identity.proj"))

    def age(self, x_age):
        hidden = F.relu(self.linear(F.relu(self.conv(x_age, "age.squeeze")).flatten(1), "age.fc1"))
        ages = self.linear(hidden, "age.age")
        return ages, self.linear(ages, "age.group")

    def adversary(self, x):
        return self.linear(F.relu(self.linear(x, "adversary.hidden")), "adversary.out")


class Reversed(torch.autograd.Function):
    """The same numbers; their gradient turned and multiplied by a strength."""

    @staticmethod
    def forward(context, x, strength):
        context.strength = strength
        return x.clone()

    @staticmethod
    def backward(context, gradient):
        return -context.strength * gradient, None


def soft_cross_entropy(logits, targets):
    return -(targets * logits.log_softmax(1)).sum(1).mean()


def independence(embeddings, years):
    described = [torch.exp(-((years - centre) ** 2) / (2 * deviation**2)) for centre, deviation in BELLS]
    described = torch.stack([*described, years / 50], 1)
    described = (described - described.mean(0)) / (described.std(0) + 0.05)
    covariances = (embeddings - embeddings.mean(0)).T @ described / len(years)
    return covariances.square().sum() / described.shape[1] * embeddings.shape[1]


def told_apart(student, embeddings, target, own, all_faces, settings):
    cosines = embeddings @ F.normalize(student.tensors["faces.weight"]).T
    is_own = F.one_hot(own, len(all_faces)).bool()
    alike = (target @ all_faces.T > settings["faces_alike"]) & ~is_own
    classifier = settings["classifier"]
    logits = classifier["scale"] * (cosines - classifier["margin"] * is_own)
    return F.cross_entropy(logits.masked_fill(alike, -1e4), own)


def losses(student, teacher, batch, step, settings):
    faces, years, classes, own, all_faces = batch
    aged, people = len(years), len(classes)
    x_id, x_age = student.divide(student.backbone(faces))
    embeddings = student.embed(x_id)
    with torch.no_grad():
        target = teacher.embed(teacher.divide(teacher.backbone(faces))[0])
    terms = {"distillation": 1 - (embeddings * target).sum(1).mean()}
    weights = settings["weights"]
    total = weights["distillation"] * terms["distillation"]
    if people:
        classifier = settings["classifier"]
        directions = F.normalize(student.tensors["classifier.weight"])
        cosines = embeddings[-people:] @ directions.T
        is_own = F.one_hot(classes, len(directions)).to(cosines.dtype)
        terms["identity"] = F.cross_entropy(classifier["scale"] * (cosines - classifier["margin"] * is_own), classes)
        total = total + weights["identity"] * terms["identity"]
    if aged:
        years = years.clamp(max=100)
        bins = torch.arange(101, dtype=years.dtype)
        soft = (-((bins[None] - years[:, None]) ** 2) / 8).softmax(1)
        group = sum((years > bound).long() for bound in SECTIONS)
        ages, groups = student.age(x_age[:aged])
        expected = (ages.softmax(1) * bins).sum(1)
        terms["age"] = (
            soft_cross_entropy(ages, soft)
            + 0.05 * F.smooth_l1_loss(expected, years)
            + 0.5 * F.cross_entropy(groups, group)
        )
        ramp = settings["adversary_ramp_steps"]
        strength = weights["adversary"] * (min(1, step / ramp) if ramp else 1)
        seen = 8 * Reversed.apply(embeddings[:aged], strength)
        terms["adversary"] = soft_cross_entropy(student.adversary(seen), soft)
        cosines = embeddings[:aged] @ embeddings[:aged].T
        pairs = torch.ones_like(cosines).triu(1) * (group[:, None] == group[None]) * (cosines.detach() < SAME_PERSON)
        near = F.relu(cosines - settings["impostor_margin"]) ** 2
        terms["impostor"] = (near * pairs).sum() / pairs.sum().clamp(min=1)
        total = total + weights["age"] * terms["age"] + terms["adversary"] + weights["impostor"] * terms["impostor"]
        if weights["independence"] > 0:
            terms["independence"] = independence(embeddings[:aged], years)
            total = total + weights["independence"] * terms["independence"]
        if len(all_faces):
            terms["faces"] = told_apart(student, embeddings[:aged], target[:aged], own, all_faces, settings)
            total = total + weights["faces"] * terms["faces"]
    terms["total"] = total
    return terms


def learning_rate(schedule, step, steps):
    if step < schedule["warmup_steps"]:
        return schedule["learning_rate"] * (step + 1) / schedule["warmup_steps"]
    if schedule["kind"] == "constant":
        return schedule["learning_rate"]
    if schedule["kind"] == "steps":
        return schedule["learning_rate"] * schedule["factor"] ** sum(m <= step for m in schedule["milestones"])
    done = min(1, (step - schedule["warmup_steps"]) / max(1, steps - schedule["warmup_steps"]))
    return schedule["learning_rate"] * 0.5 * (1 + math.cos(math.pi * done))


def longest(numbers, name, otherwise):
    fitting = [prefix for prefix in numbers if name.startswith(prefix)]
    return numbers[max(fitting, key=len)] if fitting else otherwise


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("run")
    parser.add_argument("--weights", default=os.path.join(ROOT, "assets", "compact-v2.safetensors"))
    parser.add_argument("--double", action="store_true", help="repeat in double precision: how far single is from it")
    parser.add_argument("--threads", type=int, default=2)
    arguments = parser.parse_args()
    torch.set_num_threads(arguments.threads)
    kept = os.path.join(arguments.run, "batches")
    with open(os.path.join(arguments.run, "config.toml"), "rb") as file:
        config = tomllib.load(file)
    with open(os.path.join(ROOT, "assets", "compact-v2-config.json")) as file:
        widths = json.load(file)
    settings, number = config["decomposition"], torch.float64 if arguments.double else torch.float32

    start = {name: tensor.to(number) for name, tensor in read(arguments.weights).items()}
    began = read(os.path.join(kept, "start.safetensors"))
    learning = {}
    for name, tensor in began.items():
        if not name.startswith(("moments.", "teacher.")):
            learning[name.removeprefix("network.")] = tensor.to(number).requires_grad_()
    all_faces = began.get("teacher.faces", torch.zeros(0)).to(number)
    class_of = {int(sample): index for index, sample in enumerate(began.get("teacher.samples", torch.zeros(0)))}
    teacher_weights = start
    if "teacher" in settings:
        teacher_weights = {name: tensor.to(number) for name, tensor in read(settings["teacher"]).items()}
    backbone = widths["backbone"]
    network = lambda tensors: Network(
        tensors, [pair["stride"] for pair in backbone["pairs"]], backbone["input_scale"], widths["afd"]["pools"]
    )
    student, teacher = network({**start, **learning}), network(teacher_weights)

    groups = [
        dict(
            params=[tensor],
            rate=longest(settings["rates"], name, 1.0),
            weight_decay=longest(settings["decay"], name, 0.0),
        )
        for name, tensor in learning.items()
    ]
    optimiser = torch.optim.AdamW(groups, lr=0.0, betas=(0.9, 0.999), eps=1e-8)
    with open(os.path.join(arguments.run, "metrics.jsonl")) as file:
        metrics = {line["step"]: line["losses"] for line in map(json.loads, file)}

    worst, batch_files = 0.0, sorted(name for name in os.listdir(kept) if name != "start.safetensors")
    for step in range(config["keep_batches"]):
        names = [name for name in batch_files if name.startswith(f"{step:06}-")]
        if not names or step + 1 not in metrics:
            break
        parts = [read(os.path.join(kept, name)) for name in names]
        aged = config["batch"]["aged"] > 0
        years = parts[0]["ages_years"].to(number) if aged else torch.zeros(0, dtype=number)
        with_people = config["batch"]["identities"] > 0
        classes = parts[-1]["identities"].long() if with_people else torch.zeros(0, dtype=torch.long)
        samples = parts[0]["samples"].long().tolist() if len(all_faces) else []
        own = torch.tensor([class_of[sample] for sample in samples], dtype=torch.long)
        faces = torch.cat([part["crops"] for part in parts]).to(number)
        terms = losses(student, teacher, (faces, years, classes, own, all_faces), step, settings)
        optimiser.zero_grad()
        terms["total"].backward()
        norm = torch.nn.utils.clip_grad_norm_(learning.values(), settings["longest_gradient"])
        for group in optimiser.param_groups:
            group["lr"] = group["rate"] * learning_rate(config["schedule"], step, config["steps"])
        optimiser.step()
        found = {name: value.item() for name, value in terms.items()} | {"gradient": norm.item()}
        ours = metrics[step + 1]
        apart = {name: abs(ours[name] - value) / max(abs(value), 1e-6) for name, value in found.items()}
        largest = max(apart, key=apart.get)
        worst = max(worst, apart[largest])
        said = "  ".join(f"{name} {ours[name]:.6g} | {value:.6g}" for name, value in found.items())
        print(f"step {step + 1}: {said}  apart {apart[largest]:.1e} ({largest})", flush=True)
    print(f"largest relative difference: {worst:.2e}")


if __name__ == "__main__":
    main()
