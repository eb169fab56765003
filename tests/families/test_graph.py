"""Computation graphs against published answers and against PyTorch."""

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.api import solve
from solver.errors import SpecError
from solver.families import graph
from solver.formula.print.printer_latex import symbol_latex
from solver.formula.tree import Sum
from solver.render.document import View, document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import PROBLEMS
from tests.pytorch import torch
from tests.tables import each

Tensors = dict[str, torch.Tensor]


def solved(fields: str, find: str = "", head: str = "round: {decimals: 4}") -> Solution:
    asked = f", find: {find}" if find else ""
    text = f"title: t\n{head}\ngiven: {{family: graph, {fields}}}\nparts: [{{label: a{asked}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str, find: str = "") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


FXYZ = "inputs: {x: -2, y: 5, z: -4}, nodes: [q = x + y, f = q*z]"


def test_the_order_of_backpropagation() -> None:
    solution = solved(FXYZ)
    assert {key.removeprefix("a/"): value for key, value in solution.answers.items()} == {
        "q": 3, "f": -12, "grad_f": 1, "df_dq": -4, "df_dz": 3, "grad_z": 3, "grad_q": -4,
        "dq_dx": 1, "dq_dy": 1, "grad_x": -4, "grad_y": -4,
    }  # fmt: skip
    assert list(solution.answers)[2:] == [
        f"a/{name}" for name in ("grad_f", "df_dq", "df_dz", "grad_z", "grad_q", "dq_dx", "dq_dy", "grad_x", "grad_y")
    ]


def test_local_derivatives_and_gradients_are_told_apart() -> None:
    solution = solved("inputs: {x: 3}, nodes: [p = x**2, f = p + x]")
    text = text_of(document("t", [solution], View()))
    assert "df/dx = df/df · ∂f/∂x + df/dp · ∂p/∂x" in text
    assert symbol_latex(solution["a/df_dx"].symbol) == r"\frac{\partial f}{\partial x}"
    assert symbol_latex(solution["a/grad_x"].symbol) == r"\frac{\mathrm{d} f}{\mathrm{d} x}"


def test_a_node_stands_in_its_own_derivative() -> None:
    solution = solved("inputs: {x: 3}, nodes: [y = sigmoid(x)]", "dy_dx")
    assert solution["a/dy_dx"].item.source == "y*(1 - y)"


BINARY: dict[str, Callable[[Any, Any], Any]] = {
    "{} + {}": lambda a, b: a + b,
    "{} - {}": lambda a, b: a - b,
    "{}*{}": lambda a, b: a * b,
    "{}/(1 + {}**2)": lambda a, b: a / (1 + b**2),
    "max({}, {})": torch.maximum,
    "tanh({})*{}": lambda a, b: torch.tanh(a) * b,
    "sigmoid({} - 2*{})": lambda a, b: torch.sigmoid(a - 2 * b),
    "exp(-{}**2) + {}": lambda a, b: torch.exp(-(a**2)) + b,
}


@given(st.data())
def test_scalars_as_pytorch_has_them(data: st.DataObject) -> None:
    numbers = st.integers(-150, 150).filter(bool).map(lambda k: k / 100)
    tensors: Tensors = {name: torch.tensor(data.draw(numbers), dtype=torch.float64) for name in "xyz"}
    fields = f"inputs: {{{', '.join(f'{n}: {v.item()}' for n, v in tensors.items())}}}"
    for v in tensors.values():
        v.requires_grad_()
    nodes: list[str] = []
    for k in range(data.draw(st.integers(1, 5))):
        text = data.draw(st.sampled_from(sorted(BINARY)))
        a, b = data.draw(st.permutations(sorted(tensors)).map(lambda names: names[:2]))
        if text.startswith("max") and tensors[a].item() == tensors[b].item():
            continue
        tensors[f"n{k}"] = BINARY[text](tensors[a], tensors[b])
        tensors[f"n{k}"].retain_grad()
        nodes.append(f'"n{k} = {text.format(a, b)}"')
    if not nodes:
        return
    output = list(tensors)[-1]
    solution = solved(
        f"{fields}, nodes: [{', '.join(nodes)}]", "[forward, backward]", "round: {decimals: 12}\ncarry: exact"
    )
    tensors[output].backward()
    for key, one in solution:
        name = key.removeprefix("a/")
        assert one.exact is not None
        if name in tensors:
            assert one.exact.item() == pytest.approx(tensors[name].item(), rel=1e-9, abs=1e-9)
        elif name.startswith("grad_"):
            gradient = tensors[name.removeprefix("grad_")].grad
            assert gradient is not None
            assert one.exact.item() == pytest.approx(gradient.item(), rel=1e-9, abs=1e-9)


