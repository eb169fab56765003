"""Lines of working in a page's width: nothing is lost, nothing is wider than it must be."""

from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.parse import parse
from solver.formula.print.printer_typeset import TypesetPrinter
from solver.formula.print.setter_text import TextSetter
from solver.formula.print.setter_width import WIDTH
from solver.formula.tree import Array, Bin, Group, Name, Neg, Num, Sum, Tree, Written
from solver.formula.typeset import Gap, Lattice, Letters, Sign, Together, Typeset, parts_of, together
from solver.render.blocks import Displayed, Equations
from solver.render.breaking import INDENT, SetRow, broken, fitted, set_facts, set_rows
from solver.render.format_markdown import render
from solver.working.items import Line
from tests.tables import each

PRINTER = TypesetPrinter()


def text(node: Typeset) -> str:
    return TextSetter().set(node).strip()


def width(row: SetRow) -> float:
    left = WIDTH.set(row.left) if row.left is not None else 0.0
    return left + (WIDTH.sign(row.relation, "relation") if row.relation else INDENT) + WIDTH.set(row.right)


@each(
    ("formula", "room", "parts"),
    [
        ("a + b", 9, ["a + b"]),
        ("aa + bb - cc + dd", 5.6, ["aa + bb", "- cc + dd"]),
        ("a*b*c*d*e", 2.5, ["a b c", "d e"]),
        ("2*3*a*b*4*c", 5, ["2 · 3a b", "· 4c"]),
        ("a*b + c*d", 3.7, ["a b", "+ c d"]),
        ("f*(aa + bb + cc)", 6, ["f", "(aa + bb", "+ cc)"]),
        ("a - (b/c + d)", 5.9, ["a", "- (b/c", "+ d)"]),
        ("a*(aa + bb + cc)**2 + d", 6, ["a", "(aa + bb", "+ cc)² + d"]),
        ("tanh(aa + bb + cc)**2", 8, ["tanh²(aa + bb", "+ cc)"]),
        ("min(aa + bb, cc)", 7.5, ["min(aa + bb,", "cc)"]),
        ("min(aa + bb, cc)", 5.5, ["min(aa", "+ bb, cc)"]),
    ],
)
def test_where_it_breaks(formula: str, room: float, parts: list[str]) -> None:
    assert [text(part) for part in broken(PRINTER.print(parse(formula)), room)] == parts


terms = st.recursive(
    st.sampled_from("abcdefgh").map(Name) | st.integers(1, 99999).map(lambda n: Num(str(n))),
    lambda inner: (
        st.builds(Bin, st.sampled_from("+-*/"), inner, inner) | st.builds(Bin, st.just("**"), inner, st.just(Num("3")))
    ),
    max_leaves=25,
)


@given(terms, st.floats(3, 30))
def test_nothing_is_lost(tree: Tree, room: float) -> None:
    made = PRINTER.print(tree)
    parts = broken(made, room)
    assert "".join(map(text, parts)).replace(" ", "") == text(made).replace(" ", "")
    assert all(part != Together(()) for part in parts)
    assert not any(isinstance(parts_of(part)[0], Gap) for part in parts)


@given(terms, st.floats(12, 30))
def test_rows_fit_where_they_can(tree: Tree, room: float) -> None:
    """A row is wider than its room only if it is one piece that cannot be broken."""
    for k, part in enumerate(broken(PRINTER.print(tree), room)):
        if WIDTH.set(part) > room - (INDENT if k else 0) + 1e-9:
            assert (
                len([p for p in parts_of(part) if isinstance(p, Sign) and p.text in "+-" and p.role == "binary"]) == 0
            )


def test_a_wide_matrix_loses_its_middle() -> None:
    tree = Array(np.arange(64.0).reshape(8, 8))
    made = fitted(tree, PRINTER, 12)
    assert WIDTH.set(made) <= 12
    assert "…" in text(made)
    assert text(fitted(tree, PRINTER, 40)) == text(PRINTER.print(tree))


