"""Weight decay in the losses of every network: the loss grows by the squares, the gradients by λw, those of biases not."""

from typing import Any

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each

W, U = "[[0.5, -1], [0.25, 2]]", "[[1, 0.5], [-0.5, 0.2]]"
GIVEN = {
    "mlp": f"x: [1, 2], d: [1, 0], layers: [{{W: {W}, b: 1, activation: tanh}}]",
    "convolution": f"X: [[1, 2, 0], [3, 4, 1]], K: [{W}, {U}], b: 1, d: [[[1, 0]], [[2, 1]]]",
    "rnn": f"x: [[1, 0], [2, 1]], U: {U}, W: {W}, V: {W}, b: 1, c: 1, d: [[1, 0], [0, 1]]",
    "rnn of a batch": f"X: [[[1, 0]], [[2, 1]]], U: {U}, W: {W}, V: {W}, b: 1, c: 1, D: [[[1, 0]], [[0, 1]]]",
    "gru": f"W: {{z: {W}, r: {U}, n: {W}}}, U: {{z: {W}, r: {U}, n: {W}}}, b: 1, x: [[1, 2]], d: [[0.2, 0]]",
    "lstm": f"W: {{f: {W}, i: {U}, g: {W}, o: {U}}}, U: {{f: {W}, i: {U}, g: {W}, o: {U}}}, b: 1, x: [[1, 2]], d: [[1, 0]]",
}
SCALE = {"half": (0.5, 1.0), "whole": (1.0, 2.0), "half-mean": (0.5, 1.0)}


def answers(given: str) -> dict[str, Any]:
    head = "title: t\nround: {decimals: 12}\ncarry: exact\n"
    find = "[loss, gradients_Wb]" if "mlp" in given else "[loss, gradients]"
    made = solve_question(load_text(f"{head}given: {{{given}}}\nparts: [{{label: a, find: {find}}}]").questions[0])
    return {key.removeprefix("a/"): np.asarray(value) for key, value in made.answers.items()}


@pytest.mark.parametrize("decay", SCALE)
@pytest.mark.parametrize("name", GIVEN)
def test_squares_join_the_loss(name: str, decay: str) -> None:
    given = f"family: {name.split()[0]}, {GIVEN[name]}, loss: square-error"
    plain, decayed = answers(given), answers(f"{given}, weight_decay: 0.1, decay: {decay}")
    factor, slope = (n / (2 if decay == "half-mean" and "batch" in name else 1) for n in SCALE[decay])
    known = {"W": W, "U": U, "V": W, "K": W}
    total = 0.0
    for key, gradient in plain.items():
        if not key.startswith("grad_"):
            continue
        of = key.removeprefix("grad_")
        difference = (decayed[key] - gradient) / (0.1 * slope)
        if of[0] in "bc":
            assert np.abs(difference).max() < 1e-9
        else:
            stored = U if of in ("K2", "Wr", "Ur", "Wi", "Ui", "Wo", "Uo") else known[of[0]]
            stored = W if of[0] == "U" and of[1:] and of not in ("Ur", "Ui", "Uo") else stored
            assert difference == pytest.approx(np.array(rows_of(stored)), abs=1e-9)
            total += float((difference**2).sum())
    assert decayed["decay"] == pytest.approx(0.1 * factor * total, abs=1e-9)
    assert decayed["J"] == pytest.approx(plain["J"] + decayed["decay"], abs=1e-9)


def rows_of(text: str) -> list[list[float]]:
    """The rows of a matrix as it is typed."""
    return [[float(n) for n in row.split(",")] for row in text.strip("[]").split("], [")]


@each("name", GIVEN)
def test_what_does_not_go(name: str) -> None:
    given = f"family: {name.split()[0]}, {GIVEN[name]}"
    for more, message in (
        ("loss: square-error, weight_decay: -1", "weight_decay is -1, expected at least 0"),
        ("loss: square-error, decay: whole", "decay without weight_decay: λ is missing"),
        ("weight_decay: 1", "weight decay joins a loss"),
    ):
        with pytest.raises(SpecError) as caught:
            answers(f"{given}, {more}")
        assert message in [p.message for p in caught.value.problems]
