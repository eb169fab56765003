"""Formulas in two dimensions: how they look, where they break, and that nothing is lost when they do."""

import re
from collections import Counter
from textwrap import dedent

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.formula.parse import parse
from solver.formula.print.printer_text import TextPrinter
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Call, Group, Literal_, Name, Neg, Num, Transpose, Tree
from solver.formula.walks.reduce import reduce
from solver.formula.walks.value import value
from solver.render.blocks import Equations, Facts
from solver.render.box import beside, cells, line, stacked
from solver.render.format_text import render
from solver.render.pieces import wrap
from solver.rounding import Rounding
from solver.working.items import Line
from tests.tables import each

NUMBER = re.compile(r"\d+(?:\.\d+)?")
PLAIN_DIGITS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹₀₁₂₃₄₅₆₇₈₉", "01234567890123456789")


def array(*rows: tuple[str, ...]) -> Array:
    return Array(np.array([[float(x) for x in row] for row in rows]), typed=rows)


def block(text: str) -> str:
    return dedent(text).strip("\n")


def drawn(*lines: Line, width: int = 100) -> str:
    """The lines of working without the indent of the block."""
    return dedent(render([Equations(lines, {})], width)).strip("\n")


def shown(right: str | Tree, width: int = 100) -> str:
    return drawn(Line(parse(right) if isinstance(right, str) else right, left=Name("q")), width=width)


W = array(("3.2", "-2.4", "-2.1"), ("-1.2", "-1.4", "2.6"))
X = array(("1.0",), ("2.0",))
B = array(("0.5",), ("0.5",), ("0.5",))


# -- how it looks -------------------------------------------------------------------------------------------------------
def test_a_matrix_product_as_on_paper() -> None:
    operands: dict[str, Literal_] = {"W1": W, "x": X, "b1": B}
    formula = parse("W1.T @ x + b1")
    result = value(formula, {name: each.value for name, each in operands.items()})
    first, *rest = reduce(formula, lambda _: operands, result, Rounding(2))
    lines = [Line(first.tree, left=Name("u1")), *(Line(tree) for tree, _ in rest)]
    assert drawn(*lines) == block("""
        u₁ = W₁ᵀ x + b₁

             ⎡  3.2  -1.2 ⎤           ⎡ 0.5 ⎤
           = ⎢ -2.4  -1.4 ⎥ ⎡ 1.0 ⎤ + ⎢ 0.5 ⎥
             ⎣ -2.1   2.6 ⎦ ⎣ 2.0 ⎦   ⎣ 0.5 ⎦

             ⎡  (3.2)(1.0) + (-1.2)(2.0) ⎤   ⎡ 0.5 ⎤
           = ⎢ (-2.4)(1.0) + (-1.4)(2.0) ⎥ + ⎢ 0.5 ⎥
             ⎣ (-2.1)(1.0) +  (2.6)(2.0) ⎦   ⎣ 0.5 ⎦

             ⎡  0.8 ⎤   ⎡ 0.5 ⎤
           = ⎢ -5.2 ⎥ + ⎢ 0.5 ⎥
             ⎣  3.1 ⎦   ⎣ 0.5 ⎦

             ⎡  1.30 ⎤
           = ⎢ -4.70 ⎥
             ⎣  3.60 ⎦
    """)


