"""The form of a formula: equal exactly where formulas differ in their names alone."""

from __future__ import annotations

import pickle

import pytest

from solver.formula.form import each_kind, form, form_together, renamed, runs
from solver.formula.parse import parse
from solver.formula.tree import Bin, Name, Sum, replace_names, walk
from tests.tables import each


@each(
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
    def together(*texts: str) -> tuple[object, list[str]]:
        numbers: dict[str, int] = {}
        return form_together(map(parse, texts), numbers), list(numbers)

    assert together("a + c", "b")[0] == together("x + y", "z")[0] != together("x + y", "y")[0]
    assert together("a*b", "b", "c")[1] == ["a", "b", "c"]


def test_a_form_stays_in_its_process() -> None:
    tree = parse("sum(a*b) + 1")
    found = form(tree)
    copied = pickle.loads(pickle.dumps(tree))
    assert copied == tree
    assert not hasattr(copied, "unnamed")
    assert form(copied) == found


def test_another_name_for_each() -> None:
    tree = parse("-(a @ b.T)*sum(a) + correlate(a, b, stride=2)/2")
    names = {"a": "x", "b": "y", "c": "z"}
    trees = {name: Name(new) for name, new in names.items()}
    for before in (tree, Sum((tree, tree)), parse("b"), parse("2"), parse("(a)")):
        made = renamed(before, names)
        assert made == replace_names(before, trees)
        assert hash(made) == hash(replace_names(before, trees))
        assert form(made) == form(pickle.loads(pickle.dumps(made)))


def test_operands_in_other_names_are_made_when_they_are_looked_at() -> None:
    tree = parse("tanh(U @ x0 + h) - x0*V")
    for t in range(5_000):  # each from the one before, however many of them
        tree = renamed(tree, {f"x{t}": f"x{t + 1}"})
    with pytest.raises(AttributeError):
        object.__getattribute__(tree, "a")
    assert form(tree)[1] == ("U", "x5000", "h", "V")
    assert tree == parse("tanh(U @ x5000 + h) - x5000*V")
    assert isinstance(tree, Bin)
    assert object.__getattribute__(tree, "a") is tree.a
    assert not hasattr(tree, "c")


def test_nodes_of_every_kind() -> None:
    total = Sum((*[parse(f"x{t} @ d{t}.T") for t in range(1_000)], parse("tanh(a)")))
    found = list(each_kind(parse("b*c")))
    assert [str(node) for node in found] == [str(node) for node in walk(parse("b*c"))]
    assert [str(node) for node in each_kind(total)][1:] == [
        str(node) for term in (total.terms[0], total.terms[-1]) for node in walk(term)
    ]


def test_terms_of_one_form_side_by_side() -> None:
    terms = tuple(map(parse, ("x1 @ d1.T", "x2 @ d2.T", "x3 @ x3.T", "a", "b")))
    total = Sum(terms)
    assert runs(total) is runs(total)
    assert [used for _, used in runs(renamed(total, {"x1": "z"}))] == [
        [("z", "d1"), ("x2", "d2")],
        [("x3",)],
        [("a",), ("b",)],
    ]
    assert [(str(first), used) for first, used in runs(total)] == [
        (str(terms[0]), [("x1", "d1"), ("x2", "d2")]),
        (str(terms[2]), [("x3",)]),
        (str(terms[3]), [("a",), ("b",)]),
    ]


def test_a_formula_in_other_names_knows_its_form() -> None:
    tree = parse("tanh(U @ x1 + h0) - x1*V")
    for names in ({"U": "A", "x1": "x2", "V": "B"}, {"U": "V"}, {"U": "V", "V": "U"}, {}):
        made = renamed(tree, names)
        assert form(made) == form(pickle.loads(pickle.dumps(made)))
    assert form(renamed(tree, {"U": "V"})) == form(parse("tanh(V @ x1 + h0) - x1*V"))  # two names are one
