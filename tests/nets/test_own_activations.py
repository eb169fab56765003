"""An author's own activation: shown by its name, with its slope as a step, in every family; nothing leaks."""

import pickle
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

from solver.errors import SpecError
from solver.formula.calculus.own_functions import own_function
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import parse, parse_using
from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_text import TextPrinter
from solver.formula.source import source
from solver.formula.tree import Call
from solver.formula.walks.value import value
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.render.document import WHOLE, document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.pytorch import torch
from tests.tables import each

ACTIVATIONS = "{g: 1 - 2*step(-u), swish: u*sigmoid(u), twice: 2*swish(u), hard: 'max(0, min(1, 0.2*u + 0.5))'}"
TORCH = {
    "g": lambda u: 1 - 2 * (u < 0).double() + 0 * u,
    "swish": torch.nn.functional.silu,
    "twice": lambda u: 2 * torch.nn.functional.silu(u),
    "hard": lambda u: torch.clamp(0.2 * u + 0.5, 0, 1),
}

MLP = """
title: t
round: {decimals: 3}
carry: exact
given:
  family: mlp
  x: [1.0, 2.0]
  d: 1
  activations: ACTIVATIONS
  layers:
    - {W: [[0.5, -0.3], [0.2, 0.8]], b: [0.1, 0.0], activation: FN}
    - {W: [[1.0], [-0.5]], activation: sigmoid}
  loss: cross-entropy
parts:
  - {label: a, find: [u1, hidden]}
  - {label: b, find: [derivatives, gradients_u, gradients_Wb]}
"""

RNN = """
title: t
carry: exact
given:
  family: rnn
  type: elman
  activations: ACTIVATIONS
  activation: FN
  output_activation: swish
  U: [[0.5, -0.2], [0.1, 0.4]]
  W: [[0.3, 0.0], [-0.1, 0.2]]
  V: [[1.0], [-1.0]]
  b: 0.1
  x: [[1.0, 0.0], [0.0, 1.0], [0.5, -2.0]]
  d: [[1], [0], [0.5]]
  loss: square-error
parts: [{label: a, find: [states, loss, gradients]}]
"""

FORMULA = """
title: t
carry: exact
given:
  family: formula
  quantities: {x: [0.4, -0.3], W: [[1.0, 2.0], [0.5, -1.5]]}
  activations: ACTIVATIONS
  formulas: [u = W @ x, h = FN(u), J = sum(h**2 + FN(3*x))]
parts: [{label: a, find: [h, J, grad_x, grad_W]}]
"""


def solved(text: str, fn: str) -> Solution:
    return solve_question(load_text(text.replace("ACTIVATIONS", ACTIVATIONS).replace("FN", fn)).questions[0])


@each("fn", TORCH)
def test_mlp_agrees_with_torch(fn: str) -> None:
    found = solved(MLP, fn)
    x, w1 = (
        torch.tensor([[1.0], [2.0]], dtype=torch.double),
        torch.tensor([[0.5, -0.3], [0.2, 0.8]], dtype=torch.double),
    )
    w1.requires_grad_()
    w2 = torch.tensor([[1.0], [-0.5]], dtype=torch.double, requires_grad=True)
    h = TORCH[fn](w1.T @ x + torch.tensor([[0.1], [0.0]], dtype=torch.double))
    torch.nn.functional.binary_cross_entropy(torch.sigmoid(w2.T @ h), torch.ones(1, 1, dtype=torch.double)).backward()
    assert found["a/h1"].exact == pytest.approx(h.detach().numpy(), abs=1e-12)
    assert w1.grad is not None
    assert w2.grad is not None
    assert found["b/grad_W1"].exact == pytest.approx(w1.grad.numpy(), abs=1e-12)
    assert found["b/grad_W2"].exact == pytest.approx(w2.grad.numpy(), abs=1e-12)
    assert found.parts[1].checked is not None


@each("fn", TORCH)
def test_rnn_agrees_with_torch(fn: str) -> None:
    found = solved(RNN, fn)
    u, w, v, b = (
        torch.tensor(x, dtype=torch.double, requires_grad=True)
        for x in ([[0.5, -0.2], [0.1, 0.4]], [[0.3, 0.0], [-0.1, 0.2]], [[1.0], [-1.0]], [[0.1], [0.1]])
    )
    h, loss = torch.zeros(2, 1, dtype=torch.double), torch.zeros(1, dtype=torch.double)
    for x, d in (([1.0, 0.0], 1.0), ([0.0, 1.0], 0.0), ([0.5, -2.0], 0.5)):
        h = TORCH[fn](u.T @ torch.tensor(x, dtype=torch.double)[:, None] + w.T @ h + b)
        loss = loss + ((d - TORCH["swish"](v.T @ h)) ** 2).sum()
    loss.backward()
    scale = float(found["a/J"].exact_value) / loss.item()  # whatever factor the family's loss has
    for name, variable in zip("UWVb", (u, w, v, b), strict=True):
        assert variable.grad is not None
        assert found[f"a/grad_{name}"].exact == pytest.approx(scale * variable.grad.numpy(), abs=1e-12)