@each(
    ("formula", "picture"),
    [
        ("1/n + x**2/F**2", "q = 1/n + x²/F²"),
        ("1/(1 + exp(-u))", "        1\nq = ─────────\n     1 + e⁻ᵘ"),
        ("(55 - F + 2*0)/1 + 1", "     55 - F + 2 · 0\nq = ──────────────── + 1\n           1"),
        ("-(a/(b + c))", "     ⎛   a   ⎞\nq = -⎜───────⎟\n     ⎝ b + c ⎠"),
        ("a/b/c", "     a/b\nq = ─────\n      c"),
        ("a/(-2)", "     a\nq = ────\n     -2"),
        ("exp(-1.48) + 10**12 + x**(a + b)", "q = e^(-1.48) + 10¹² + x^(a + b)"),
        ("5/10000**(2*i/512)", "            5\nq = ─────────────────\n     10,000^(2i/512)"),
        ("(x/(y + 1))**2", "    ⎛   x   ⎞²\nq = ⎜───────⎟\n    ⎝ y + 1 ⎠"),
        ("abs(x) + norm(y) + floor(z) + ones(z)", "q = |x| + ‖y‖ + ⌊z⌋ + 1"),
        ("floor(x/(y + 1))", "    ⎢   x   ⎥\nq = ⎢───────⎥\n    ⎣ y + 1 ⎦"),
        ("max(0, u)", "q = max(0, u)"),
    ],
)
def test_formulas(formula: str, picture: str) -> None:
    assert shown(formula) == picture


@each(
    ("tree", "picture"),
    [
        (array(("2.0", "-1.0")), "q = [ 2.0  -1.0 ]"),
        (array(("1", "10.25"), ("-12.5", "3")), "q = ⎡   1    10.25 ⎤\n    ⎣ -12.5   3    ⎦"),
        (Call("tanh", (X,)), "q = tanh⎛⎡ 1.0 ⎤⎞\n        ⎝⎣ 2.0 ⎦⎠"),
        (Bin("**", X, Num("2")), "q = ⎡ 1.0 ⎤ ⊙ ⎡ 1.0 ⎤\n    ⎣ 2.0 ⎦   ⎣ 2.0 ⎦"),
        (Transpose(Group(Bin("+", Name("a"), Name("b")))), "q = (a + b)ᵀ"),
        (Bin("@", X, Num("0.81")), "q = ⎡ 1.0 ⎤ (0.81)\n    ⎣ 2.0 ⎦"),
        (Bin("*", X, X), "q = ⎡ 1.0 ⎤ ⊙ ⎡ 1.0 ⎤\n    ⎣ 2.0 ⎦   ⎣ 2.0 ⎦"),
        (Call("exp", (X,)), "     ⎡ 1.0 ⎤\n     ⎣ 2.0 ⎦\nq = e"),
    ],
)
def test_numbers(tree: Tree, picture: str) -> None:
    assert shown(tree) == picture


def test_what_is_left_out_is_shown_as_dots() -> None:
    picture = shown(Array(np.arange(400.0).reshape(20, 20), form=Rounding(0)))
    first, *_, dots, last = picture.splitlines()
    assert first == "    ⎡   0    1    2    3    4    5  …   19 ⎤"
    assert dots == "    ⎢  ⋮    ⋮    ⋮    ⋮    ⋮    ⋮   ⋱   ⋮  ⎥"
    assert last == "    ⎣ 380  381  382  383  384  385  …  399 ⎦"


def test_lines_stand_at_their_relation_signs() -> None:
    lines = [
        Line(parse("55 - F1 + 1"), left=Num("49")),
        Line(parse("55 - F1"), left=Num("48"), note=("1 taken from both sides",)),
        Line(Num("7"), left=Name("F1"), relation="≈"),
    ]
    assert drawn(*lines) == block("""
        49 = 55 - F₁ + 1
        48 = 55 - F₁    1 taken from both sides
        F₁ ≈ 7
    """)
    assert drawn(*lines, width=40) == block("""
        49 = 55 - F₁ + 1
        48 = 55 - F₁
             1 taken from both sides
        F₁ ≈ 7
    """)


def test_a_note_without_room_stands_below() -> None:
    lines = [Line(parse("a + b"), left=Name("q"), note=("a reason that is longer than forty cells allow",))]
    assert drawn(*lines, width=40) == block("""
        q = a + b
            a reason that is longer than forty
            cells allow
    """)


def test_a_wide_left_side_stands_alone() -> None:
    assert drawn(Line(parse("a + b"), left=Name("a_name_of_more_than_forty_letters_as_it_happens")), width=40) == block("""
        a_nameofmorethanfortylettersasithappens
        = a + b
    """)


