"""Benchmarks, printed as ratios of one run: `python -m tests.bench`. Nothing here passes or fails."""

import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from importlib import import_module
from itertools import pairwise
from shutil import which

from tests.places import ROOT

Q2 = ROOT / "problems" / "q2.yaml"


def main() -> None:
    """Runs every benchmark, threads and the collection of garbage as on the command line."""
    import_module("solver.cli")
    whole_process()
    in_process()
    growth("RNN, time steps", rnn, (1_250, 2_500, 5_000, 9_900))
    growth("MLP, weights a layer", mlp, (125_000, 250_000, 500_000, 1_000_000))
    growth("question, parts", parts, (250, 500, 1_000, 2_000))
    growth("positional encoding, dimensions", positional, (1_250, 2_500, 5_000, 10_000))
    growth("training, iterations", training, (125, 250, 500, 1_000))
    growth("training of one neuron, iterations", one_neuron, (530, 1_060, 2_120, 4_240))
    growth("optimizer, iterations", optimizer, (1_250, 2_500, 5_000, 9_900))
    growth("network counted, layers", network, (250, 500, 1_000, 2_000))
    growth("backpropagation through time, steps", bptt, (250, 500, 1_000))
    one_step()


def whole_process(pairs: int = 20) -> None:
    """`nnsolve run` on Q2 against importing numpy, click and yaml alone, in turn."""
    solve = [sys.executable, "-m", "solver", "run", str(Q2), "--format", "markdown"]
    imports = [sys.executable, "-c", "import numpy, click, yaml"]
    for command in (solve, imports):
        run(command)  # once, so that all is compiled
    times = [(run(solve), run(imports)) for _ in range(pairs)]
    wall, user = (statistics.median(a[k] / b[k] for a, b in times) for k in (0, 1))
    counted = f", instructions {instructions(solve) / instructions(imports):.2f}" if which("valgrind") else ""
    print(
        f"whole process on Q2: {statistics.median(a[0] for a, _ in times) * 1e3:.0f} ms; "
        f"times the imports alone: wall {wall:.2f}, user {user:.2f}{counted} (target 1.4)"
    )


