"""Documents as plain text: what each block looks like, within any width, whatever a spec says."""

import unicodedata
from textwrap import dedent

from hypothesis import given
from hypothesis import strategies as st

from solver.formula.symbol import Symbol
from solver.formula.tree import Bin, Name, Num
from solver.formula.words import Words
from solver.render.blocks import Block, Bullets, Cases, Equations, Facts, Heading, Inset, Prose, Table, bullets, note
from solver.render.box import cells
from solver.render.format_text import render
from solver.working.items import Line
from solver.working.passage import plain
from tests.tables import each

GRADIENT = Symbol("J", wrt=Symbol("u", "1"))


def text(*blocks: Block, width: int = 40) -> str:
    return render(blocks, width)


def block(picture: str) -> str:
    return dedent(picture).lstrip("\n")


def test_headings() -> None:
    assert text(
        Heading(1, ("Question 2",), "25 marks"), Heading(2, ("(a)",)), Heading(3, ("(i)",), "2 marks")
    ) == block("""
        Question 2 · 25 marks
        ═════════════════════

        (a)
        ───

        (i) · 2 marks
    """)


def test_a_long_heading_and_its_marks() -> None:
    heading = Heading(2, ("A heading that is exactly forty cells wide",), "3 marks")
    assert text(heading) == block("""
        A heading that is exactly forty cells
        wide · 3 marks
        ─────────────────────────────────────
    """)
    assert text(Heading(3, ("x" * 36,), "3 marks")) == "x" * 36 + "\n3 marks\n"


def test_a_definition_by_cases() -> None:
    cases = ((Name("u"), ("if ", Symbol("u"), " > 0")), (Num("0"), ("otherwise",)))
    assert text(Cases(Name("f"), cases, {})).splitlines() == [
        "      ⎧ u   if u > 0",
        "  f = ⎨",
        "      ⎩ 0   otherwise",
    ]


def test_prose_of_each_role() -> None:
    made = text(
        *plain("Compute the\nnetwork's output.\n\nRound it.", "prompt").blocks,
        Prose(("Synaptic input to ", Symbol("h", "1")), "title"),
        Equations([Line(Num("1"), left=Name("u1"))], {}),
        Prose(("Given",), "label"),
        Facts([Line(Num("2"), left=Name("x"))], {}),
        note(("rounded half up, and the next step uses the rounded value",)),
    )
    assert made == block("""
        Compute the network's output.

        Round it.

        Synaptic input to h₁
          u₁ = 1

        Given
          x = 2

        Note: rounded half up, and the next step
              uses the rounded value
    """)


def test_a_symbol_is_not_parted() -> None:
    words: Words = ("The gradient at the output layer is ", GRADIENT, ".")
    assert text(Prose(words)) == "The gradient at the output layer is\n∇_u₁ J.\n"


def test_bullets_hang() -> None:
    assert text(bullets(("A point that is too long for one line of forty.",), ("Short: ", GRADIENT), ())) == block("""
        • A point that is too long for one line
          of forty.
        • Short: ∇_u₁ J
        •
    """)


def test_a_table() -> None:
    rows: tuple[tuple[Words | Num, ...], ...] = (
        (("conv 1",), Num("3534"), Num("0.5")),
        (("fully connected", " ", GRADIENT), Num("320128"), Num("12")),
    )
    assert text(Table(("layer", "parameters", "share"), rows, {}), width=60) == block("""
        layer                    parameters   share
        ──────────────────────   ──────────   ─────
        conv 1                        3,534     0.5
        fully connected ∇_u₁ J      320,128    12
    """)


def test_a_narrow_table_wraps_its_words() -> None:
    rows = ((("the first of the layers of convolution",), Num("3534")), (("fully connected",), Num("128")))
    assert text(Table(("layer", "parameters"), rows, {})) == block("""
        layer                        parameters
        ──────────────────────────   ──────────
        the first of the layers of        3,534
        convolution

        fully connected                     128
    """)


