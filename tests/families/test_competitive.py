"""Competitive and associative nets: by hand, plain loops over random ones, what does not fit, marking."""

from itertools import pairwise
from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.families import competitive
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of, lost_beyond
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

EXACT = "round: {decimals: 12}\ncarry: exact"


def solved(fields: str, find: str, head: str = "round: {decimals: 4}") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: competitive, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "[]") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def exact(solution: Solution, name: str) -> Any:
    return np.asarray(solution[f"a/{name}"].exact)


SOM = "kind: som, X: [1, 0], W: [[0, 0], [1, 1], [2, 0]], rate: 0.5"
LVQ = "kind: lvq, X: [[1, 0]], W: [[0, 0], [3, 0]], labels: [1, 2], rate: 0.5"
WINNER = "kind: winner-take-all, X: [[1, 0], [2, 2]], W: [[0, 0], [3, 2]], rate: 0.5"
RBF = "kind: rbf, X: [[0], [1]], centres: [[0]], sigma: 1"
STORED = "kind: hopfield, patterns: [[1, 1, -1]]"
PAIR = "kind: hopfield, W: [[0, 1], [1, 0]], start: [1, -1]"


@each(
    ("fields", "find", "answers"),
    [
        (f"{SOM}, sigma: 1", "[distances, winners]", {"d_t1": [[1], [1], [1]], "c_t1": 1}),
        (f"{SOM}, radius: 1", "[neighbourhood, final]", {
            "r_t1": [[0], [1], [4]], "h_t1": [[1], [1], [0]], "W_t1": [[0.5, 0], [1, 0.5], [2, 0]]}),
        (f"{SOM}, sigma: 1", "h_t1", {"h_t1": [[1], [0.6065], [0.1353]]}),
        ("kind: som, X: [0], W: [[0], [1], [2], [3]], grid: [2, 2], rate: 1, sigma: 1", "r_t1", {"r_t1": [[0], [1], [1], [2]]}),
        ("kind: som, X: [3, 4], W: [[0, 0]], distance: euclidean", "distances", {"d_t1": 5}),
        ("kind: som, X: [3, 4], W: [[0, 0]], distance: city", "distances", {"d_t1": 7}),
        (f"{LVQ}, classes: [1]", "table", {"W_t1": [[0.5, 0], [3, 0]], "c_t1": 1}),
        (f"{LVQ}, classes: [2]", "final", {"W_t1": [[-0.5, 0], [3, 0]]}),
        ("kind: lvq, X: [[1, 0], [3, 1]], W: [[0, 0], [3, 0]], labels: [7, 9]", "[k_t1, k_t2]", {"k_t1": 7, "k_t2": 9}),
        (WINNER, "[final, winners]", {"W_t2": [[0.5, 0], [2.5, 2]], "winners": [[1], [2]]}),
        (f"{WINNER.replace('rate: 0.5', 'rate: [1, 0.5]')}", "final", {"W_t2": [[1, 0], [2.5, 2]]}),
        ("kind: k-means, X: [[0], [1], [10]], W: [[0], [10]]", "[final, J_t1]", {"W_t1": [[0.5], [10]], "J_t1": 1}),
        ("kind: k-means, X: [0, 1, 10], W: [0, 10]", "final", {"W_t1": [[0.5], [10]]}),
        ("kind: hopfield, patterns: [[1], [-1]], start: [1]", "[W, s_t1]", {"W": 0, "s_t1": 1}),
        (RBF, "hidden", {"R": [[0], [1]], "Phi": [[1], [0.6065]]}),
        (f"{RBF}, gaussian: sigma^2", "Phi", {"Phi": [[1], [0.3679]]}),
        (f"{RBF}, w: [2], d: [1, 1]", "[output, loss]", {"y": [[2], [1.213]], "J": 1.0454}),
        (f"{RBF}, bias: true, d: [0, 1]", "[weights, loss]", {"w": [[2.5413], [-2.5413]], "J": 0}),
        (STORED, "weights", {"W": [[0, 1, -1], [1, 0, -1], [-1, -1, 0]]}),
        (f"{STORED}, diagonal: kept", "W", {"W": [[1, 1, -1], [1, 1, -1], [-1, -1, 1]]}),
        (f"{STORED}, scale: N", "W", {"W": [[0, 0.3333, -0.3333], [0.3333, 0, -0.3333], [-0.3333, -0.3333, 0]]}),
        (f"{STORED}, start: [1, -1, -1]", "[recall, energy]", {
            "s_t1": [[1], [1], [-1]], "s_t2": [[1], [1], [-1]],
            "conclusion": "stable after 1 update: pattern 1", "E": 1, "E_t1": -3, "E_t2": -3}),
        (f"{STORED}, start: [1, 1, -1]", "conclusion", {"conclusion": "the first state is stable: pattern 1"}),
        (f"{STORED}, start: [-1, -1, -1]", "conclusion", {"conclusion": "stable after 1 update: pattern 1 inverted"}),
        (PAIR, "recall", {"s_t1": [[-1], [1]], "s_t2": [[1], [-1]], "conclusion": "a cycle: after update 2 the state is that at first"}),
        (f"{PAIR}, update: asynchronous", "conclusion", {"conclusion": "stable after 1 update: a fixed point"}),
        (f"{PAIR}, update: asynchronous, order: [2]", "recall", {
            "s_t1": [[1], [1]], "conclusion": "after 1 update: no pattern"}),
        (f"{PAIR}, theta: [3, 3], steps: 1", "[u_t1, s_t1]", {"u_t1": [[-4], [-2]], "s_t1": [[-1], [-1]]}),
        ("kind: hopfield, W: [[0, 0], [0, 0]], start: [1, -1], tie: -1, steps: 1", "s_t1", {"s_t1": [[-1], [-1]]}),
        ("kind: hopfield, W: [[0, 0], [0, 0]], start: [1, -1], tie: 1, steps: 1", "s_t1", {"s_t1": [[1], [1]]}),
        ("kind: hopfield, W: [[0, 0], [0, 0]], start: [1, -1], steps: 1", "s_t1", {"s_t1": [[1], [-1]]}),
        ("kind: hopfield, patterns: [[1, -1, 1, -1], [1, 1, 1, 1]]", "[stability, attractors]", {
            "stable": [[1], [1]], "attractors": "4 stable states"}),
        (STORED, "capacity", {"capacity": 0.414, "capacity_exact": 1.3654}),
    ],
)  # fmt: skip
def test_in_numbers(fields: str, find: str, answers: dict[str, Any]) -> None:
    assert {key.removeprefix("a/"): value for key, value in solved(fields, find).answers.items()} == answers