def test_a_wide_cell_loses_terms() -> None:
    cell: Tree = Sum(tuple(Bin("*", Num(f"1.{i}"), Num(f"2.{i}")) for i in range(8)))
    made = fitted(Written((2, 1), ((cell,), (cell,))), PRINTER, 18)
    assert WIDTH.set(made) <= 18
    assert "1.0 · 2.0 + … + 1.7 · 2.7" in text(made)


class _Counting(TypesetPrinter):
    """Notes how many rows and columns were shown of what it printed."""

    tried: ClassVar[list[int]] = []

    def print(self, tree: Tree) -> Typeset:
        if isinstance(tree, Array):
            self.tried.append(self.most)
        return super().print(tree)


@pytest.mark.parametrize(("room", "tried"), [(9, [8, 3]), (12, [8, 3, 4]), (26, [8])])
def test_what_is_far_too_wide_is_not_set_in_every_size(
    room: float, tried: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tree = Array(np.full((9, 9), 1.125))
    monkeypatch.setattr("solver.render.breaking.TypesetPrinter", _Counting)
    _Counting.tried.clear()
    fitted(tree, _Counting(), room)
    assert _Counting.tried == tried


def test_a_wide_left_side_has_a_row_of_its_own() -> None:
    line = Line(Num("1"), left=parse("aaaaaaa + bbbbbbb + ccccccc"))
    first, second = set_rows([line], PRINTER, 30)
    assert (first.left, first.relation) == (None, "")
    assert (second.left, second.relation, text(second.right)) == (None, "=", "1")


def test_a_note_stands_beside_or_below() -> None:
    line = Line(parse("a + b"), left=Name("y"), note=("because ", "it is so"))
    (only,) = set_rows([line], PRINTER, 30)
    assert text(only.right) == "a + b because it is so"
    first, second, third = set_rows([line], PRINTER, 7)
    assert [text(row.right) for row in (first, second, third)] == ["a + b", "because it", "is so"]


def test_facts_fill_rows() -> None:
    facts = [Line(Num("1.00"), left=Name(name)) for name in "abcdefgh"]
    rows = set_facts(facts, PRINTER, 20)
    assert [len(row) for row in rows] == [3, 3, 2]
    assert text(rows[0][0]) == "a = 1.00"


@each("room", [24.0, 41.0])
def test_rows_of_long_sums_fit(room: float) -> None:
    line = Line(Sum(tuple(Num(f"{1000 * i}.25") for i in range(1, 9))), left=Name("total"))
    rows = set_rows([line], TypesetPrinter(most=8), room)
    assert max(map(width, rows)) <= room


def test_a_row_that_is_too_long_is_shortened() -> None:
    cell: Tree = Sum(tuple(Bin("*", Num(f"1.{i}2345"), Num(f"2.{i}2345")) for i in range(6)))
    tree = Written((8, 1), ((cell,),) * 8)
    made = render([Equations([Line(tree, left=Name("y"))], {})])
    assert len(made) < 1_000
    assert r"\dots" in made


def test_an_authors_long_line_is_broken() -> None:
    formula = together(*(part for i in range(40) for part in (Letters("w"), Sign("+", "binary"))), Letters("w"))
    made = render([Displayed(formula)])
    assert made.count(r"\quad +") >= 1
    assert made.count("w") == 41


def test_a_lattice_of_one_column_stays() -> None:
    assert broken(Lattice(((Letters("x" * 99),),)), 10) == [Lattice(((Letters("x" * 99),),))]


def test_a_wide_fraction_loses_terms() -> None:
    long = Neg(Group(Sum(tuple(Bin("*", Num(f"1.{i}"), Num(f"2.{i}")) for i in range(8)))))
    made = fitted(Bin("/", long, Num("2")), TypesetPrinter(most=20), 20)
    assert WIDTH.set(made) <= 20
    assert text(made).startswith("(-(1.0 · 2.0 + ")
    assert text(made).endswith("… + 1.7 · 2.7))/2")
