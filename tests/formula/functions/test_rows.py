"""Every row of the function table, by its own examples: shape, value, bounds, gradient, cells, source and print."""

import inspect
from typing import Any

import numpy as np
import pytest

from solver.formula.calculus.check import largest_difference
from solver.formula.calculus.differentiate import differentiate
from solver.formula.calculus.local import bends
from solver.formula.functions import ACTIVATIONS, FUNCTIONS, TOPICS
from solver.formula.functions.row import CONSTANT
from solver.formula.parse import parse
from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_text import TextPrinter
from solver.formula.source import source
from solver.formula.tree import Call, Written, literal, names, walk
from solver.formula.walks.bounds import Interval, bounds
from solver.formula.walks.reduce import reduce
from solver.formula.walks.shape import shape
from solver.formula.walks.value import value
from solver.rounding import Rounding
from tests.formula.functions.quantities import SHAPES, drawn
from tests.tables import each
from tests.trials import times

EXAMPLES = [(fn, text) for fn, row in FUNCTIONS.items() for text in row.examples]


@each("fn", FUNCTIONS)
def test_a_row_documents_itself(fn: str) -> None:
    row = FUNCTIONS[fn]
    assert row.doc[-1] == "."
    assert any(fn in text or fn == "[]" for text in row.examples)
    assert bool(row.slopes) != bool(row.adjoints), "a rule for the gradient, of one kind"
    assert not row.slopes or len(row.slopes) == len(row.params)
    assert not (row.kink or row.bends) or row.at_kink


def test_every_row_belongs_to_one_topic() -> None:
    assert sorted(fn for rows in TOPICS.values() for fn in rows) == sorted(FUNCTIONS)


def test_activations_come_from_the_table() -> None:
    assert set(ACTIVATIONS) == {
        "tanh", "sigmoid", "relu", "leaky_relu", "elu", "softplus", "gelu", "linear", "softmax", "step",
        "heaviside", "bipolar", "sgn",
    }  # fmt: skip


@each(("fn", "text"), EXAMPLES)
def test_source_reads_back_and_every_format_prints(fn: str, text: str) -> None:
    tree = parse(text)
    assert parse(source(tree)) == tree
    for printer in (TextPrinter(), LatexPrinter()):
        assert printer.print(tree)


@each(("fn", "text"), EXAMPLES)
def test_the_shape_is_that_of_the_value_over_leading_axes(fn: str, text: str) -> None:
    tree, first, second = parse(text), drawn(1), drawn(2)
    alone = value(tree, first)
    assert alone.shape == shape(tree, SHAPES)
    both = value(tree, {name: np.stack([first[name], second[name]]) for name in first})
    if names(tree):
        assert np.allclose(both[0], alone, rtol=1e-13, atol=1e-15)
        assert np.allclose(both[1], value(tree, second), rtol=1e-13, atol=1e-15)


@each(("fn", "text"), EXAMPLES)
def test_bounds_hold_every_value_within(fn: str, text: str) -> None:
    """Of operands with wide intervals, narrow ones, and none, for those that are exact."""
    tree = parse(text)
    if not names(tree):
        return
    for seed in range(times(8)):
        rng, middles, width = np.random.default_rng(seed), drawn(seed), (3.0, 0.5, 0.05, 1e-3)[seed % 4]
        env = {}
        for name in names(tree):
            x = middles[name]
            radius = rng.uniform(0, width, x.shape) if seed < 4 or rng.random() < 0.7 else np.zeros_like(x)
            radius = np.minimum(radius, 0.9 * x) if name == "P" else np.zeros_like(x) if name == "M" else radius
            env[name] = Interval(x - radius, x + radius) if radius.any() else Interval(x, x)
        found = bounds(tree, env)
        samples = {name: rng.uniform(i.low, i.high, (60, *i.low.shape)) for name, i in env.items()}
        for name, i in env.items():  # the corners are where the extremes are
            samples[name][:30] = np.where(rng.integers(0, 2, samples[name][:30].shape), i.low, i.high)
        values = value(tree, samples)
        slack = 1e-9 * (1 + np.abs(np.where(np.isfinite(values), values, 0)))
        assert np.all(values >= found.low - slack), seed
        assert np.all(values <= found.high + slack), seed