def test_three_patterns_make_spurious_states() -> None:
    item = solved("kind: hopfield, patterns: [[1, 1, 1, -1, -1], [1, -1, 1, 1, -1], [-1, 1, 1, 1, 1]]", "attractors")
    points = item["a/attractors"].item.points
    assert any(point.endswith("a spurious state") for point in points)
    assert not any(point.endswith("no pattern") for point in points)


@each("seed", range(times(4)))
def test_hopfield_by_loops(seed: int) -> None:
    """Weights entry by entry, recall neuron by neuron; asynchronous recall never raises the energy."""
    rng = np.random.default_rng(seed)
    n, p = int(rng.integers(3, 6)), int(rng.integers(1, 4))
    patterns, start = rng.choice([-1, 1], (p, n)), rng.choice([-1, 1], n)
    scale, one_by_one = ["none", "N"][seed % 2], seed % 3 > 0
    order = [int(k) + 1 for k in rng.permutation(n)]
    fields = f"kind: hopfield, patterns: {patterns.tolist()}, start: {start.tolist()}, scale: {scale}"
    fields += f", update: asynchronous, order: {order}" if one_by_one else ""
    solution = solved(fields, "[W, recall, energy, stability]", EXACT)
    W = np.zeros((n, n))
    for i, j in np.ndindex(n, n):
        if i != j:
            W[i, j] = sum(pattern[i] * pattern[j] for pattern in patterns) / (n if scale == "N" else 1)
    assert exact(solution, "W") == pytest.approx(W, abs=1e-12)
    states = [name for name in solution.answers if name.startswith("a/s_t")]
    s, energies = start.astype(float), []
    for t, name in enumerate(states):
        old = s.copy()
        for i in [order[t % n] - 1] if one_by_one else range(n):
            u = sum(W[i, j] * old[j] for j in range(n))
            s[i] = old[i] if abs(u) < 1e-12 else np.sign(u)
        assert solution.answers[name] == [[int(x)] for x in s]
        energies.append(-sum(W[i, j] * s[i] * s[j] for i, j in np.ndindex(n, n)) / 2)
        assert exact(solution, name.replace("a/s", "E")).item() == pytest.approx(energies[-1], abs=1e-12)
    if one_by_one:
        assert all(b <= a + 1e-12 for a, b in pairwise(energies))
        assert "stable" in str(solution.answers["a/conclusion"])
    stays = [int(all(x * (W[i] @ pattern) >= -1e-12 for i, x in enumerate(pattern))) for pattern in patterns]
    assert np.ravel(exact(solution, "stable")).tolist() == stays