@each("empty", [Prose(()), Prose(("\n\n",)), Bullets(()), Facts([], {}), Equations([], {})])
def test_nothing_takes_no_room(empty: Block) -> None:
    assert text(Prose(("a",)), empty, Prose(("b",))) == "a\n\nb\n"
    assert text(empty) == ""


def test_tables_without_rows_or_columns() -> None:
    assert text(Table((), (), {})) == ""
    assert text(Table(("a", "bc"), (), {})) == "a   bc\n─   ──\n"


def test_wide_letters_keep_columns_straight() -> None:
    rows = ((("畳み込み",), ("x",)), (("pool",), ("y",)))
    assert text(Table(("層", "n"), rows, {})) == block("""
        層         n
        ────────   ─
        畳み込み   x
        pool       y
    """)


# -- whatever a spec says -----------------------------------------------------------------------------------------------
hostile = st.text(st.characters(), max_size=40) | st.sampled_from(
    ["\x1b[31m", "[red]x[/]", "\u202egnp", "\ud800", "\r\n\r\n", "日" * 50, "x" * 100, "\x9b2J", "\x00", "a\tb"]
)
words = st.lists(hostile | st.just(GRADIENT), max_size=4).map(tuple)
formulas = st.builds(Num, st.sampled_from(["1", "-2.50", "16941456"])) | st.just(Bin("+", Name("a"), Name("b")))
lines = st.lists(st.builds(Line, formulas, left=formulas, relation=st.just("="), note=st.tuples(hostile)), max_size=3)
roles = st.sampled_from(["plain", "prompt", "title", "why", "label"])
blocks = st.lists(
    st.one_of(
        st.builds(Heading, st.integers(1, 4), hostile, hostile),
        st.builds(Prose, words, roles),
        st.lists(words, max_size=3).map(lambda items: bullets(*items)),
        st.builds(Inset, words.map(lambda said: (Prose(said),)), st.sampled_from(["note", "quote"])),
        st.builds(Equations, lines, st.just({}), st.just(8)),
        st.builds(Facts, lines, st.just({}), st.just(8)),
        st.integers(0, 4).flatmap(
            lambda n: st.builds(
                Table,
                st.tuples(*[hostile] * n),
                st.lists(st.tuples(*[words | formulas] * n), max_size=3).map(tuple),
                st.just({}),
                st.just(8),
            )
        ),
    ),
    max_size=6,
)


@given(blocks, st.integers(40, 200))
def test_hostile_documents(made: list[Block], width: int) -> None:
    shown = render(made, width)
    assert not {unicodedata.category(c) for c in shown.replace("\n", "")} & {"Cc", "Cs", "Zl", "Zp"}
    assert not set(shown) & set("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u00a0")
    assert all(cells(line) <= max(width, 80) for line in shown.splitlines())
    assert not any(line.endswith(" ") for line in shown.split("\n"))
    shown.encode("utf-8")


@given(blocks.filter(lambda made: not any(isinstance(b, Table) for b in made)), st.integers(40, 200))
def test_no_line_is_too_wide(made: list[Block], width: int) -> None:
    assert all(cells(line) <= width for line in render(made, width).split("\n"))


@each(
    ("cells", "lines"),
    [
        (["0.2", "-0.05", "12"], [" 0.2", "-0.05", "12"]),
        (["10", "", "-3"], ["10", "", "-3"]),
        (["-10", "", "3"], ["-10", "", "  3"]),
        (["1", "…", "12345"], ["     1", "  …", "12,345"]),
    ],
)
def test_numbers_of_a_table_stand_point_below_point(cells: list[str], lines: list[str]) -> None:
    """Where cells are empty or left out, too."""
    rows = tuple((Num(cell) if cell not in ("", "…") else (cell,),) for cell in cells)
    table = Table(("n",), rows, {})
    assert table.sides == ["right"]
    assert render([table]).split("\n")[2:-1] == lines


def test_words_of_a_table_stand_to_the_left() -> None:
    assert Table(("a", "b"), ((("1",), ("",)), (("word",), ("…",))), {}).sides == [None, None]