@pytest.mark.parametrize("upstream", [False, True])
def test_arrays_as_pytorch_has_them(upstream: bool) -> None:
    rng = np.random.default_rng(4)
    W, x, G = rng.uniform(-1, 1, (2, 3)).round(3), rng.uniform(-1, 1, 2).round(3), np.array([1.0, -2.0, 0.5])
    last = "" if upstream else ', "J = sum(h**2)"'
    fields = f"inputs: {{W: {W.tolist()}, x: {x.tolist()}}}, nodes: [u = W.T @ x, h = tanh(u)*u{last}]"
    solution = solved(f"{fields}{f', upstream: {G.tolist()}' if upstream else ''}", "backward", "carry: exact")
    w, v = torch.tensor(W, requires_grad=True), torch.tensor(x, requires_grad=True)
    u = w.T @ v
    u.retain_grad()
    h = torch.tanh(u) * u
    ((torch.tensor(G) * h).sum() if upstream else (h**2).sum()).backward()
    for name, tensor in (("W", w), ("x", v), ("u", u)):
        assert tensor.grad is not None
        found = solution[f"a/grad_{name}"].exact
        assert found is not None
        assert found.ravel() == pytest.approx(tensor.grad.numpy().ravel(), abs=1e-9)
    assert solution.parts[0].checked is not None


def test_a_gradient_that_arrives() -> None:
    answers = solved(f"{FXYZ}, upstream: 2", "[grad_f, gradients]").answers
    assert answers == {"a/grad_f": 2, "a/grad_x": -8, "a/grad_y": -8, "a/grad_z": 6}


@each(
    ("fields", "message"),
    [
        ("inputs: {x: 1}, nodes: [f = x + y]", "'y' is not given yet | known: x"),
        ("inputs: {x: 1}, nodes: [f = 2*x], output: g", "'g' is no node | known: f"),
        (
            "inputs: {x: [1, 2]}, nodes: [f = 2*x]",
            "f is 2×1, but only a scalar has a gradient | give upstream, 2×1: the gradient that arrives there",
        ),
        ("inputs: {x: [1, 2]}, nodes: [f = 2*x], upstream: 3", "upstream is 1×1, but f is 2×1 | "),
        ("inputs: {x: 1}, nodes: [x = 2*x]", "'x' is defined twice | a name stands for one quantity"),
    ],
)
def test_what_does_not_fit(fields: str, message: str) -> None:
    found = problems(fields)
    assert len(found) == 1
    assert found[0].startswith(message.split(" | ", maxsplit=1)[0])


def test_the_examples_run() -> None:
    assert solve_question(load_text(graph.EXAMPLE).questions[0]).answers["a/f"] == 1
    answers = solve(PROBLEMS / "graph.yaml").answers
    assert (answers["a.ii/grad_x"], answers["a.ii/grad_y"], answers["a.iii/grad_x"]) == (16, -16, 16)


def test_a_node_with_many_users_has_a_flat_sum() -> None:
    """Three hundred terms, one within the other, were more than any walk can go down."""
    nodes = ", ".join(f"n{k} = x*{k}" for k in range(1, 7))
    text = f"given: {{family: graph, inputs: {{x: 2}}, nodes: [{nodes}, f = n1 + n2 + n3 + n4 + n5 + n6]}}"
    solution = solve_question(load_text(f"{text}\nparts: [{{label: a, find: grad_x}}]").questions[0])
    assert solution["a/grad_x"].value == 21
    assert isinstance(solution["a/grad_x"].item.definition, Sum)
