"""Dropout: every convention in numbers, what does not fit, marking; PyTorch for its scale."""

from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

X = "x: [2, -1, 0.5, 4], mask: [1, 0, 1, 1]"


def solved(fields: str, find: str = "output") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ngiven: {{family: dropout, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "output") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("fields", "find", "expected"),
    [
        (f"{X}, p: 0.5", "output", {"a/h": [[4], [0], [1], [8]]}),
        (f"{X}, keep: 0.8", "output", {"a/h": [[2.5], [0], [0.625], [5]]}),
        (f"{X}, inverted: false", "output", {"a/h": [[2], [0], [0.5], [4]]}),
        ("x: [2, 4], p: 0.25, mode: inference", "output", {"a/h": [[2], [4]]}),
        ("x: [2, 4], p: 0.25, mode: inference, inverted: false", "output", {"a/h": [[1.5], [3]]}),
        ("x: [[1, 2], [3, 4]], mask: [[1, 0]], p: 0.5", "output", {"a/H": [[2, 0], [6, 0]]}),
        (f"{X}, p: 0.5, gradient: [1, 2, 3, 4]", "gradients", {"a/grad_x": [[2], [0], [6], [8]]}),
    ],
)
def test_in_numbers(fields: str, find: str, expected: dict[str, Any]) -> None:
    assert solved(fields, find).answers == expected


@each("seed", range(times(4)))
def test_torch_scales_alike(seed: int) -> None:
    """PyTorch draws the mask: what it has kept is the mask of the question."""
    torch.manual_seed(seed)
    p = (seed + 1) / 12
    x = torch.rand(6, dtype=torch.float64).add(0.5).requires_grad_()
    out = torch.nn.functional.dropout(x, p)
    out.sum().backward()
    mask = (out != 0).int().tolist()
    fields = f"x: {x.detach().tolist()}, mask: {mask}, p: {p!r}, gradient: {[1] * 6}"
    solution = solved(fields, "[output, gradients]")
    for name, expected in (("h", out.detach()), ("grad_x", x.grad)):
        assert np.allclose(np.asarray(solution[f"a/{name}"].exact).ravel(), expected.numpy(), rtol=1e-9, atol=0)


def test_the_problem_runs() -> None:
    answers = solve(PROBLEMS / "dropout.yaml").answers
    assert answers["a.i/h"] == [[2.5], [0], [3.333], [1.333], [0]]
    assert answers["b/h"] == [[0.9], [-0.24], [1.2], [0.48], [0.72]]


@each(
    ("fields", "found"),
    [
        ("x: [1, 2], p: 0.5", "'mask' is missing: 1 for what is kept"),
        (X, "'p' is missing: the probability of being dropped | or keep"),
        (f"{X}, p: 0.5, keep: 0.5", "p and keep are given"),
        (f"{X}, p: 1.5", "p is 1.5, expected a probability from 0 to 1"),
        (f"{X}, p: 1", "everything is dropped: there is nothing to divide by"),
        ("x: [1, 2], mask: [1, 0, 1], p: 0.5", "mask is 3×1, but x is 2×1"),
        ("x: [1, 2], mask: [1, 2], p: 0.5", "mask has other numbers than 0 and 1"),
        (f"{X}, p: 0.5, mode: inference", "mask is not used in inference"),
        (f"{X}, p: 0.5, gradient: [1]", "gradient is 1×1, but x is 4×1"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


@each(
    ("fields", "wrong", "mistake"),
    [
        ("x: [2.3, -1.7, 0.6], mask: [1, 0, 1], p: 0.3", [2.3, 0, 0.6], "dropout scale forgotten"),
        ("x: [2.3, -1.7, 0.6], p: 0.3, inverted: false, mode: inference", [2.3, -1.7, 0.6], "dropout scale forgotten"),
        ("x: [2.3, -1.7, 0.6], mask: [1, 0, 1], keep: 0.7", [2.3, 0, 0.6], "dropout scale forgotten"),
    ],
)
def test_mistakes_are_named(fields: str, wrong: list[float], mistake: str) -> None:
    solution = solved(fields)
    given = key_of(made := sheet(solution), 1)
    given.batch.values["a/h"][0] = np.array(wrong).reshape(-1, 1)
    assert mistake in set(grade_batch(made, None, given).mistakes["a/h"].values())
