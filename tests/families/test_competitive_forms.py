"""Competitive nets in the forms of other books: rates and widths that fall, Hopfield networks of 0 and 1."""

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each
from tests.trials import times

X = [[1, 1, 0, 0], [0, 0, 0, 1], [1, 0, 0, 0], [0, 0, 1, 1]]
W = [[0.2, 0.6, 0.5, 0.9], [0.8, 0.4, 0.7, 0.3], [0.1, 0.2, 0.9, 0.4]]


def solved(fields: str, find: str) -> Solution:
    text = f"title: t\nround: {{decimals: 9}}\ncarry: exact\ngiven: {{family: competitive, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


FALLS = {
    "geometric, gamma: 0.5": lambda first, n: first * 0.5**n,
    "exponential, k: 0.3": lambda first, n: first * np.exp(-0.3 * n),
    "inverse-time, k: 0.3": lambda first, n: first / (1 + 0.3 * n),
    "step, gamma: 0.5, every: 2": lambda first, n: first * 0.5 ** (n // 2),
    "cosine, period: 8, least: 0.1": lambda first, n: 0.1 + (first - 0.1) * (1 + np.cos(np.pi * n / 8)) / 2,
}


@pytest.mark.parametrize("per", ["presentation", "epoch"])
@pytest.mark.parametrize(("rate", "width"), list(zip(FALLS, [*FALLS][1:] + [*FALLS][1:2], strict=True)))
def test_a_map_whose_rate_and_width_fall(rate: str, width: str, per: str) -> None:
    fields = f"kind: som, X: {X}, W: {W}, rate: 0.6, sigma: 1.5, per: {per}, epochs: 2"
    made = solved(f"{fields}, schedule: {{kind: {rate}}}, shrink: {{kind: {width}}}", "final").answers["a/W_t8"]
    units, t = np.array(W), 0
    for epoch in range(2):
        for x in np.array(X, dtype=float):
            n = epoch if per == "epoch" else t
            winner = ((units - x) ** 2).sum(axis=1).argmin()
            h = np.exp(-((np.arange(3) - winner) ** 2) / (2 * FALLS[width](1.5, n) ** 2))
            units = units + FALLS[rate](0.6, n) * h[:, None] * (x - units)
            t += 1
    assert np.array(made) == pytest.approx(units, abs=2e-9)


def test_a_rate_for_each_epoch() -> None:
    fields = f"kind: winner-take-all, X: {X}, W: {W}, per: epoch, epochs: 2"
    listed = solved(f"{fields}, rate: [0.6, 0.3]", "final").answers
    assert listed == solved(f"{fields}, rate: 0.6, schedule: {{kind: geometric, gamma: 0.5}}", "final").answers


NEAR = {"(1 - w)/(1 + w)": 0.7 / 1.3, "1/(1 + w)": 1 / 1.3, "1 - w": 0.7}


@pytest.mark.parametrize("rule", ["lvq2", "lvq2.1"])
@pytest.mark.parametrize("distance", ["squared", "euclidean", "city"])
@pytest.mark.parametrize("nearness", NEAR)
def test_two_units_that_learn(rule: str, distance: str, nearness: str) -> None:
    """LVQ2 and LVQ2.1 by plain loops (Kohonen 1990): winner and runner-up move, where x lies in their window."""
    moved = 0
    for seed in range(times(2)):
        rng = np.random.default_rng(seed)
        X, units = rng.uniform(0, 1, (6, 2)).round(2), rng.uniform(0, 1, (4, 2)).round(2)
        labels, classes = [1, 2, 1, 2], rng.integers(1, 3, 6).tolist()
        fields = f"kind: lvq, rule: {rule}, distance: {distance}, window: 0.3, nearness: {nearness}, rate: 0.2"
        given = f"{fields}, X: {X.tolist()}, W: {units.tolist()}, labels: {labels}, classes: {classes}"
        made = np.array(solved(given, "final").answers["a/W_t6"])
        for x, wanted in zip(X, classes, strict=True):
            steps = np.abs(units - x)
            far = steps.sum(axis=1) if distance == "city" else np.sqrt((steps**2).sum(axis=1))
            c, r = np.argsort(far)[:2]
            right = labels[r] == wanted, labels[c] == wanted
            if far[c] / far[r] <= NEAR[nearness] or right[0] == right[1] or (rule == "lvq2" and right[1]):
                continue
            for unit, good in ((r, right[0]), (c, right[1])):
                units[unit] += (0.2 if good else -0.2) * (x - units[unit])
            moved += 1
        assert made == pytest.approx(units, abs=2e-9)
    assert moved


@each("tie", ["keep", "0", "1"])
@each("seed", range(times(3)))
def test_a_hopfield_network_of_zeros_and_ones(seed: int, tie: str) -> None:
    rng = np.random.default_rng(seed)
    P, start = rng.integers(0, 2, (2, 5)), rng.integers(0, 2, 5)
    fields = f"kind: hopfield, outputs: 0/1, tie: '{tie}', patterns: {P.tolist()}, start: {start.tolist()}"
    answers = solved(f"{fields}, update: asynchronous, steps: 5", "[weights, energy, recall, stability]").answers
    signs = 2 * P - 1
    weights = signs.T @ signs - 2 * np.eye(5)

    def out(u: float, before: float) -> float:
        return float(u > 0) if u != 0 else before if tie == "keep" else float(tie)

    assert answers["a/W"] == weights.tolist()
    state = start.astype(float)
    for k in range(5):
        state[k] = out(weights[k] @ state, state[k])
        assert np.ravel(answers[f"a/s_t{k + 1}"]).tolist() == state.tolist()
        assert answers[f"a/E_t{k + 1}"] == -(state @ weights @ state) / 2
    stays = [all(out(weights[k] @ p, p[k]) == p[k] for k in range(5)) for p in P.astype(float)]
    assert np.ravel(answers["a/stable"]).tolist() == [float(s) for s in stays]


@each(
    ("fields", "message"),
    [
        ("kind: hopfield, patterns: [[1, 0]]", "patterns has other numbers than −1 and 1 | outputs: 0/1"),
        ("kind: hopfield, outputs: 0/1, patterns: [[1, -1]]", "patterns has other numbers than 0 and 1"),
        ("kind: hopfield, outputs: 0/1, tie: -1, patterns: [[1, 0]]", "tie is -1, but outputs are 0/1"),
        ("kind: som, X: [1], W: [[1], [2]], rate: 1, radius: 1, shrink: {kind: step}", "'gamma' is missing"),
        ("kind: som, X: [1], W: [[1]], rate: 1, radius: 1, shrink: {kind: exponential, k: 1}", "'sigma' is missing"),
        ("kind: lvq, X: [1], W: [[1]], labels: [1], classes: [1], schedule: {kind: geometric, gamma: 1}", "'rate' is"),
        ("kind: lvq, X: [1], W: [[1], [2]], labels: [1, 2], classes: [1], rate: 1, window: 0.3", "lvq1 has no window"),
        ("kind: lvq, rule: lvq2, X: [1], W: [[1], [2]], labels: [1, 2], classes: [1], rate: 1", "'window' is missing"),
        (
            "kind: lvq, rule: lvq2, X: [1], W: [[1]], labels: [1], classes: [1], rate: 1, window: 1",
            "two units, but W has one",
        ),
        (
            "kind: lvq, rule: lvq2, X: [1], W: [[1]], labels: [1], classes: [1], rate: 1, window: 1",
            "expected 0 < window < 1",
        ),
        (
            "kind: lvq, rule: lvq2.1, X: [1], W: [[1], [2]], labels: [1, 2], window: 0.2",
            "'rate' is missing: lvq2.1 is a rule",
        ),
        ("kind: som, rule: lvq2, X: [1], W: [[1], [2]]", "rule is not of som"),
        ("kind: som, X: [[1], [2], [3]], W: [[1], [2]], rate: [1, 0.5], sigma: 1, epochs: 2", "per: epoch, where"),
        ("kind: winner-take-all, X: [1], W: [[1]], rate: [1, 1], schedule: {kind: geometric, gamma: 1}", "a schedule"),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        solved(fields, "[]")
    assert any(message in f"{p.message} | {p.hint}" for p in caught.value.problems)
