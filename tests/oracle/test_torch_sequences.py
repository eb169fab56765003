"""PyTorch as the oracle: LSTM and GRU cells of random sizes, stored in every way, values and gradients."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question

torch: Any = pytest.importorskip("torch")

TOLERANCE = 1e-9


def solved(given: str, find: str) -> Solution:
    text = f"title: T\ncarry: exact\ngiven:\n{given}\nparts: [{{label: a, find: {find}}}]\n"
    return solve_question(load_text(text).questions[0])


def agree(solution: Solution, name: str, expected: Any, about: str) -> None:
    ours, theirs = np.atleast_2d(solution[f"a/{name}"].exact), np.atleast_2d(expected.detach().numpy())
    assert ours.shape == theirs.shape, (name, about)
    assert np.abs(ours - theirs).max() <= TOLERANCE * max(1.0, float(np.abs(theirs).max())), (name, about)


def draw(rng: np.random.Generator, *shape: int) -> Any:
    return torch.tensor(rng.uniform(-1.5, 1.5, shape).round(3), dtype=torch.float64)


def column(values: Any) -> Any:
    return values.reshape(-1, 1)


class Gates:
    """Random weights of a cell as PyTorch stacks them, and the same in the words of a question."""

    def __init__(self, rng: np.random.Generator, order: str) -> None:
        self.order = order
        self.inputs, self.hidden, self.steps = (int(rng.integers(1, n)) for n in (4, 4, 5))
        n, m, k = self.inputs, self.hidden, len(order)
        self.W, self.U = draw(rng, k * m, n), draw(rng, k * m, m)
        self.b, self.b_hh = draw(rng, k * m), draw(rng, k * m)
        self.x, self.d, self.h0, self.c0 = (
            draw(rng, self.steps, n),
            draw(rng, self.steps, m),
            draw(rng, m),
            draw(rng, m),
        )
        self.turned, self.manner = bool(rng.integers(2)), str(rng.choice(["stacked", "by gate", "concatenated"]))

    def of(self, stacked: Any, gate: str) -> Any:
        start = self.order.index(gate) * self.hidden
        return stacked[start : start + self.hidden]

    def stored(self, weights: Any) -> list[list[float]]:
        found: list[list[float]] = (weights.T if self.turned else weights).tolist()
        return found

    def fields(self) -> str:
        lines = [f"  weights: {'inputs x neurons' if self.turned else 'neurons x inputs'}"]
        if self.manner == "stacked":
            lines += [
                f"  order: [{', '.join(self.order)}]",
                f"  W: {self.stored(self.W)}",
                f"  U: {self.stored(self.U)}",
            ]
            lines += [f"  b: {self.b.tolist()}", f"  b_hh: {self.b_hh.tolist()}"]
        else:
            for field in ("W", "U", "b", "b_hh"):
                if self.manner == "concatenated" and field == "U":
                    lines.append("  concatenated: [h, x]")
                    continue
                lines.append(f"  {field}:")
                for gate in self.order:
                    part = self.of(getattr(self, field), gate)
                    if self.manner == "concatenated" and field == "W":
                        part = torch.cat([self.of(self.U, gate), part], 1)
                    lines.append(f"    {gate}: {self.stored(part) if part.ndim == 2 else part.tolist()}")
        lines += [f"  {name}: {getattr(self, name).tolist()}" for name in ("x", "d", "h0")]
        return "\n".join(lines)

    def compare(self, solution: Solution, cell: Any, about: str) -> None:
        """The gradients by all weights, gate by gate."""
        for gate in self.order:
            W, U = (self.of(p.grad, gate) for p in (cell.weight_ih_l0, cell.weight_hh_l0))
            if self.manner == "concatenated":
                W = torch.cat([U, W], 1)
            else:
                agree(solution, f"grad_U{gate}", U.T if self.turned and U.numel() > 1 else U, about)
            agree(solution, f"grad_W{gate}", W.T if self.turned else W, about)
            agree(solution, f"grad_b{gate}", column(self.of(cell.bias_ih_l0.grad, gate)), about)
            agree(solution, f"grad_bh{gate}", column(self.of(cell.bias_hh_l0.grad, gate)), about)

    def put_in(self, cell: Any) -> None:
        with torch.no_grad():
            for name, values in zip(
                ("weight_ih", "weight_hh", "bias_ih", "bias_hh"), (self.W, self.U, self.b, self.b_hh), strict=True
            ):
                getattr(cell, f"{name}_l0").copy_(values)


@pytest.mark.parametrize("seed", range(40))
def test_random_lstm(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = Gates(rng, "ifgo")
    given = f"  family: lstm\n{made.fields()}\n  c0: {made.c0.tolist()}\n  loss: square-error"
    solution = solved(given, "[states, loss, deltas, gradients, grad_x1, grad_h0, grad_c0]")
    cell = torch.nn.LSTM(made.inputs, made.hidden).double()
    made.put_in(cell)
    x, h0, c0 = made.x.clone().requires_grad_(), made.h0.clone().requires_grad_(), made.c0.clone().requires_grad_()
    out, (_, c) = cell(x, (h0.reshape(1, -1), c0.reshape(1, -1)))
    J = ((made.d - out) ** 2).sum()
    J.backward()
    for t in range(made.steps):
        agree(solution, f"h{t + 1}", column(out[t]), given)
    agree(solution, f"c{made.steps}", column(c), given)
    agree(solution, "J", J, given)
    made.compare(solution, cell, given)
    for name, leaf in (("x1", x.grad[0]), ("h0", h0.grad), ("c0", c0.grad)):
        agree(solution, f"grad_{name}", column(leaf), given)
    assert solution.parts[0].checked is not None


@pytest.mark.parametrize("seed", range(40))
def test_random_gru(seed: int) -> None:
    rng = np.random.default_rng(seed)
    made = Gates(rng, "rzn")
    made.manner = made.manner.replace("concatenated", "stacked")  # PyTorch resets after the product
    given = f"  family: gru\n{made.fields()}\n  reset: after\n  z_weighs: state\n  loss: half-square-error\n  loss_at: last\n"
    given = given.replace(f"  d: {made.d.tolist()}", f"  d: {made.d[-1:].tolist()}")
    solution = solved(given, "[states, loss, gradients, grad_x1, grad_h0]")
    cell = torch.nn.GRU(made.inputs, made.hidden).double()
    made.put_in(cell)
    x, h0 = made.x.clone().requires_grad_(), made.h0.clone().requires_grad_()
    out, _ = cell(x, h0.reshape(1, -1))
    J = ((made.d[-1] - out[-1]) ** 2).sum() / 2
    J.backward()
    for t in range(made.steps):
        agree(solution, f"h{t + 1}", column(out[t]), given)
    agree(solution, "J", J, given)
    made.compare(solution, cell, given)
    agree(solution, "grad_x1", column(x.grad[0]), given)
    agree(solution, "grad_h0", column(h0.grad), given)


@pytest.mark.parametrize("seed", range(10))
def test_random_gru_that_resets_before_the_product(seed: int) -> None:
    """By the formulas of Cho et al., written in PyTorch."""
    rng = np.random.default_rng(seed)
    made = Gates(rng, "zrn")
    given = f"  family: gru\n{made.fields()}\n  loss: square-error"
    solution = solved(given, "[hidden, gradients]")
    W, U, b, b_hh = (p.clone().requires_grad_() for p in (made.W, made.U, made.b, made.b_hh))
    h, J = made.h0, 0.0

    def gate(name: str, t: int, h: Any) -> Any:
        sides = (made.of(W, name) @ made.x[t], made.of(U, name) @ h, made.of(b, name), made.of(b_hh, name))
        return sum(sides)

    for t in range(made.steps):
        z, r = torch.sigmoid(gate("z", t, h)), torch.sigmoid(gate("r", t, h))
        h = (1 - z) * h + z * torch.tanh(gate("n", t, r * h))
        J = J + ((made.d[t] - h) ** 2).sum()
        agree(solution, f"h{t + 1}", column(h), given)
    torch.as_tensor(J).backward()
    for name in made.order:
        agree(solution, f"grad_b{name}", column(made.of(b.grad, name)), given)
