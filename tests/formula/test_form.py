"""The form of a formula: equal exactly where formulas differ in their names alone."""

from __future__ import annotations

import pytest

from solver.formula.form import form, runs
from solver.formula.parse import parse
from solver.formula.tree import Name, Sum, replace_names


@pytest.mark.parametrize(
    ("one", "other", "alike"),
    [
        ("tanh(U.T @ x1 + b)", "tanh(W.T @ h3 + c)", True),
        ("a + b", "b + a", True),  # each name at its first use
        ("a + a", "a + b", False),
        ("a*b", "a @ b", False),
        ("2*a", "2.0*a", False),  # printed as typed
        ("a - (b - c)", "a - b - c", False),
        ("(a + b)*c", "a + b*c", False),
        ("a.T", "a", False),
        ("-a", "a", False),
        ("vstack(a, b)", "vstack(a, b, c)", False),
        ("correlate(a, b, stride=2)", "correlate(a, b, stride=1)", False),
        ("sum(a)*b", "sum(a*b)", False),
        ("f*tanh(g)", "f*sigmoid(g)", False),
    ],
)
def test_formulas_of_one_form(one: str, other: str, alike: bool) -> None:
    (first, names), (second, others) = form(parse(one)), form(parse(other))
    assert (first == second) is alike
    if alike:
        assert replace_names(parse(one), dict(zip(names, map(Name, others), strict=True))) == parse(other)


def test_several_formulas_share_their_numbers() -> None:
    assert form(parse("a"), parse("b"))[0] != form(parse("a"), parse("a"))[0]
    assert form(parse("a*b"), parse("b"))[1] == ("a", "b")


def test_terms_of_one_form_side_by_side() -> None:
    terms = tuple(map(parse, ("x1 @ d1.T", "x2 @ d2.T", "x3 @ x3.T", "a", "b")))
    assert [(str(first), used) for first, used in runs(Sum(terms))] == [
        (str(terms[0]), [("x1", "d1"), ("x2", "d2")]),
        (str(terms[2]), [("x3",)]),
        (str(terms[3]), [("a",), ("b",)]),
    ]
