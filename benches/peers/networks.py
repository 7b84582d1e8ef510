"""The networks in PyTorch, and their encoders in ONNX Runtime, beside this program's own bench, in one run: time of
encoding one aligned face and of making it older, at one thread and at two, and the ratio of the programs.

The programs take turns, several rounds each, and the fastest of all rounds counts: on a machine that also does other
work the fastest run is the one least disturbed. At one thread the processor time is compared as well, which others'
work disturbs less. PyTorch is measured as it comes and with its weights in channels-last order, and the faster of both
is what the ratio is taken against. Synthesis runs as its authors wrote it, the seven groups as one batch.

usage: python networks.py [--preset compact|cvpr2021|tpami2022] [--rounds N]      (see README.md)
"""
import argparse, json, os, subprocess, sys, tempfile, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = dict(
    compact=("encode_1", "encode_2", "seven_anchors"),
    cvpr2021=("encode_1", "encode_2", "seven_anchors"),
    tpami2022=("encode_1", "encode_2", "codes_of_one_age", "decode_from_nothing"),
)


def compact(model_folder):
    """{case: run} and the module to re-lay, for the compact network with its own weights."""
    sys.path.insert(0, model_folder)
    import torch
    from model import load_exported

    net = load_exported(os.path.join(ROOT, "assets", "compact-v2.safetensors"))

    def encode(faces):
        f = net.features(faces)
        return net.identity(f["x_id"]), net.age(f["x_age"])

    def cases(one, two, arrange):
        groups = torch.arange(7)
        shared = {k: arrange(v.repeat(7, *[1] * (v.dim() - 1))) for k, v in net.features(one).items()}
        seven, g = arrange(one.repeat(7, 1, 1, 1)), net.generator
        return dict(seven_anchors=lambda: g.decoder(g.icm(shared["x_id"], groups), shared, seven))

    return net, encode, cases


def cvpr2021(reference_folder):
    """The published network of CVPR 2021, random weights."""
    sys.path.insert(0, reference_folder)
    import torch
    from gen_a import CfgA, build_a

    net = build_a(CfgA()).eval()

    def encode(faces):
        f = net["backbone"](faces)
        return f["embedding"], net["estimation_network"](f["x_age"])

    def cases(one, two, arrange):
        groups = torch.arange(7)
        shared = {k: arrange(v.repeat(7, *[1] * (v.dim() - 1))) for k, v in net["backbone"](one).items()}
        seven = arrange(one.repeat(7, 1, 1, 1))
        return dict(seven_anchors=lambda: net["generator"](seven, shared, groups))

    return net, encode, cases


def tpami2022(reference_folder):
    """The published network of TPAMI 2022, random weights."""
    sys.path.insert(0, reference_folder)
    import torch
    from gen_b import CfgB, MTLFaceB

    net = MTLFaceB(CfgB()).eval()
    for p in net.parameters():
        torch.nn.init.normal_(p, std=0.02)

    def encode(faces):
        f = net.encoder.features(faces)
        return f["x_vec"], net.age_estimator(f["x_age"])

    def cases(one, two, arrange):
        features, group = net.encoder.features(one), torch.tensor([3])
        codes = net.encoder.codes(features, group)[0]
        return dict(
            codes_of_one_age=lambda: net.encoder.codes(features, group),
            decode_from_nothing=lambda: net.render(codes),
        )

    return net, encode, cases


PRESETS = dict(compact=compact, cvpr2021=cvpr2021, tpami2022=tpami2022)


def torch_worker(preset, folder, threads, seconds):
    """Prints {case: [fastest wall ms, fastest processor ms]} of this process's PyTorch."""
    import torch

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    face = torch.rand(1, 3, 112, 112) * 2 - 1
    net, encode, others = PRESETS[preset](folder)
    best = {}
    for channels_last in (False, True):
        layout = torch.channels_last if channels_last else torch.contiguous_format
        for p in net.parameters():
            if p.dim() == 4:
                p.data = p.data.contiguous(memory_format=layout)
        arrange = lambda t: t.contiguous(memory_format=layout) if t.dim() == 4 else t
        with torch.inference_mode():
            one, two = arrange(face), arrange(face.repeat(2, 1, 1, 1))
            cases = dict(encode_1=lambda: encode(one), encode_2=lambda: encode(two), **others(one, two, arrange))
            for name, run in cases.items():
                run(); run()
                best = fastest(best, {**best, name: timed(run, seconds)})
    print(json.dumps(best))