@each("fn", TORCH)
def test_formulas_agree_with_torch(fn: str) -> None:
    found = solved(FORMULA, fn)
    x = torch.tensor([[0.4], [-0.3]], dtype=torch.double, requires_grad=True)
    w = torch.tensor([[1.0, 2.0], [0.5, -1.5]], dtype=torch.double, requires_grad=True)
    loss = (TORCH[fn](w @ x) ** 2 + TORCH[fn](3 * x)).sum()
    loss.backward()
    assert found["a/J"].exact_value == pytest.approx(loss.item(), abs=1e-12)
    for name, variable in (("x", x), ("W", w)):
        assert variable.grad is not None
        assert found[f"a/grad_{name}"].exact == pytest.approx(variable.grad.numpy(), abs=1e-12)


@pytest.mark.parametrize("text", [MLP, RNN, FORMULA])
def test_the_name_and_the_slope_stand_on_the_page(text: str) -> None:
    page = render(list(document("t", [solved(text, "twice")], WHOLE)))
    for line in ("σ(u) = ", "swish(u) = u σ(u)", "twice(u) = 2 swish(u)", "twice(u"):
        assert line in page
    assert "f′(u" in page
    assert page.index("swish(u) = ") < page.index("twice(u) = ") < page.index("= twice(u")


def test_the_convention_at_a_kink_is_said() -> None:
    working = solved(MLP, "hard").parts[1].context
    assert working is not None
    assert working.working.items["df1"].why == (
        "hard follows its parts: the larger of two has no slope where the two are equal; there step(0) = 0 is used; "
        "the smaller of two has no slope where the two are equal; there step(0) = 0 is used"
    )


def test_it_is_printed_by_its_name() -> None:
    g = own_function("g", parse("u*sigmoid(u)"))
    tree = parse_using("g(W @ x) + 1", {"g": g})
    assert source(tree) == "g(W @ x) + 1"
    assert TextPrinter().print(tree) == "g(W x) + 1"
    assert LatexPrinter().print(tree) == r"g(W \, x) + 1"


def test_mistakes_are_named() -> None:
    made = sheet(solved(MLP, "swish"))
    given = key_of(made, 2)
    exact = made.answers["b/grad_u2"].solved.exact
    assert exact is not None
    given.batch.values["a/h1"][0] = made.answers["a/u1"].solved.written
    given.batch.values["b/grad_u1"][1] = np.round(np.array([[1.0], [-0.5]]) * exact, 3)
    found = grade_batch(made, None, given).mistakes
    assert found["a/h1"] == {(0, 0, 0): "activation left out", (0, 1, 0): "activation left out"}
    assert set(found["b/grad_u1"].values()) == {"f′(u) left out"}


def test_nothing_leaks_between_questions_or_threads() -> None:
    """Two questions call different functions g at the same time, in many threads; the table stays as it was."""
    before = dict(FUNCTIONS)
    one = FORMULA.replace("ACTIVATIONS", "{g: u*u}").replace("FN", "g")
    two = FORMULA.replace("ACTIVATIONS", "{g: 3*u}").replace("FN", "g")
    u = np.array([[1.0, 2.0], [0.5, -1.5]]) @ np.array([[0.4], [-0.3]])

    def run(k: int) -> bool:
        text, expected = (one, u * u) if k % 2 else (two, 3 * u)
        solution = solve_question(load_text(text).questions[0])
        slope = 2 * u if k % 2 else np.full_like(u, 3.0)
        w = 2 * (expected * slope) @ np.array([[0.4, -0.3]])
        return np.allclose(solution["a/h"].exact, expected) and np.allclose(solution["a/grad_W"].exact, w)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(run, range(24)))
    assert dict(FUNCTIONS) == before
    with pytest.raises(SpecError, match="unknown function 'g'"):
        load_text(one.replace("  activations: {g: u*u}\n", ""))


def test_it_is_sent_to_another_process() -> None:
    tree = parse_using("g(x)", {"g": own_function("g", parse("u*u + 1"))})
    found = pickle.loads(pickle.dumps(tree))
    assert found == tree
    assert found != parse_using("g(x)", {"g": own_function("g", parse("u*u"))})
    assert isinstance(found, Call)
    assert value(found, {"x": np.array([[3.0]])}) == 10