@each(("fn", "text"), EXAMPLES)
@each("seed", range(times(1)))
def test_gradients_agree_with_central_differences(fn: str, text: str, seed: int) -> None:
    """By every operand, of a weighted sum of the result's cells, and once more through the gradient's own formula."""
    tree, given_ = parse(text), drawn(seed)
    wrt = [name for name in names(tree) if name != "M"]
    if not wrt:
        return
    rng = np.random.default_rng(seed + 100)
    shapes = {**SHAPES, "Q": shape(tree, SHAPES), "R": shape(tree, SHAPES), "J": (1, 1)}
    given_["R"] = rng.normal(size=(int(shapes["R"][0]), int(shapes["R"][1])))
    chain = [("Q", tree), ("J", parse("sum(R*Q)"))]
    derived = differentiate(chain, "J", wrt, shapes)
    env = dict(given_)
    for name, formula in [*chain, *((d.name, d.formula) for d in derived)]:
        env[name] = value(formula, env)
    gradients = {name: env[f"grad_{name}"] for name in wrt}
    if FUNCTIONS[fn].constant and all(n.fn == fn for n in walk(tree) if isinstance(n, Call)):
        assert all(not g.any() for g in gradients.values())
        return
    gradients = {name: np.broadcast_to(g, given_[name].shape) for name, g in gradients.items()}
    assert largest_difference(chain, "J", gradients, given_) < 1e-5


@each(("fn", "text"), [(fn, text) for fn, text in EXAMPLES if FUNCTIONS[fn].analytic])
def test_a_step_along_the_imaginary_axis_gives_the_slope(fn: str, text: str) -> None:
    """As the proof of a gradient takes it where central differences resolve nothing."""
    tree, at, rng = parse(text), drawn(3), np.random.default_rng(4)
    way = {name: rng.normal(size=at[name].shape) for name in names(tree)}
    pushed: dict[str, Any] = {name: at[name] + 1e-200j * v for name, v in way.items()}
    found = value(tree, pushed)
    assert np.allclose(found.real, value(tree, at), rtol=1e-12)
    up, down = (value(tree, {n: at[n] + s * v for n, v in way.items()}) for s in (1e-6, -1e-6))
    assert np.allclose(np.imag(found) / 1e-200, (up - down) / 2e-6, rtol=1e-6, atol=1e-7)


@each(("fn", "text"), [(fn, text) for fn, text in EXAMPLES if FUNCTIONS[fn].cells])
def test_written_cells_work_out_the_value(fn: str, text: str) -> None:
    tree, form = parse(text), Rounding(3)
    if any(isinstance(n, Call) and n.fn in ("mask", "causal") for n in walk(tree)):
        return
    env = {name: np.round(x, 1) for name, x in drawn(5).items()}
    lines = reduce(
        tree,
        lambda guard: {n: literal(x, Rounding(1)) for n, x in env.items()},
        form.round(value(tree, env)),
        form,
        "full",
    )
    written = [line.tree for line in lines if isinstance(line.tree, Written)]
    assert written, "cells that the row writes stand on the page"
    for line in written:
        exact = value(line.of, {})
        for i, cells in zip(line.rows, line.cells, strict=True):
            for j, cell in zip(line.columns, cells, strict=True):
                assert cell is not None
                assert i is not None
                assert j is not None
                assert value(cell, {}).item() == pytest.approx(exact[i, j], abs=1e-9)


def test_softmax_writes_the_powers_before_their_ratio() -> None:
    form = Rounding(2)
    u = literal(np.array([[1.0], [2.0]]), Rounding(1))
    lines = reduce(
        parse("softmax(u)"), lambda guard: {"u": u}, form.round(value(parse("softmax(u)"), {"u": u.value})), form
    )
    assert [TextPrinter().print(line.tree) for line in lines[2:]] == [
        "[e^(1.0)/(e^(1.0) + e^(2.0)); e^(2.0)/(e^(1.0) + e^(2.0))]",
        "[2.7183/(2.7183 + 7.3891); 7.3891/(2.7183 + 7.3891)]",
        "[0.27; 0.73]",
    ]


def test_a_kink_is_named_only_where_there_is_one() -> None:
    kinked = {
        "elu(u)": False,
        "elu(u, 1.0)": False,
        "elu(u, 2)": True,
        "elu(u, a)": True,
        "leaky_relu(u)": True,
        "relu(u)": True,
    }
    assert {text: bends(tree) for text in kinked if isinstance(tree := parse(text), Call)} == kinked


def test_what_never_changes_says_so() -> None:
    assert {fn for fn, row in FUNCTIONS.items() if row.constant} == {
        fn for fn, row in FUNCTIONS.items() if set(row.slopes) == {CONSTANT} or set(row.adjoints) == {""}
    }


def test_options_are_the_code_s() -> None:
    for fn, row in FUNCTIONS.items():
        if row.options:
            kinds = inspect.signature(row.code).parameters
            assert set(row.options) <= set(kinds) or any(p.kind == p.VAR_KEYWORD for p in kinds.values()), fn