@each("seed", range(times(4)))
def test_units_by_loops(seed: int) -> None:
    """Each presentation unit by unit."""
    rng = np.random.default_rng(seed)
    kind = ["som", "lvq", "winner-take-all"][seed % 3]
    rows, columns, width = int(rng.integers(1, 3)), int(rng.integers(2, 4)), int(rng.integers(1, 4))
    units, inputs, epochs = rows * columns, int(rng.integers(1, 4)), int(rng.integers(1, 3))
    W, X = rng.normal(size=(units, width)).round(3), rng.normal(size=(inputs, width)).round(3)
    labels, classes = rng.integers(1, 3, units), rng.integers(1, 3, inputs)
    distance, rate, sigma = ["squared", "euclidean", "city"][seed % 4 % 3], 0.3, 0.8
    fields = f"kind: {kind}, X: {X.tolist()}, W: {W.tolist()}, rate: {rate}, epochs: {epochs}, distance: {distance}"
    fields += f", grid: [{rows}, {columns}], sigma: {sigma}" if kind == "som" else ""
    fields += f", labels: {labels.tolist()}, classes: {classes.tolist()}" if kind == "lvq" else ""
    solution = solved(fields, "[distances, weights, winners]", EXACT)
    won = []
    for t in range(inputs * epochs):
        x = X[t % inputs]
        gaps = [np.abs(unit - x) for unit in W]
        d = [{"squared": (g**2).sum(), "euclidean": np.sqrt((g**2).sum()), "city": g.sum()}[distance] for g in gaps]
        assert exact(solution, f"d_t{t + 1}").ravel() == pytest.approx(d, abs=1e-9)
        won.append(best := int(np.argmin(d)))
        for j in range(units):
            if kind == "som":
                (a, b), (c, e) = divmod(j, columns), divmod(best, columns)
                step = np.exp(-((a - c) ** 2 + (b - e) ** 2) / (2 * sigma**2))
            else:
                step = float(j == best) * (-1 if kind == "lvq" and labels[best] != classes[t % inputs] else 1)
            W[j] = W[j] + rate * step * (x - W[j])
        assert exact(solution, f"W_t{t + 1}") == pytest.approx(W, abs=1e-9)
    name = "winners" if len(won) > 1 else "c_t1"
    assert exact(solution, name).ravel().tolist() == [k + 1 for k in won]


@each("seed", range(times(3)))
def test_k_means_by_loops(seed: int) -> None:
    rng = np.random.default_rng(seed)
    X = rng.normal(size=(6, 2)).round(3)
    W = X[:2].copy()
    solution = solved(f"kind: k-means, X: {X.tolist()}, W: {W.tolist()}", "[clusters, weights, loss]", EXACT)
    last = None
    for t in range(1, 20):
        nearest = [min(range(2), key=lambda j: ((x - W[j]) ** 2).sum()) for x in X]
        assert np.argmax(exact(solution, f"A_t{t}"), axis=1).tolist() == nearest
        assert exact(solution, f"J_t{t}").item() == pytest.approx(
            sum(((x - W[j]) ** 2).sum() for x, j in zip(X, nearest, strict=True))
        )
        if nearest == last:
            break
        last = nearest
        W = np.array([X[np.array(nearest) == j].mean(axis=0) for j in range(2)])
        assert exact(solution, f"W_t{t}") == pytest.approx(W, abs=1e-9)
    assert f"a/A_t{t + 1}" not in solution.answers