# -- where it breaks ----------------------------------------------------------------------------------------------------
def test_a_sum_breaks_before_its_signs() -> None:
    formula = "-d*log(y) - (1 - d)*log(1 - y) + lam*norm(W)**2"
    assert shown(formula, width=40) == block("""
        q = -d ln(y) - (1 - d) ln(1 - y)
              + λ ‖W‖²
    """)
    assert shown(formula, width=60) == "q = -d ln(y) - (1 - d) ln(1 - y) + λ ‖W‖²"


def test_a_product_of_matrices_breaks_between_them() -> None:
    wide = array(("1.25", "2.25", "3.25"), ("4.25", "5.25", "6.25"))
    tree = Bin("@", Transpose(Name("A")), Bin("@", Name("B"), Name("C")))
    assert shown(tree) == "q = Aᵀ (B C)"
    assert (
        shown(Bin("@", wide.T, wide), width=40)
        == block("""
        q = ⎡ 1.25  4.25 ⎤
            ⎢ 2.25  5.25 ⎥
            ⎣ 3.25  6.25 ⎦

              ⎡ 1.25  2.25  3.25 ⎤
              ⎣ 4.25  5.25  6.25 ⎦
    """)
        or cells(shown(Bin("@", wide.T, wide), width=40).splitlines()[0]) <= 38
    )


def test_a_wide_cell_goes_over_several_rows() -> None:
    a, b = array(("3.0", "-2.4", "-3.0"), ("0.0", "-4.2", "2.5")), array(("0.86",), ("-1.00",), ("1.00",))
    written = reduce(parse("a @ b"), lambda _: {"a": a, "b": b}, a.value @ b.value, Rounding(2))[2].tree
    assert shown(written, width=40) == block("""
            ⎡ (3.0)(0.86) + (-2.4)(-1.00) ⎤
            ⎢   + (-3.0)(1.00)            ⎥
        q = ⎢                             ⎥
            ⎢ (0.0)(0.86) + (-4.2)(-1.00) ⎥
            ⎣   + (2.5)(1.00)             ⎦
    """)


def test_a_wide_matrix_goes_over_several_lines() -> None:
    wide = array(*(tuple(f"{i}{j}.25" for j in range(1, 7)) for i in (1, 2)))
    assert shown(wide, width=40) == block("""
            ⎡ 11.25  12.25  13.25  14.25 ⎤
            ⎢ ↪ 15.25  16.25             ⎥
        q = ⎢                            ⎥
            ⎢ 21.25  22.25  23.25  24.25 ⎥
            ⎣ ↪ 25.25  26.25             ⎦
    """)


def test_what_follows_a_broken_piece_starts_a_line() -> None:
    """On the first line of it, c would stand before its other lines."""
    product = Bin("*", Bin("*", Num("1111111111"), Num("2222222222")), Num("3333333333"))
    assert shown(Bin("+", product, Num("5")), width=24) == block("""
        q = 1,111,111,111
              · 2,222,222,222
              · 3,333,333,333
              + 5
    """)


def test_tall_lines_stand_in_no_fraction() -> None:
    """Under a rule, the row of a product that is broken would be read as standing over its column."""
    row, column = array(("-1", "-10.0", "-10.0")), array(("-1",), ("-0.1",), ("-10.0",))
    below = Bin("+", Num("1"), Bin("**", Group(Bin("/", Bin("@", row, Transpose(row)), Name("a"))), Num("2")))
    assert "/ (-[ -1  -10.0  -10.0 ])" in shown(Bin("/", Bin("@", row, column), Neg(row)), width=36)
    for loose in (Bin("/", Name("a"), Name("b")), Num("1/3"), Num("2e-7"), Neg(Name("a"))):
        said = shown(Bin("/", Bin("@", row, column), loose), width=36)
        assert re.search(r"/ \(.*\)\s*$", said), said
    assert shown(Bin("/", Num("0"), Bin("@", row, column)), width=36) == block("""
        q = 0

              / ⎛[ -1  -10.0  -10.0 ]⎞
                ⎜                    ⎟
                ⎜  ⎡  -1   ⎤         ⎟
                ⎜  ⎢  -0.1 ⎥         ⎟
                ⎝  ⎣ -10.0 ⎦         ⎠
    """)
    assert "─" in shown(Bin("/", Num("0"), below), width=90)


