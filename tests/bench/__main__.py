"""Benchmarks, printed as ratios of one run: `python -m tests.bench`. Nothing here passes or fails."""

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path

ROOT = Path(__file__).parent.parent.parent
Q2 = ROOT / "problems" / "q2.yaml"


def main() -> None:
    """Runs every benchmark."""
    whole_process()
    in_process()
    growth("RNN, time steps", rnn, (1_250, 2_500, 5_000, 10_000))
    growth("MLP, weights a layer", mlp, (125_000, 250_000, 500_000, 1_000_000))
    growth("question, parts", parts, (125, 250, 500, 1_000))


def whole_process(pairs: int = 15) -> None:
    """`nnsolve run` on Q2 against importing numpy, click and yaml alone, in turn."""
    solve = [sys.executable, "-m", "solver", "run", str(Q2), "--format", "markdown"]
    imports = [sys.executable, "-c", "import numpy, click, yaml"]
    ratios, times = [], []
    for _ in range(pairs):
        a, b = seconds(solve), seconds(imports)
        ratios.append(a / b)
        times.append(a)
    print(
        f"whole process on Q2: {statistics.median(times) * 1e3:.0f} ms, "
        f"{statistics.median(ratios):.2f} times the imports alone (target 1.4)"
    )


def seconds(command: list[str]) -> float:
    """Wall-clock seconds of one run."""
    start = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT)
    return time.perf_counter() - start


def in_process(runs: int = 60) -> None:
    """Load, solve and render Q2, once warm."""
    from solver.render.document import document
    from solver.render.markdown import render
    from solver.solving import solve_paper
    from solver.spec import load

    def once() -> None:
        paper = load(Q2)
        render(document(paper.title, solve_paper(paper)))

    times = list(timed(once, runs))[5:]
    print(
        f"load, solve and render Q2: median {statistics.median(times) * 1e3:.1f} ms, "
        f"best {min(times) * 1e3:.1f} ms (target 10)"
    )


def timed(action: Callable[[], None], runs: int) -> Iterator[float]:
    """Seconds of each run."""
    for _ in range(runs):
        start = time.perf_counter()
        action()
        yield time.perf_counter() - start


def growth(title: str, make: Callable[[int], str], sizes: tuple[int, ...]) -> None:
    """Time against size: what doubling the size multiplies the time by (2 is linear)."""
    from solver.render.document import document
    from solver.render.markdown import render
    from solver.solving import solve_paper
    from solver.spec import load

    times = []
    for size in sizes:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(make(size))
            file.flush()
            start = time.perf_counter()
            paper = load(file.name)
            render(document(paper.title, solve_paper(paper)))
            times.append(time.perf_counter() - start)
    steps = ", ".join(f"{n:,}: {t:.2f} s" for n, t in zip(sizes, times, strict=True))
    factors = ", ".join(f"{b / a:.2f}" for a, b in zip(times, times[1:], strict=False))
    print(f"{title}: {steps}; doubling costs {factors} times")


def rnn(steps: int) -> str:
    """A Jordan network over a long sequence."""
    x = ", ".join(f"[{k % 7 - 3}.5, {k % 5 - 2}.0]" for k in range(steps))
    return (
        "title: Long sequence\ngiven:\n  family: rnn\n  type: jordan\n  U: [[0.2, 0.3], [0.8, 0.9]]\n"
        f"  W: [[2.0, 1.0]]\n  V: [[0.2], [-0.2]]\n  b: 0.2\n  c: 0.2\n  y0: 1.0\n  x: [{x}]\n"
        "parts:\n  - {label: a, find: output}\n"
    )


def mlp(weights: int) -> str:
    """A network whose one hidden layer has `weights` weights, a thousand inputs wide."""
    inputs, neurons = 1_000, weights // 1_000
    row = "[" + ", ".join(f"0.{k % 90 + 10}" for k in range(neurons)) + "]"
    return (
        f"title: Wide\ngiven:\n  family: mlp\n  x: [{', '.join(['0.5'] * inputs)}]\n  d: 1\n  loss: cross-entropy\n"
        f"  layers:\n    - {{W: [{', '.join([row] * inputs)}], activation: tanh}}\n"
        f"    - {{W: [{', '.join(['[0.01]'] * neurons)}], activation: sigmoid}}\n"
        "parts:\n  - {label: a, find: [forward, loss, backward]}\n"
    )


def parts(count: int) -> str:
    """A question with many parts."""
    given = "{family: formula, quantities: {a: 2.5, b: 4}, formulas: [c = a*b + 1]}"
    listed = "\n".join(f"  - {{label: p{k}, given: {given}}}" for k in range(count))
    return f"title: Many parts\nparts:\n{listed}\n"


if __name__ == "__main__":
    main()
