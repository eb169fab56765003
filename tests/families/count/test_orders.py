"""Operations with sizes in symbols: published orders of growth, and the same numbers as a network of that size."""

import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.parse import parse
from solver.formula.source import source
from solver.formula.walks.polynomial import leading, polynomial, written
from solver.formula.walks.value import value
from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each
from tests.trials import times


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


@each(("layer", "name", "macs", "order"), ORDERS)
def test_orders(layer: str, name: str, macs: str, order: str) -> None:
    found = answers("[n, d]", layer, "[macs, order]")
    assert polynomial(parse(found[f"macs_{name}"])) == polynomial(parse(macs))
    assert found[f"order_{name}"] == order


# the same table: sequential operations and path length; a stack of convolutions side by side needs n/k layers
SEQUENTIAL = [
    ("{type: attention, projections: false}", "attn1", "1", "1", "1", "1"),
    ("attention 4", "attn1", "1", "1", "1", "1"),
    ("rnn d", "rnn1", "n", "n", "n - 1", "n"),
    ("lstm d bidirectional", "lstm1", "n", "n", "n - 1", "n"),
    ("gru 8", "gru1", "n", "n", "n - 1", "n"),
    ("conv d@k same", "conv1", "1", "1", "n/k", "n/k"),
]


@each(("layer", "name", "steps", "grow", "path", "grows"), SEQUENTIAL)
def test_sequential_operations_and_paths(layer: str, name: str, steps: str, grow: str, path: str, grows: str) -> None:
    found = answers("[n, d]", layer, "[sequential, path]")
    assert found == {
        f"steps_{name}": steps,
        f"order_steps_{name}": grow,
        f"path_{name}": path,
        f"order_path_{name}": grows,
    }


def test_the_orders_of_all_layers_in_one_table() -> None:
    layers = "{type: attention, projections: false}, rnn d, conv d@k same, {type: conv, filters: d, size: k, dilation: 2, padding: same}"
    found = answers("[n, d]", layers, "growth")["growth"]
    assert found == "attn1: n^2·d, 1, 1; rnn1: n·d^2, n, n; conv1: n·d^2·k, 1, n/k"
    with pytest.raises(SpecError, match="growth"):
        answers("[7, 8]", "rnn 3", "growth")


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


VOLUMES = [
    "conv m@k same, max-pool 2, conv 2*m@3x3, global-pool, dense q",
    "conv m@3x3 same stride 2, batch-norm, transposed c@2x2 stride 2, flatten, dense 10",
    "depthwise k same, pointwise m, average-pool 4, transposed q@4x4 stride 2 padding 1",
    "{branches: [[conv m@1x1], [conv q@k same]]}, upsample 2, conv 3@5x5 padding 1",
]


@pytest.mark.parametrize("layers", VOLUMES)
@settings(max_examples=times(4))
@given(sizes=st.tuples(*[st.integers(1, 5)] * 5))
def test_volumes_in_symbols(layers: str, sizes: tuple[int, ...]) -> None:
    """The numbers of a network of that size, where pools and strides divide it."""
    c, a, b, m, q = sizes
    numbers = {"c": c, "h": 4 * a + 8, "w": 4 * b + 8, "m": m, "q": q, "k": 3}
    put_in = re.sub(r"\b(\d\*)?[cmqk]\b", lambda x: str(eval_product(x[0], numbers)), layers)
    symbols = answers("[c, h, w]", layers, "[macs, parameters]")
    found = answers(f"[{c}, {numbers['h']}, {numbers['w']}]", put_in, "[macs, parameters]")
    env: dict[str, Floats] = {name: parse(str(x)).value for name, x in numbers.items()}  # type: ignore[union-attr]
    assert symbols.keys() == found.keys()
    for name, formula in symbols.items():
        assert value(parse(str(formula)), env).item() == found[name], name


def eval_product(text: str, numbers: dict[str, int]) -> int:
    *times, word = text.split("*")
    return numbers[word] * int(times[0] if times else 1)


def test_symbols_that_cannot_be() -> None:
    for layers, said in (("conv d@3 stride 2", "has to be rounded"), ("dense 5 after q", "no layer 'q'")):
        with pytest.raises(SpecError, match=re.escape(said)):
            answers("[n, d]", layers)
    for layers in ("conv 3@3x3 stride 2", "max-pool 3 stride 2", "max-pool 2 padding 1"):
        with pytest.raises(SpecError, match="has to be rounded"):
            answers("[c, h, w]", layers)
