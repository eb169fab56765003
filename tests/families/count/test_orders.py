"""Operations with sizes in symbols: published orders of growth, and the same numbers as a network of that size."""

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.walks.polynomial import leading, polynomial, written
from solver.formula.walks.value import value
from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.solve import solve_question


def answers(input_: str, layers: str, find: str = "[macs, order, parameters]") -> dict[str, Any]:
    text = (
        f"title: t\ngiven: {{family: count, input: {input_}, layers: [{layers}]}}\nparts: [{{label: a, find: {find}}}]"
    )
    return {key.removeprefix("a/"): v for key, v in solve_question(load_text(text).questions[0]).answers.items()}


# "Attention is all you need", table 1: n²·d, n·d², k·n·d²
ORDERS = [
    ("{type: attention, projections: false}", "attn1", "2*n**2*d", "n**2*d"),
    ("attention", "attn1", "2*n**2*d + 4*n*d**2", "n**2*d + n*d**2"),
    ("rnn d", "rnn1", "2*n*d**2", "n*d**2"),
    ("lstm d", "lstm1", "8*n*d**2", "n*d**2"),
    ("conv d@k same", "conv1", "n*d**2*k", "n*d**2*k"),
    ("{type: conv, filters: d, size: k, padding: same, groups: d}", "conv1", "n*d*k", "n*d*k"),
    ("dense 4*d", "fc1", "4*n*d**2", "n*d**2"),
]


@pytest.mark.parametrize(("layer", "name", "macs", "order"), ORDERS)
def test_orders(layer: str, name: str, macs: str, order: str) -> None:
    found = answers("[n, d]", layer, "[macs, order]")
    assert polynomial(parse(found[f"macs_{name}"])) == polynomial(parse(macs))
    assert found[f"order_{name}"] == order


@given(st.integers(1, 9), st.integers(1, 9), st.integers(1, 4))
def test_the_numbers_of_a_network_of_that_size(n: int, half: int, width: int) -> None:
    layers = "attention 2, layer-norm, {type: encoder, heads: 2, neurons: %s}, lstm %s, conv %s@%s same, dense 7"
    d, k = 2 * half, 2 * width - 1
    symbols = answers("[n, d]", layers % ("4*d", "d", "d", "k"), "[macs, parameters]")
    numbers = answers(f"[{n}, {d}]", layers % (4 * d, d, d, k), "[macs, parameters]")
    env: dict[str, Floats] = {name: parse(str(x)).value for name, x in (("n", n), ("d", d), ("k", k))}  # type: ignore[union-attr]
    assert symbols.keys() == numbers.keys()
    for name, formula in symbols.items():
        assert value(parse(str(formula)), env).item() == numbers[name], name


names = st.sampled_from(["n", "d", "k", "2", "3"])
formulas = st.recursive(
    names,
    lambda x: st.tuples(x, st.sampled_from(["+", "-", "*"]), x).map(lambda t: f"({t[0]} {t[1]} {t[2]})"),
    max_leaves=8,
)


@given(formulas)
def test_a_polynomial_has_the_value_of_its_formula(text: str) -> None:
    tree = parse(text)
    made = polynomial(tree)
    assert made is not None
    again = written(made, ["n", "d", "k"])
    env = {name: parse(x).value for name, x in (("n", "5"), ("d", "7"), ("k", "11"))}  # type: ignore[union-attr]
    assert value(again, env).item() == value(tree, env).item()


def test_what_grows_fastest() -> None:
    made = polynomial(parse("4*n*d**2 + 2*n**2*d + 9*n*d + 5"))
    assert made is not None
    assert source(written(leading(made), ["n", "d"])).replace(" ", "") == "n**2*d+n*d**2"


def test_symbols_that_cannot_be() -> None:
    for layers, said in (("conv d@3 stride 2", "stride 1"), ("dense 5 after q", "no layer 'q'")):
        with pytest.raises(SpecError, match=re.escape(said)):
            answers("[n, d]", layers)
    with pytest.raises(SpecError, match="sizes in symbols are"):
        answers("[c, h, w]", "conv 3@3x3")