def test_a_comma_ends_what_it_stands_behind() -> None:
    column = array(("11.25",), ("22.25",))
    assert shown(Call("equal", (Bin("+", column, column), Num("0"))), width=28) == block("""
        q = equal⎛⎡ 11.25 ⎤     ⎞
                 ⎜⎣ 22.25 ⎦     ⎟
                 ⎜              ⎟
                 ⎜  + ⎡ 11.25 ⎤,⎟
                 ⎜    ⎣ 22.25 ⎦ ⎟
                 ⎜              ⎟
                 ⎝  0           ⎠
    """)


def test_factors_that_stand_beside_each_other_are_parted_by_a_sign() -> None:
    pair = Bin("*", Group(Num("1111111.25")), Group(Num("-2222222.25")))
    assert shown(pair, width=30) == block("""
        q = (1,111,111.25)
              · (-2,222,222.25)
    """)


def test_blank_lines_part_rows_and_nothing_within_a_cell() -> None:
    cell = Bin("+", Bin("/", Num("1111111.5"), parse("2222222.5 + a")), Num("3333333.5"))
    rows = shown(Call("vstack", (cell, cell)), width=28).split("\n")
    assert [row.strip("⎡⎢⎣⎤⎥⎦ q=") for row in rows].count("") == 1


def test_a_part_stays_with_its_matrix() -> None:
    assert shown(Bin("+", Num("1111111"), parse("(A + B)[1:2, 1:2]")), width=26) == block("""
        q = 1,111,111
              + (A + B)[:2, :2]
    """)


def test_facts_fill_a_line() -> None:
    facts = [Line(W, left=Name("W1")), Line(X, left=Name("x")), Line(Num("0.5"), left=Name("b3"))]
    assert dedent(render([Facts(facts, {})], 60)).strip("\n") == block("""
        W₁ = ⎡  3.2  -2.4  -2.1 ⎤    x = ⎡ 1.0 ⎤    b₃ = 0.5
             ⎣ -1.2  -1.4   2.6 ⎦        ⎣ 2.0 ⎦
    """)
    assert dedent(render([Facts(facts, {})], 40)).strip("\n") == block("""
        W₁ = ⎡  3.2  -2.4  -2.1 ⎤
             ⎣ -1.2  -1.4   2.6 ⎦

        x = ⎡ 1.0 ⎤    b₃ = 0.5
            ⎣ 2.0 ⎦
    """)


def test_facts_with_conditions_stand_one_below_the_other() -> None:
    left = parse("relu(u)")
    facts = [Line(Name("u"), left=left, note="if u > 0"), Line(Num("0"), left=left, note=("otherwise",))]
    assert render([Facts(facts, {})]) == "  ReLU(u) = u    if u > 0\n  ReLU(u) = 0    otherwise\n"


# -- whatever the formula -----------------------------------------------------------------------------------------------
numbers = st.decimals(-999, 999, places=2, allow_nan=False).map(lambda x: Num(str(x)))
scalars: st.SearchStrategy[Tree] = st.recursive(
    st.one_of(numbers, st.sampled_from([Name("u1"), Name("grad_W1"), Name("lam"), Name("flops_conv1")])),
    lambda inner: st.one_of(
        st.builds(Bin, st.sampled_from(["+", "-", "*", "/"]), inner, inner),
        st.builds(lambda a, n: Bin("**", a, Num(str(n))), inner, st.integers(2, 12)),
        st.builds(Neg, inner),
        st.builds(Group, inner),
        st.builds(lambda fn, a: Call(fn, (a,)), st.sampled_from(["tanh", "exp", "log", "abs", "sqrt"]), inner),
    ),
    max_leaves=12,
)