@pytest.mark.parametrize("seed", range(times(4)))
def test_an_rbf_network_by_loops_and_pytorch(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, k, width, bias = int(rng.integers(3, 6)), 2, int(rng.integers(1, 3)), seed % 2 == 0
    X, C, d = rng.normal(size=(n, width)).round(3), rng.normal(size=(k, width)).round(3), rng.normal(size=n).round(3)
    sigma = rng.uniform(0.5, 2, k if seed % 3 else 1).round(3)
    fields = f"kind: rbf, X: {X.tolist()}, centres: {C.tolist()}, sigma: {sigma.tolist()}, d: {d.tolist()}"
    fields += f", bias: {str(bias).lower()}"
    Phi = np.array(
        [[np.exp(-((x - c) ** 2).sum() / (2 * s**2)) for c, s in zip(C, np.resize(sigma, k), strict=True)] for x in X]
    )
    Phi = np.hstack([np.ones((n, 1)), Phi]) if bias else Phi
    solution = solved(fields, "[hidden, weights, output, loss]", EXACT)
    assert exact(solution, "Phi") == pytest.approx(Phi, abs=1e-9)
    best, *_ = np.linalg.lstsq(Phi, d, rcond=None)
    assert exact(solution, "w").ravel() == pytest.approx(best, rel=1e-7)
    w = rng.normal(size=k + bias).round(3)
    solution = solved(f"{fields}, w: {w.tolist()}", "[output, loss, gradients]", EXACT)
    t, c, s = (torch.tensor(value, requires_grad=True) for value in (w, C, sigma))
    hidden = torch.exp(-((torch.tensor(X)[:, None] - c) ** 2).sum(-1) / (2 * s**2))
    hidden = torch.hstack([torch.ones(n, 1, dtype=torch.float64), hidden]) if bias else hidden
    J = ((torch.tensor(d) - hidden @ t) ** 2).sum()
    J.backward()
    assert exact(solution, "J").item() == pytest.approx(J.item(), abs=1e-9)
    for name, value in (("w", t), ("C", c), ("sigma", s)):
        assert exact(solution, f"grad_{name}").ravel() == pytest.approx(value.grad.numpy().ravel(), abs=1e-9), name


@each(
    ("fields", "found"),
    [
        ("kind: som", "'X' is missing: the inputs, one a row"),
        ("kind: som, X: [1, 2], W: [[1, 2]], patterns: [[1]]", "patterns is not of som | it uses X, W, rate"),
        ("kind: som, X: [1, 2], W: [[1, 2, 3]]", "W is 1×3, but an input has 2 numbers | a unit in each row"),
        (f"{SOM}, sigma: 1, grid: [2, 2]", "the grid has 2×2 places, but W has 3 units"),
        (SOM, "expected sigma or radius"),
        (f"{SOM}, sigma: 0", "sigma is expected to be one number above 0"),
        (f"{SOM}, radius: -1", "radius is -1, expected at least 0"),
        (f"{LVQ}, classes: [1, 2]", "classes has 2 classes, expected 1: one for each input"),
        ("kind: lvq, X: [[1]], W: [[1], [2]], labels: [1]", "labels has 1 classes, expected 2: one for each unit"),
        ("kind: winner-take-all, X: [[1]], W: [[1]], epochs: 2", "'rate' is missing: without it nothing is learnt"),
        (f"{WINNER.replace('0.5', '[1, 0.5]')}, epochs: 2", "rate lists 2 rates, but there are 4 presentations"),
        (f"{WINNER}, epochs: 2000", "4,000 presentations, expected at most 2,000"),
        (
            f"{WINNER}, epochs: 1000".replace("[3, 2]", "[3, 2], " * 49 + "[3, 2]"),
            "51 units of 2 numbers: 204,000 numbers",
        ),
        ("kind: k-means, X: [[1], [2]], W: [[1], [99], [98]]", "unit 2 wins no input in iteration 1: it has no mean"),
        ("kind: rbf, X: [[1]], centres: [[1]]", "'sigma' is missing: the width"),
        (f"{RBF}, w: [1, 2]", "w has 2 weights, expected 1 | one for each centre"),
        (f"{RBF}, d: [1]", "d has 1 numbers, but there are 2 inputs"),
        ("kind: rbf, X: [[1, 2]], centres: [[1]], sigma: 1", "a centre has 1 numbers, but an input 2"),
        ("kind: rbf, X: [[1]], centres: [[1], [2]], sigma: 1, d: [1]", "2 weights are found from 1 inputs"),
        ("kind: rbf, X: [[1]], centres: [[1], [2]], sigma: [1, 2, 3]", "sigma lists 3 widths, but there are 2 centres"),
        ("kind: hopfield", "'patterns' is missing: what is stored, a row each | or W"),
        ("kind: hopfield, patterns: [[1, 0]]", "patterns has other numbers than −1 and 1"),
        (f"{STORED}, start: [1, 1]", "start is 2×1, but there are 3 neurons"),
        ("kind: hopfield, W: [[0, 1]]", "W is 1×2, expected as many rows as columns"),
        (f"{PAIR}, scale: N", "scale is of weights that are made of patterns"),
        (f"{PAIR}, order: [1, 2]", "an order of neurons that are updated all at once"),
        (f"{PAIR}, update: asynchronous, order: [3]", "there is no neuron 3 | they count from 1 to 2"),
        (f"{PAIR}, theta: [1, 2, 3]", "theta is 3×1, but there are 2 neurons"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_weights_that_are_not_symmetric_are_warned_of() -> None:
    warnings = solved("kind: hopfield, W: [[0, 1], [2, 0]], start: [1, 1]", "recall").warnings
    assert [w.message for w in warnings] == ["W is not symmetric"]


def test_the_examples_run() -> None:
    example = solve_question(load_text(competitive.EXAMPLE).questions[0])
    assert example.answers["b/conclusion"] == "stable after 1 update: pattern 2 inverted"
    answers = solve(PROBLEMS / "competitive.yaml").answers
    assert answers["a.iii/conclusion"] == "stable after 1 update: pattern 2"
    assert answers["b.ii/W_t1"] == [[0.443, 0.418], [0.85, 0.05], [0.582, 0.627]]
    assert answers["d/W_t2"] == [[1.5], [6.333]]
    assert answers["e.ii/w"] == [[2.842], [-2.504], [-2.504]]


@pytest.mark.parametrize(
    ("fields", "key", "wrong", "mistake"),
    [
        (STORED, "W", [[1, 1, -1], [1, 1, -1], [-1, -1, 1]], "diagonal kept"),
        ("kind: rbf, X: [[1.3]], centres: [[0.2]], sigma: 0.9", "Phi", [[0.2245]], "2 of 2σ² forgotten"),
        ("kind: som, X: [1, 0.3], W: [[0, 0.1]]", "d_t1", [[1.2]], "sums of moduli for squares"),
        (f"{LVQ}, classes: [2]", "W_t1", [[0.5, 0], [3, 0]], "wrong sign"),
    ],
)  # fmt: skip
def test_mistakes_are_named(fields: str, key: str, wrong: list[list[float]], mistake: str) -> None:
    made = sheet(solved(fields, f"[{key}]"))
    given = key_of(made, 1)
    given.batch.values[f"a/{key}"][0] = np.array(wrong)
    assert mistake in set(grade_batch(made, None, given).mistakes[f"a/{key}"].values())


@each(
    ("fields", "find", "key"),
    [
        (f"{SOM}, sigma: 1", "[distances, winners, s_t1, neighbourhood, weights]", "d_t1"),
        (f"{LVQ}, classes: [2]", "[distances, winners, s_t1, k_t1, a_t1, weights]", "d_t1"),
        (f"{RBF}, bias: true, d: [0, 1]", "[hidden, weights, output, loss]", "R"),
        ("kind: k-means, X: [[0], [1], [10]], W: [[0], [10]], epochs: 1", "[distances, clusters, loss, weights]", "D_t1"),
        (f"{STORED}, start: [1, -1, -1], update: asynchronous, steps: 2", "[W, u_t1, s_t1, u_t2, s_t2, energy]", "u_t1"),
    ],
)  # fmt: skip
def test_what_follows_from_a_slip_is_followed(fields: str, find: str, key: str) -> None:
    assert lost_beyond(sheet(solved(fields, find)), f"a/{key}") == []
