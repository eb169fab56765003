"""PyTorch as the oracle: LSTM and GRU cells of random sizes, stored in every way, values and gradients."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest

from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.pytorch import torch
from tests.tables import each
from tests.trials import times

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


@pytest.mark.parametrize("seed", range(times(4)))
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


@pytest.mark.parametrize("seed", range(times(4)))
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


@pytest.mark.parametrize("seed", range(times(4)))
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


@pytest.mark.parametrize("kind", ["lstm", "gru"])
@pytest.mark.parametrize("seed", range(times(4)))
def test_random_gated_layers(kind: str, seed: int) -> None:
    """nn.LSTM and nn.GRU of one to three layers, in one direction or both, with a linear output."""
    rng = np.random.default_rng(seed)
    depth, n, m, k, steps = (int(rng.integers(1, top)) for top in (4, 3, 3, 3, 4))
    both = bool(rng.integers(2)) or depth == 1
    order = "ifgo" if kind == "lstm" else "rzn"
    cell = (torch.nn.LSTM if kind == "lstm" else torch.nn.GRU)(n, m, depth, bidirectional=both).double()
    with torch.no_grad():
        for parameter in cell.parameters():
            parameter.copy_(draw(rng, *parameter.shape))
    V, by, x, d = draw(rng, k, m * (1 + both)), draw(rng, k), draw(rng, steps, n), draw(rng, steps, k)
    names: dict[str, tuple[Any, int]] = {}
    starts: list[Any] = []

    def layer(level: int, end: str) -> dict[str, Any]:
        fields: dict[str, Any] = {}
        for field, of in (("W", "weight_ih"), ("U", "weight_hh"), ("b", "bias_ih"), ("b_hh", "bias_hh")):
            values = getattr(cell, f"{of}_l{level}{end}")
            side = ("b" if end else "f") if both else ""
            for at, gate in enumerate(order):
                letter = "bh" if field == "b_hh" else field
                names[f"grad_{letter}{gate}{side}{level + 1 if depth > 1 else ''}"] = (values, at)
            fields[field] = values.tolist()
        starts.append([draw(rng, m), draw(rng, m)])
        fields["h0"] = starts[-1][0].tolist()
        return fields | ({"c0": starts[-1][1].tolist()} if kind == "lstm" else {})

    made = [layer(level, "") | ({"backward": layer(level, "_reverse")} if both else {}) for level in range(depth)]
    fields = {
        "family": kind,
        "order": list(order),
        **({} if kind == "lstm" else {"reset": "after", "z_weighs": "state"}),
        **(made[0] if depth == 1 else {"layers": made}),
        "V": V.tolist(),
        "by": by.tolist(),
        "x": x.tolist(),
        "d": d.tolist(),
        "loss": "square-error",
    }
    given = f"  {json.dumps(fields)}"  # JSON is YAML
    solution = solved(given, "[states, J, gradients, gradients_x]")
    V.requires_grad_(), by.requires_grad_(), x.requires_grad_()
    h0, c0 = (torch.stack([start[j] for start in starts]) for j in (0, 1))
    out, _ = cell(x, (h0, c0) if kind == "lstm" else h0)
    y = out @ V.T + by
    J = ((d - y) ** 2).sum()
    J.backward()
    agree(solution, "J", J, given)
    for t in range(steps):
        agree(solution, f"y{t + 1}", column(y[t]), given)
        agree(solution, f"h{f'{depth}_' if depth > 1 else ''}{t + 1}", column(out[t]), given)
        agree(solution, f"grad_x{t + 1}", column(x.grad[t]), given)
    agree(solution, "grad_V", V.grad, given)
    agree(solution, "grad_by", column(by.grad), given)
    for name, (leaf, at) in names.items():
        part = leaf.grad[at * m : (at + 1) * m]
        agree(solution, name, part if part.ndim == 2 else column(part), given)
    assert solution.parts[0].checked is not None


# -- recurrent networks -------------------------------------------------------------------------------------------------
@each("seed", range(times(4)))
def test_random_rnn(seed: int) -> None:
    """nn.RNN of one to three layers, in one direction or both, of one sequence or a batch; a linear output."""
    rng = np.random.default_rng(seed)
    depth, n, m, k, steps, count = (int(rng.integers(1, top)) for top in (4, 3, 4, 3, 5, 4))
    both, many, turned, last = (bool(rng.integers(2)) for _ in range(4))
    cell = torch.nn.RNN(n, m, depth, bidirectional=both).double()
    with torch.no_grad():
        for name, parameter in cell.named_parameters():
            parameter.copy_(draw(rng, *parameter.shape) * ("hh" not in name or "weight" in name))
    states = m * (1 + both)
    V, c, x = draw(rng, k, states), draw(rng, k), draw(rng, steps, count if many else 1, n)
    d = draw(rng, 1 if last else steps, count if many else 1, k)
    names: dict[str, Any] = {}

    def layer(level: int, end: str) -> dict[str, Any]:
        fields = {}
        for field, of in (("U", "weight_ih"), ("W", "weight_hh"), ("b", "bias_ih")):
            values = getattr(cell, f"{of}_l{level}{end}")
            side = ("b" if end else "f") if both else ""
            names[f"grad_{field}{side}{level + 1 if depth > 1 else ''}"] = (values, field)
            fields[field] = (values if turned or field == "b" else values.T).tolist()
        return fields

    def sequences(values: Any) -> Any:
        return values.transpose(0, 1).tolist() if many else values[:, 0].tolist()

    made = [layer(k, "") | ({"backward": layer(k, "_reverse")} if both else {}) for k in range(depth)]
    fields = {
        "family": "rnn",
        "weights": "neurons x inputs" if turned else "inputs x neurons",
        **(made[0] if depth == 1 else {"layers": made}),
        "V": (V if turned else V.T).tolist(),
        "c": c.tolist(),
        "output_activation": "linear",
        "X" if many else "x": sequences(x),
        "D" if many else "d": sequences(d),
        "loss": "square-error",
        "loss_at": "last" if last else "all",
    }
    given = f"  {json.dumps(fields)}"  # JSON is YAML
    solution = solved(given, "[states, J, gradients]")
    V.requires_grad_()
    c.requires_grad_()
    out, _ = cell(x)
    y = out @ V.T + c
    J = ((d - (y[-1:] if last else y)) ** 2).sum()
    J.backward()
    agree(solution, "J", J, given)
    for t in range(steps):
        agree(solution, f"{'Y' if many else 'y'}{t + 1}", y[t] if many else column(y[t]), given)
    agree(solution, "grad_V", V.grad if turned else V.grad.T, given)
    agree(solution, "grad_c", column(c.grad), given)
    for name, (leaf, field) in names.items():
        gradient = column(leaf.grad) if field == "b" else leaf.grad if turned else leaf.grad.T
        agree(solution, name, gradient, given)


# -- attention ----------------------------------------------------------------------------------------------------------
def rows(values: Any) -> list[list[float]]:
    found: list[list[float]] = values.tolist()
    return found


@each("seed", range(times(4)))
def test_random_scaled_dot_products(seed: int) -> None:
    rng = np.random.default_rng(seed)
    n, m, dk, dv = (int(rng.integers(1, 5)) for _ in range(4))
    Q, K, V, D = draw(rng, n, dk), draw(rng, m, dk), draw(rng, m, dv), draw(rng, n, dv)
    kind = str(rng.choice(["none", "causal", "given"]))
    mask = torch.ones(n, m, dtype=torch.bool)
    if kind == "causal":
        mask = torch.tril(mask)
    elif kind == "given":
        mask = torch.tensor(rng.integers(0, 2, (n, m)).astype(bool))
        mask[torch.arange(n), torch.tensor(rng.integers(0, m, n))] = True
    scale = [None, 1.0, 0.25][int(rng.integers(3))]
    given = (
        f"  family: attention\n  Q: {rows(Q)}\n  K: {rows(K)}\n  V: {rows(V)}\n  D: {rows(D)}\n  loss: square-error\n"
    )
    given += {"none": "", "causal": "  mask: causal\n", "given": f"  mask: {rows(mask.int())}\n"}[kind]
    given += {None: "", 1.0: "  scaled: false\n", 0.25: "  divisor: 4\n"}[scale]
    solution = solved(given, "[A, C, J, gradients]")
    for leaf in (Q, K, V):
        leaf.requires_grad_()
    C = torch.nn.functional.scaled_dot_product_attention(Q, K, V, attn_mask=mask, scale=scale)
    J = ((D - C) ** 2).sum()
    J.backward()
    agree(solution, "C", C, given)
    agree(solution, "J", J, given)
    for name, leaf in (("Q", Q), ("K", K), ("V", V)):
        agree(solution, f"grad_{name}", leaf.grad, given)


@pytest.mark.parametrize("seed", range(times(6)))
def test_random_heads(seed: int) -> None:
    """nn.MultiheadAttention, self-attention or cross-attention, its weights stored neurons × inputs."""
    rng = np.random.default_rng(seed)
    heads, width = int(rng.integers(1, 4)), int(rng.integers(1, 3))
    size, n, m = heads * width, int(rng.integers(1, 4)), int(rng.integers(1, 4))
    cross, biased = bool(rng.integers(2)), bool(rng.integers(2))
    layer = torch.nn.MultiheadAttention(size, heads, bias=biased).double()
    with torch.no_grad():
        for parameter in layer.parameters():
            parameter.copy_(draw(rng, *parameter.shape))
    X, memory, D = draw(rng, n, size), draw(rng, m, size), draw(rng, n, size)
    given = f"  family: attention\n  weights: neurons x inputs\n  X: {rows(X)}\n  heads: {heads}\n"
    given += f"  memory: {rows(memory)}\n" if cross else ""
    for k, letter in enumerate("qkv"):
        given += f"  W{letter}: {rows(layer.in_proj_weight[k * size : (k + 1) * size])}\n"
        given += f"  b{letter}: {layer.in_proj_bias[k * size : (k + 1) * size].tolist()}\n" if biased else ""
    given += f"  Wo: {rows(layer.out_proj.weight)}\n"
    given += f"  bo: {layer.out_proj.bias.tolist()}\n" if biased else ""
    given += f"  D: {rows(D)}\n  loss: half-square-error\n"
    solution = solved(given, "[Y, J, gradients]")
    X.requires_grad_()
    source = memory if cross else X
    Y, _ = layer(X, source, source)
    J = ((D - Y) ** 2).sum() / 2
    J.backward()
    agree(solution, "Y", Y, given)
    agree(solution, "J", J, given)
    agree(solution, "grad_X", X.grad, given)
    agree(solution, "grad_Wo", layer.out_proj.weight.grad, given)
    for k, letter in enumerate("qkv"):
        agree(solution, f"grad_W{letter}", layer.in_proj_weight.grad[k * size : (k + 1) * size], given)
        if biased:
            agree(solution, f"grad_b{letter}", column(layer.in_proj_bias.grad[k * size : (k + 1) * size]), given)