def onnx_worker(preset, folder, threads, seconds):
    """The same of ONNX Runtime, for the encoder alone."""
    import torch, onnxruntime

    net, encode, _ = PRESETS[preset](folder)
    # ONNX has no adaptive pooling into grids that do not divide the map: the same windows, cut out one by one.
    torch.nn.functional.adaptive_avg_pool2d = lambda x, side: windows(x, side, lambda w: w.mean((2, 3)))
    torch.nn.functional.adaptive_max_pool2d = lambda x, side: windows(x, side, lambda w: w.amax((2, 3)))

    class Encoder(torch.nn.Module):
        def __init__(self):
            super().__init__()
            self.net = net

        def forward(self, faces):
            embedding, (age, group) = encode(faces)
            return embedding, age, group

    face = torch.rand(2, 3, 112, 112) * 2 - 1
    best = {}
    with tempfile.TemporaryDirectory() as folder:
        for count in (1, 2):
            path = os.path.join(folder, f"{count}.onnx")
            torch.onnx.export(Encoder().eval(), (face[:count],), path, dynamo=False, input_names=["faces"])
            options = onnxruntime.SessionOptions()
            options.intra_op_num_threads = threads
            session = onnxruntime.InferenceSession(path, options, providers=["CPUExecutionProvider"])
            run = lambda: session.run(None, {"faces": face[:count].numpy()})
            run(); run()
            best[f"encode_{count}"] = timed(run, seconds)
    print(json.dumps(best))


def windows(x, side, pool):
    import torch

    side, n = (side if isinstance(side, int) else side[0]), x.shape[-1]
    spans = [slice(i * n // side, -(-(i + 1) * n // side)) for i in range(side)]
    rows = [torch.stack([pool(x[:, :, r, c]) for c in spans], 2) for r in spans]
    return torch.stack(rows, 2)


def timed(run, seconds):
    wall = cpu = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        w, c = time.perf_counter(), time.process_time()
        run()
        wall, cpu = min(wall, (time.perf_counter() - w) * 1e3), min(cpu, (time.process_time() - c) * 1e3)
    return wall, cpu


def rust_worker(bench, preset, threads, seconds):
    """{case: [fastest wall ms, fastest processor ms]} of the Rust bench."""
    env = dict(os.environ, RAYON_NUM_THREADS=str(threads), MTLFACE_PEER_SECONDS=str(seconds), MTLFACE_BENCH_PRESET=preset)
    out = subprocess.run([bench], env=env, check=True, capture_output=True, text=True, cwd=ROOT).stdout
    return {name.split("/")[1]: times for name, times in json.loads(out).items()}


def built_bench():
    """Builds the bench and returns its path."""
    command = ["cargo", "bench", "--bench", "networks", "--no-run", "--message-format=json"]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    messages = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    built = [m["executable"] for m in messages if m.get("target", {}).get("name") == "networks" and m.get("executable")]
    return built[-1]


def fastest(a, b):
    return {k: [min(x, y) for x, y in zip(a.get(k, [float("inf")] * 2), b[k])] for k in b}


def main():
    parser = argparse.ArgumentParser()
    shared = os.path.join(ROOT, "..", "shared")
    parser.add_argument("--preset", choices=list(PRESETS), action="append")
    parser.add_argument("--model", default=os.path.join(shared, "training"), help="folder of the compact model.py")
    parser.add_argument("--reference", default=os.path.join(shared, "reference"), help="folder of gen_a.py and gen_b.py")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each case, program and round")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    args = parser.parse_args()
    folder = lambda preset: args.model if preset == "compact" else args.reference
    if args.worker:
        program, preset, threads = args.worker
        run = dict(torch=torch_worker, onnx=onnx_worker)[program]
        return run(preset, folder(preset), int(threads), args.seconds)
    bench = built_bench()
    for preset in args.preset or PRESETS:
        for threads in (1, 2):
            compare(bench, preset, threads, args)
    print("load average", "%.1f %.1f %.1f" % os.getloadavg(), "on", os.cpu_count(), "cores")


def compare(bench, preset, threads, args):
    """All rounds of one preset at so many threads, and their table."""
    best = dict(rust={}, torch={}, onnx={})
    for _ in range(args.rounds):
        best["rust"] = fastest(best["rust"], rust_worker(bench, preset, threads, args.seconds))
        for program in ("torch", "onnx"):
            worker = [sys.executable, __file__, "--model", args.model, "--reference", args.reference]
            worker += ["--seconds", str(args.seconds), "--worker", program, preset, str(threads)]
            out = subprocess.run(worker, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout
            best[program] = fastest(best[program], json.loads(out.splitlines()[-1]))
    print(f"{preset}, {threads} thread(s)       mtlface ms    peer ms   ratio   ratio of processor time")
    for case in CASES[preset]:
        for program in ("torch", "onnx"):
            if case in best[program]:
                (w, c), (pw, pc) = best["rust"][case], best[program][case]
                print(f"  {case:20s} {program:5s} {w:10.1f} {pw:10.1f} {w / pw:7.2f} {c / pc:10.2f}")


if __name__ == "__main__":
    main()
