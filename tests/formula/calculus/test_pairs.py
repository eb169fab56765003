"""The known pairs: their derivations line by line, and the losses they are found in."""

from __future__ import annotations

import numpy as np
import pytest

from solver.formula.calculus.differentiate import differentiate
from solver.formula.calculus.pairs import match_pair
from solver.formula.functions import FUNCTIONS, Pair
from solver.formula.parse import parse
from solver.formula.walks.shape import Shape
from solver.formula.walks.value import value
from tests.tables import each

SHAPES: dict[str, Shape] = {"u": (3, 4), "y": (3, 4), "d": (3, 4), "J": (1, 1)}
PAIRS = [(fn, pair) for fn, row in FUNCTIONS.items() for pair in row.pairs]
ids = [fn for fn, _ in PAIRS]


def instance(fn: str, pair: Pair) -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    columns = 1 if any("@ log" in loss for loss in pair.losses) else 4
    u = rng.normal(size=(3, columns))
    d = rng.uniform(0.1, 1, (3, columns))
    if pair.distribution:
        d /= d.sum(axis=0 if pair.distribution == "columns" else 1, keepdims=True)
    return {"u": u, "d": d, "y": FUNCTIONS[fn].code(u)}


@pytest.mark.parametrize(("fn", "pair"), PAIRS, ids=ids)
def test_each_line_of_a_derivation_equals_the_one_above(fn: str, pair: Pair) -> None:
    env = instance(fn, pair)
    expected = value(parse(pair.gradient), env)
    for line, reason in pair.derivation:
        assert value(parse(line), env) == pytest.approx(expected, rel=1e-12, abs=1e-12), line
        assert reason
    assert pair.derivation[-1][0] == pair.gradient


@pytest.mark.parametrize(("fn", "pair"), PAIRS, ids=ids)
def test_the_gradient_is_the_loss_s_own(fn: str, pair: Pair) -> None:
    env = instance(fn, pair)
    for loss in pair.losses:
        for cell in np.ndindex(*env["u"].shape):
            push = np.zeros_like(env["u"])
            push[cell] = 1e-6
            up, down = (
                value(parse(loss), {**env, "y": FUNCTIONS[fn].code(env["u"] + sign * push)}).sum() for sign in (1, -1)
            )
            assert value(parse(pair.gradient), env)[cell] == pytest.approx((up - down) / 2e-6, abs=1e-6), loss


@pytest.mark.parametrize(("fn", "pair"), PAIRS, ids=ids)
def test_every_way_to_write_the_loss_is_found_and_used(fn: str, pair: Pair) -> None:
    for loss in pair.losses:
        shapes = {**SHAPES, **(dict.fromkeys("uyd", (3, 1)) if "@" in loss else {})}
        if "sum" not in loss and "@" not in loss:
            shapes |= dict.fromkeys("uyd", (1, 1))
        definitions = [("y", parse(f"{fn}(u)")), ("J", parse(loss))]
        (made,) = differentiate(definitions, "J", ["u"], shapes)
        assert made.formula == parse("-(d - y)"), loss
        assert made.match is not None
        assert made.match.pair == pair


@each(
    ("activation", "loss"),
    [
        ("tanh", "-d*log(y) - (1 - d)*log(1 - y)"),
        ("sigmoid", "-d*log(y) - (1 + d)*log(1 - y)"),
        ("sigmoid", "-y*log(d) - (1 - y)*log(1 - d)"),
        ("sigmoid", "-sum(d*log(y))"),
        ("softmax", "-sum(y*log(d))"),
        ("softmax", "-sum(log(y))"),
        ("softmax", "-sum(d*log(y)*d)"),
        ("sigmoid", "0"),
    ],
)
def test_what_only_looks_like_a_pair(activation: str, loss: str) -> None:
    assert match_pair(parse(loss), {"y": parse(f"{activation}(u)")}, ()) is None


def test_a_factor_goes_through() -> None:
    match = match_pair(parse("-sum(d*log(y))/4"), {"y": parse("softmax(u)")}, ())
    assert match is not None
    assert match.gradient == parse("-0.25*(d - y)") or float(match.factor) == 0.25


def test_no_pair_where_the_output_s_own_gradient_is_asked_for() -> None:
    assert match_pair(parse("-sum(d*log(y))"), {"y": parse("softmax(u)")}, {"y"}) is None
