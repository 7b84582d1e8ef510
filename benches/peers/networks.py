"""The compact network in PyTorch beside this program's own bench, in one run: time of encoding one aligned face and of
the seven anchors, at one thread and at two, and the ratio of the two programs.

The two take turns, several rounds each, and the fastest of all rounds counts: on a machine that also does other work
the fastest run is the one least disturbed. At one thread the processor time is compared as well, which others' work
disturbs less. PyTorch is measured as it comes and with its weights in channels-last order, and the faster of both is
what the ratio is taken against. Synthesis runs as its authors wrote it, the seven groups as one batch.

usage: python encode.py [--model FOLDER] [--rounds N]      (see README.md)
"""
import argparse, json, os, subprocess, sys, time

HERE = os.path.dirname(os.path.abspath(__file__))
ROOT = os.path.dirname(os.path.dirname(HERE))
CASES = ("encode_1", "encode_2", "seven_anchors")


def torch_worker(model_folder, threads, seconds):
    """Prints {case: [fastest wall ms, fastest processor ms]} of this process's PyTorch."""
    sys.path.insert(0, model_folder)
    import torch
    from model import load_exported

    torch.set_num_threads(threads)
    torch.manual_seed(0)
    face = torch.rand(1, 3, 112, 112) * 2 - 1
    groups = torch.arange(7)
    best = {}
    for channels_last in (False, True):
        net = load_exported(os.path.join(ROOT, "assets", "compact-v1.safetensors"))
        layout = torch.channels_last if channels_last else torch.contiguous_format
        for p in net.parameters():
            if p.dim() == 4:
                p.data = p.data.contiguous(memory_format=layout)
        arrange = lambda t: t.contiguous(memory_format=layout) if t.dim() == 4 else t

        def encode(faces):
            f = net.features(faces)
            return net.identity(f["x_id"]), net.age(f["x_age"])

        with torch.inference_mode():
            one, two = arrange(face), arrange(face.repeat(2, 1, 1, 1))
            seven = arrange(face.repeat(7, 1, 1, 1))
            shared = {k: arrange(v.repeat(7, *[1] * (v.dim() - 1))) for k, v in net.features(one).items()}
            g = net.generator
            cases = dict(
                encode_1=lambda: encode(one),
                encode_2=lambda: encode(two),
                seven_anchors=lambda: g.decoder(g.icm(shared["x_id"], groups), shared, seven),
            )
            for name, run in cases.items():
                run(); run()
                wall, cpu = timed(run, seconds)
                held = best.get(name, [float("inf")] * 2)
                best[name] = [min(held[0], wall), min(held[1], cpu)]
    print(json.dumps(best))


def timed(run, seconds):
    wall = cpu = float("inf")
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        w, c = time.perf_counter(), time.process_time()
        run()
        wall, cpu = min(wall, (time.perf_counter() - w) * 1e3), min(cpu, (time.process_time() - c) * 1e3)
    return wall, cpu


def rust_worker(bench, threads, seconds):
    """{case: [fastest wall ms, fastest processor ms]} of the Rust bench."""
    env = dict(os.environ, RAYON_NUM_THREADS=str(threads), MTLFACE_PEER_SECONDS=str(seconds))
    return json.loads(subprocess.run([bench], env=env, check=True, capture_output=True, text=True, cwd=ROOT).stdout)


def built_bench():
    """Builds the bench and returns its path."""
    command = ["cargo", "bench", "--bench", "encode", "--no-run", "--message-format=json"]
    out = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True, cwd=ROOT).stdout
    messages = [json.loads(line) for line in out.splitlines() if line.startswith("{")]
    built = [m["executable"] for m in messages if m.get("target", {}).get("name") == "encode" and m.get("executable")]
    return built[-1]


def fastest(a, b):
    return {k: [min(x, y) for x, y in zip(a.get(k, [float("inf")] * 2), b[k])] for k in b}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--model", default=os.path.join(ROOT, "..", "shared", "training"), help="folder of model.py")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--seconds", type=float, default=2.0, help="for each case, program and round")
    parser.add_argument("--torch-worker", type=int, help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.torch_worker:
        return torch_worker(args.model, args.torch_worker, args.seconds)
    bench = built_bench()
    for threads in (1, 2):
        rust, torch = {}, {}
        for _ in range(args.rounds):
            rust = fastest(rust, rust_worker(bench, threads, args.seconds))
            worker = [sys.executable, __file__, "--model", args.model, "--seconds", str(args.seconds), "--torch-worker", str(threads)]
            torch = fastest(torch, json.loads(subprocess.run(worker, check=True, capture_output=True, text=True).stdout))
        print(f"threads {threads}          mtlface ms   PyTorch ms   ratio" + ("   ratio of processor time" if threads == 1 else ""))
        for case in CASES:
            (w, c), (tw, tc) = rust[case], torch[case]
            print(f"  {case:14s} {w:12.1f} {tw:12.1f} {w / tw:7.2f}" + (f" {c / tc:12.2f}" if threads == 1 else ""))
    print("load average", "%.1f %.1f %.1f" % os.getloadavg(), "on", os.cpu_count(), "cores")


if __name__ == "__main__":
    main()
