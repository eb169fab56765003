"""Initialisation: every scheme in numbers and against PyTorch, what does not fit."""

from typing import Any

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times


def solved(fields: str, find: str = "[variance, sigma, bound]") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: exact\ngiven: {{family: initialisation, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


@each(
    ("fields", "expected"),
    [
        ("scheme: xavier, fan_in: 3, fan_out: 5", (0.25, 0.5, 0.866)),
        ("scheme: glorot, shape: [3, 5]", (0.25, 0.5, 0.866)),
        ("scheme: he, fan_in: 8", (0.25, 0.5, 0.866)),
        ("scheme: kaiming, shape: [3, 8], fan: out", (0.25, 0.5, 0.866)),
        ("scheme: lecun, fan_in: 4", (0.25, 0.5, 0.866)),
        ("scheme: xavier, kernel: 2, channels: 1, filters: 1, gain: 2", (1, 1, 1.7321)),
    ],
)
def test_in_numbers(fields: str, expected: tuple[float, float, float]) -> None:
    assert tuple(solved(fields).answers.values()) == expected


@each("seed", range(times(4)))
def test_torch_draws_within_the_bound(seed: int) -> None:
    """PyTorch's own bound and σ, taken from what it hands to the distribution."""
    rng = np.random.default_rng(seed)
    channels, filters, rows, columns = (int(n) for n in rng.integers(1, 9, 4))
    W = torch.empty(filters, channels, rows, columns, dtype=torch.float64)
    scheme, slope = ("he", 0.1) if seed % 2 else ("xavier", 0.0)
    seen: dict[str, float] = {}

    def noted(name: str) -> Any:
        return lambda tensor, low, high, *rest, **more: seen.setdefault(name, float(high))

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(torch.nn.init, "_no_grad_uniform_", noted("bound"))
        patch.setattr(torch.nn.init, "_no_grad_normal_", noted("sigma"))
        patch.setattr(torch.Tensor, "uniform_", noted("bound"))
        patch.setattr(torch.Tensor, "normal_", noted("sigma"))
        if scheme == "he":
            torch.nn.init.kaiming_uniform_(W, a=slope)
            torch.nn.init.kaiming_normal_(W, a=slope)
        else:
            torch.nn.init.xavier_uniform_(W)
            torch.nn.init.xavier_normal_(W)
    more = f", slope: {slope}" if slope else ""
    solution = solved(f"scheme: {scheme}, kernel: [{rows}, {columns}], channels: {channels}, filters: {filters}{more}")
    for name, expected in seen.items():
        assert float(np.asarray(solution[f"a/{name}"].exact).item()) == pytest.approx(expected, rel=1e-9)
    assert set(seen) == {"bound", "sigma"}


def test_the_problem_runs() -> None:
    answers = solve(PROBLEMS / "initialisation.yaml").answers
    assert answers["a/bound"] == 0.0811
    assert answers["a/sigma"] == 0.0468  # not from the rounded variance
    assert answers["b/n_in"] == 288


@each(
    ("fields", "found"),
    [
        ("scheme: he", "the layer is missing: its fans | fan_in and fan_out, shape"),
        ("scheme: xavier, fan_in: 3", "'fan_out' is missing: scheme: xavier needs it"),
        ("scheme: he, kernel: 3, filters: 4", "'channels' is missing: scheme: he needs it"),
        ("scheme: he, fan_in: 3, shape: [1, 2]", "fan_in and shape are given"),
        ("scheme: he, shape: [1, 2, 3]", "shape has 3 numbers, expected [inputs, neurons]"),
        ("scheme: he, fan_in: 3, channels: 2", "channels is given without a kernel"),
        ("scheme: xavier, shape: [1, 2], slope: 0.1", "slope is for scheme: he"),
        ("scheme: xavier, shape: [1, 2], fan: in", "fan is for scheme: he or lecun"),
        ("fan_in: 3", "'scheme' is missing"),
    ],
)
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)