COMPILING = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""An environment in which compiled modules are kept, as they are where a package is installed."""


def run(command: list[str]) -> tuple[float, float]:
    """Wall-clock and user seconds of one run."""
    start, before = time.perf_counter(), os.times().children_user
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, cwd=ROOT, env=COMPILING)
    return time.perf_counter() - start, os.times().children_user - before


def instructions(command: list[str]) -> int:
    """How many instructions one run takes, which no other process changes."""
    count = ["valgrind", "--tool=callgrind", "--callgrind-out-file=/dev/null"]
    env = COMPILING | {"PYTHONHASHSEED": "0"}
    done = subprocess.run([*count, *command], check=True, capture_output=True, text=True, cwd=ROOT, env=env)
    return int(done.stderr.rpartition("Collected :")[2].split()[0])


def in_process(runs: int = 60) -> None:
    """Load, solve and render Q2, once warm."""
    from solver.render.document import document
    from solver.render.format_markdown import render
    from solver.spec.reader import load
    from solver.working.solve import solve_paper

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
    """Processor time against size: what doubling the size multiplies it by (2 is linear)."""
    from solver.render.document import document
    from solver.render.format_markdown import render
    from solver.spec.reader import load
    from solver.working.solve import solve_paper

    times = []
    for size in sizes:
        with tempfile.NamedTemporaryFile("w", suffix=".yaml", encoding="utf-8") as file:
            file.write(make(size))
            file.flush()
            start = time.process_time()
            paper = load(file.name)
            render(document(paper.title, solve_paper(paper)))
            times.append(time.process_time() - start)
    steps = ", ".join(f"{n:,}: {t:.2f} s" for n, t in zip(sizes, times, strict=True))
    factors = ", ".join(f"{b / a:.2f}" for a, b in pairwise(times))
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


def training(iterations: int) -> str:
    """A small network that learns two patterns in turn."""
    return (
        "title: Training\nround: {figures: 4}\ngiven:\n  family: mlp\n  X: [[1, 3], [-2, -2]]\n  D: [[0, 1], [1, 0]]\n"
        "  loss: half-square-error\n  layers:\n    - {W: [[1, 2], [-2, 0]], b: [3, -1], activation: sigmoid}\n"
        "    - {W: [[1, 1], [0, -2]], b: [-2, 3], activation: sigmoid}\n"
        f"  train: {{rate: 0.1, mode: stochastic, iterations: {iterations}}}\nparts: [{{label: a, find: history}}]\n"
    )


def one_neuron(iterations: int) -> str:
    """The smallest network, learning for as long as it may."""
    return (
        "title: One neuron\nround: {figures: 4}\ngiven:\n  family: mlp\n  x: [1]\n  d: 1\n  loss: half-square-error\n"
        f"  layers: [{{W: [[1]], activation: sigmoid}}]\n  train: {{rate: 0.1, iterations: {iterations}}}\n"
        "parts: [{label: a, find: history}]\n"
    )


def optimizer(iterations: int) -> str:
    """Gradient descent on a parabola."""
    return (
        "title: Parabola\ngiven: {family: optimizer, quantities: {x: 10}, loss: f = (x - 4)**2, parameters: x, "
        f"rate: 0.001, iterations: {iterations}}}\nparts: [{{label: a, find: final}}]\n"
    )


def network(layers: int) -> str:
    """Residual blocks of a convolution and a norm, counted."""
    return (
        f"title: Deep\ngiven: {{family: count, input: [8, 16, 16], layers: [{{repeat: {layers // 2}, shortcut: true, "
        "layers: [conv 8@3x3 padding 1, batch-norm]}]}\nparts: [{label: a, find: [parameters, macs]}]\n"
    )


def bptt(steps: int) -> str:
    """The gradients of an Elman network over a long sequence."""
    x = ", ".join(f"[{k % 7 - 3}.5, {k % 5 - 2}.0]" for k in range(steps))
    d = ", ".join(f"[{k % 2}]" for k in range(steps))
    return (
        "title: Long sequence\ngiven:\n  family: rnn\n  type: elman\n  U: [[0.2, 0.3], [0.8, 0.9]]\n"
        "  W: [[0.1, 0.2], [0.3, -0.2]]\n  V: [[0.2], [-0.2]]\n  b: 0.2\n  c: 0.2\n  loss: cross-entropy\n"
        f"  x: [{x}]\n  d: [{d}]\nparts:\n  - {{label: a, find: {{gradients of: [U, W, V, b, c]}}}}\n"
    )


def one_step(layers: int = 20, neurons: int = 200, runs: int = 7) -> None:
    """Forward, backward, one step of Adam, all of it in a document, against the same numbers in numpy."""
    import numpy as np

    from solver.families.mlp import Given, work
    from solver.families.mlp.given import Train
    from solver.formula.tree import Array, Num
    from solver.nets.network import AnyLayer
    from solver.render.document import document
    from solver.render.format_markdown import render
    from solver.rounding import Rounding
    from solver.spec.nodes import Place, Report
    from solver.working.question import Part, Question, Task
    from solver.working.solve import solve_question

    rng, form = np.random.default_rng(0), Rounding(4)

    def numbers(rows: int, columns: int) -> Array:
        return Array(form.round(rng.normal(size=(rows, columns)) / 14), form=form)

    made = tuple(AnyLayer(W=numbers(neurons, neurons), b=numbers(neurons, 1), activation="tanh") for _ in range(layers))
    train = Train(rate=(Num("0.001"),), optimizer="adam")
    given = Given(x=numbers(neurons, 1), d=numbers(neurons, 1), layers=made, loss="half-square-error", train=train)

    def ours() -> None:
        working = work(given, Report())
        asked = working.expand(["forward", "loss", "backward", "updates"])
        part = Part("a", Place("", 1), rounding=form, task=Task("mlp", working), find=asked)
        solution = solve_question(Question("Deep", "deep", parts=[part]))
        render(document(solution.title, [solution]))

    def by_hand() -> None:
        kept = []  # gradients, both moments and the new parameters, as any training keeps them
        assert given.x is not None
        assert given.d is not None
        outputs = [given.x.value]
        for layer in made:
            assert layer.b is not None
            outputs.append(np.tanh(layer.W.value.T @ outputs[-1] + layer.b.value))
        delta = outputs[-1] - given.d.value
        for k in range(layers - 1, -1, -1):
            layer, delta = made[k], delta * (1 - outputs[k + 1] ** 2)
            assert layer.b is not None
            for value, gradient in ((layer.W.value, outputs[k] @ delta.T), (layer.b.value, delta)):
                m, v = 0.1 * gradient, 0.001 * gradient**2
                new = value - 0.001 * (m / (1 - 0.9)) / (np.sqrt(v / (1 - 0.999)) + 1e-8)
                kept.append((gradient, m, v, new))
            delta = layer.W.value @ delta

    hand = statistics.median(timed(by_hand, runs))  # first: memory that we have freed would come to it for nothing
    times = [each / hand for each in timed(ours, runs)]
    print(
        f"MLP of {layers} layers of {neurons}, one step of Adam: {statistics.median(times):.1f} times numpy by hand, "
        f"best {min(times):.1f} (target 20)"
    )


def parts(count: int) -> str:
    """A question with many parts."""
    given = "{family: formula, quantities: {a: 2.5, b: 4}, formulas: [c = a*b + 1]}"
    listed = "\n".join(f"  - {{label: p{k}, given: {given}}}" for k in range(count))
    return f"title: Many parts\nparts:\n{listed}\n"


def positional(dimensions: int) -> str:
    """The encoding of one token."""
    return (
        f"title: Long encoding\ngiven: {{family: positional, position: 7, d_model: {dimensions}, "
        f"dimensions: [0, {dimensions - 1}]}}\nparts: [{{label: a, find: encoding}}]\n"
    )


if __name__ == "__main__":
    main()