@st.composite
def workings(draw: st.DrawFn) -> list[Line]:
    """The lines of working of a layer of any size."""
    height, width = draw(st.integers(1, 5)), draw(st.integers(1, 5))
    rng = np.random.default_rng(draw(st.integers(0, 2**32)))
    form = Rounding(draw(st.integers(0, 6)))
    made = {
        "W": Array(form.round(rng.normal(0, 3, (height, width))), form=form),
        "x": Array(form.round(rng.normal(0, 3, (width, 1))), form=form),
        "b": Array(form.round(rng.normal(0, 3, (height, 1))), form=form),
    }
    formula = parse(draw(st.sampled_from(["W @ x + b", "tanh(W @ x + b)", "b * (W @ x)", "2*b - b**2", "x @ b.T"])))
    result = value(formula, {name: each.value for name, each in made.items()})
    return [Line(tree, left=Name("q")) for tree, _ in reduce(formula, lambda _: made, result, form)]


def counted(text: str) -> Counter[str]:
    return Counter(NUMBER.findall(text.translate(PLAIN_DIGITS).replace(",", "")))


def longest_word(lines: list[Line]) -> int:
    texts = [TextPrinter().print(tree) for each in lines for tree in (each.left, each.right) if tree is not None]
    return max(cells(word) for text in texts for word in text.split())


def check(lines: list[Line], width: int) -> None:
    picture = render([Equations(lines, {})], width)
    room = max(width, longest_word(lines) + 10)
    assert max(map(cells, picture.splitlines())) <= room
    plain = " ".join(TextPrinter().print(t) for each in lines for t in (each.left, each.right) if t is not None)
    assert counted(picture) == counted(plain)


@given(scalars, st.integers(40, 120))
def test_any_scalar_fits_and_keeps_its_numbers(tree: Tree, width: int) -> None:
    check([Line(tree, left=Name("q"))], width)


@settings(deadline=None)
@given(workings(), st.integers(40, 120))
def test_any_working_fits_and_keeps_its_numbers(lines: list[Line], width: int) -> None:
    check(lines, width)


@given(st.lists(numbers, min_size=1, max_size=40), st.integers(40, 80))
def test_a_long_sum_keeps_its_order(terms: list[Num], width: int) -> None:
    tree: Tree = terms[0]
    for term in terms[1:]:
        tree = Bin("+", tree, Bin("*", Group(term), Group(term)))
    picture = drawn(Line(tree), width=width)
    assert " ".join(picture.split()) == "= " + TextPrinter().print(tree)
    assert max(map(cells, picture.splitlines())) <= width


@given(st.lists(st.sampled_from(["日本語", "é", "word", "e\u0301", "👩", "x" * 70]), max_size=30), st.integers(10, 60))
def test_words_wrap_within_the_width(words: list[str], width: int) -> None:
    lines = wrap(" ".join(words), width)
    assert "".join(lines).replace(" ", "") == "".join(words)
    assert all(cells(each) <= width for each in lines)


@each(("text", "width"), [("abc", 3), ("日本", 4), ("e\u0301", 1), ("ₓᵀ⎡", 3), ("", 0)])
def test_cells(text: str, width: int) -> None:
    assert cells(text) == width


def test_boxes_stand_on_their_baselines() -> None:
    tall = stacked(line("a"), line("bb"), line("c"), baseline=1)
    assert beside(tall, line(" = "), line("x")).lines == ("a     ", "bb = x", "c     ")


def test_symbols_are_cleaned() -> None:
    made = render([Equations([Line(Num("1"), left=Name("q"))], {"q": Symbol("q", sub="\x1b[2J")})])
    assert "\x1b" not in made
