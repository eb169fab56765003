"""Gradient clipping: by hand, PyTorch's clip_grad_norm_ and clip_grad_value_ as the oracle, what does not fit."""

from typing import Any

import numpy as np
import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.pytorch import torch
from tests.tables import each

NET = "family: mlp, x: [1, 2], d: 3, layers: [{W: [[1, 0.5], [-1, 1]], b: 0.5, activation: tanh}, {W: [1, -1], b: 0.5}]"
RNN = "family: rnn, x: [[1], [2]], U: [[1, 0.5]], W: [[0.1, 0.5], [0.2, 0.3]], V: [[1], [2]], d: [[3], [-4]]"
LINEAR = f"{RNN}, output_activation: linear"
GIVEN = "family: optimizer, g: [[3, 4], [0.3, 0.4]], w: [1, 1]"


def answers(given: str, find: str) -> dict[str, Any]:
    head = "title: t\nround: {decimals: 12}\ncarry: exact\n"
    text = f"{head}given: {{{given}}}\nparts: [{{label: a, find: {find}}}]"
    made = solve_question(load_text(text).questions[0]).answers
    return {key.removeprefix("a/"): np.asarray(value) for key, value in made.items()}


@each(
    ("clip", "expected"),
    [
        ("{by: norm, at: 1}", {"ghat_w_t1": [[0.6], [0.8]], "w_t1": [[0.94], [0.92]], "ghat_w_t2": [[0.3], [0.4]]}),
        ("{by: norm of each, at: 1}", {"norm_w_t1": 5, "w_t1": [[0.94], [0.92]], "norm_w_t2": 0.5}),
        ("{by: value, at: 3.5}", {"ghat_w_t1": [[3], [3.5]], "w_t1": [[0.7], [0.65]]}),
    ],
)
def test_by_hand(clip: str, expected: dict[str, Any]) -> None:
    found = answers(f"{GIVEN}, rate: 0.1, iterations: 2, clip: {clip}", f"[{', '.join(expected)}]")
    assert {name: value.tolist() for name, value in found.items()} == {
        name: pytest.approx(np.array(value), abs=1e-12) for name, value in expected.items()
    }


@each("optimizer", ["sgd", "heavy-ball"])
@each("by", ["norm", "norm of each", "value"])
@each("given", [NET, LINEAR])
def test_as_torch_clips(given: str, by: str, optimizer: str) -> None:
    """The gradients are our own; they are tried elsewhere, as optimizers are: the first step of these two is the same."""
    learnt = ["W1", "b1", "W2", "b2"] if given == NET else ["U", "W", "V"]
    find = f"[{', '.join(f'{name}, grad_{name}, {name}_t1' for name in learnt)}]"
    rule = f"loss: square-error, train: {{rate: 0.1, optimizer: {optimizer}, clip: {{by: {by}, at: 1.5}}}}"
    made = answers(f"{given}, {rule}", find)
    leaves = []
    for name in learnt:
        leaf = torch.tensor(made[name], dtype=torch.float64, requires_grad=True)
        leaf.grad = torch.tensor(made[f"grad_{name}"], dtype=torch.float64)
        leaves.append(leaf)
    for group in {"norm": [leaves], "norm of each": [[leaf] for leaf in leaves], "value": []}[by]:
        torch.nn.utils.clip_grad_norm_(group, 1.5)
    if by == "value":
        torch.nn.utils.clip_grad_value_(leaves, 1.5)
    for name, leaf in zip(learnt, leaves, strict=True):
        stepped = (leaf - 0.1 * leaf.grad).detach()  # torch.optim would import torch's compiler, for two seconds
        assert made[f"{name}_t1"] == pytest.approx(stepped.numpy(), abs=1e-6)  # torch adds 1e-6 to the norm


def test_a_bound_is_above_0() -> None:
    with pytest.raises(SpecError) as caught:
        answers(f"{GIVEN}, rate: 0.1, clip: {{by: norm, at: 0}}", "[]")
    assert [p.message for p in caught.value.problems] == ["at is 0, expected more than 0"]
