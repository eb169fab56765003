"""The terminal shows the lines of the plain text, styled, each part in a frame that nothing leaves."""

import re
import unicodedata
from itertools import cycle, product

import pyte
from hypothesis import given
from hypothesis import strategies as st
from rich.color import Color

from solver.formula.symbol import Symbol
from solver.formula.tree import Name, Num
from solver.formula.words import Code, Link, Styled
from solver.render import format_terminal as terminal
from solver.render import format_text as text
from solver.render.blocks import Block, Equations, Heading, Listed, Prose, Table, bullets, note
from solver.render.box import cells
from solver.render.document import document
from solver.render.layout import lay_out
from solver.spec.prose.passages import passage
from solver.working.items import Line
from tests.questions import paper, solutions
from tests.tables import each

from .test_snapshots import FILES
from .test_text import blocks

STYLE = re.compile(r"\x1b\[[0-9;]*m")

PAGE: list[Block] = [
    Heading(1, ("Question [red]2[/]",), "25 marks"),
    Heading(2, ("(a)",), "3 marks", "a"),
    Prose(("Compute u.",), "prompt"),
    Prose(("Synaptic input",), "title"),
    Prose(("a weighted sum",), "why"),
    Equations([Line(Num("1.30"), left=Name("u1"), note=("given",))], {}),
    bullets(("A point.",)),
    Table(("a", "b"), ((("x",), Num("1")),), {}),
    note(("Rounded.",)),
]


def edges(page: str, width: int) -> list[str]:
    """What stands in the last column of each line on the screen of a terminal, which counts cells by itself."""
    shown = pyte.Screen(width, page.count("\n") + 8)
    pyte.Stream(shown).feed(page.replace("\n", "\r\n"))
    return [shown.buffer[k][width - 1].data for k in range(page.count("\n"))]


# -- how it looks -------------------------------------------------------------------------------------------------------
def test_a_part_stands_in_a_frame_with_its_marks_at_the_right_edge() -> None:
    assert terminal.render(PAGE[:3], 40) == (
        "Question [red]2[/]              25 marks\n"
        "════════════════════════════════════════\n"
        "\n"
        "┌─ (a) ────────────────────── 3 marks ─┐\n"
        "│ Compute u.                           │\n"
        "└──────────────────────────────────────┘\n"
    )


def test_a_long_heading_and_its_marks() -> None:
    made = terminal.render([Heading(1, ("x" * 36,), "25 marks"), Heading(2, ("y " * 30,), "3 marks", "a")], 40)
    assert made == (
        "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n"
        "                                25 marks\n"
        "════════════════════════════════════════\n"
        "\n"
        "┌──────────────────────────────────────┐\n"
        "│ y y y y y y y y y y y y y y y y y y  │\n"
        "│ y y y y y y y y y y y y      3 marks │\n"
        "│                                      │\n"
        "└──────────────────────────────────────┘\n"
    )


def test_styles() -> None:
    made = terminal.render(PAGE, 80, 256)
    assert "\x1b[1mQuestion [red]2[/]\x1b[0m" in made
    assert "\x1b[1m25 marks\x1b[0m\n" in made
    assert "\x1b[1;38;5;63m (a) \x1b[0m" in made
    assert "\x1b[1mSynaptic input\x1b[0m " in made
    assert "\x1b[3;38;5;243ma weighted sum\x1b[0m" in made
    assert "\x1b[38;5;63m  u₁\x1b[0m = 1.30    \x1b[3;38;5;243mgiven\x1b[0m" in made
    assert "\x1b[1mNote: \x1b[0mRounded." in made


def test_words_of_a_prompt_are_styled() -> None:
    said = (
        Styled(("by hand",)),
        " and ",
        Styled(("not", Code(" a  b ")), strong=True),
        " for ",
        Symbol("W", "1"),
        ", ",
    )
    page: list[Block] = [Prose((*said, Link(("here", " it is"), "https://example.org")), "prompt"), Listed("x = 1")]
    made = terminal.render(page, 80, 256)
    assert "\x1b[3mby hand\x1b[0m and \x1b[1mnot\x1b[0m \x1b[38;5;163ma b\x1b[0m for W₁, \x1b[4mhere it is" in made
    assert "  \x1b[38;5;163mx = 1\x1b[0m\n" in made


@each("ground", [0.0, 1.0])
def test_colours_are_legible_on_black_and_on_white(ground: float) -> None:
    """A contrast of 4.5 to 1, as WCAG's level AA asks for."""
    for hue in terminal.HUES[256].values():
        parts = [c / 255 for c in Color.parse(hue).get_truecolor()]
        linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts]
        light = 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]
        dark, bright = sorted([light, ground])
        assert (bright + 0.05) / (dark + 0.05) >= 4.5


def steady(line: str) -> str:
    """A line without what terminals disagree about, flags aside."""
    line = unicodedata.normalize("NFC", line)
    return re.sub("[\u200d\ufe0e\ufe0f\u20e3\U0001f3fb-\U0001f3ff]", "", line)


# -- whatever a spec says -----------------------------------------------------------------------------------------------
@given(blocks, st.integers(40, 120), st.booleans())
def test_styles_aside_it_is_the_plain_text(made: list[Block], width: int, part: bool) -> None:
    """Within the frame, but for what terminals disagree about and lines that nothing makes fit."""
    made = [Heading(1, ("Q",), "", "a" * part), *(block for block in made if not isinstance(block, Heading | Table))]
    rows = STYLE.sub("", terminal.render(made, width, 256)).splitlines()
    assert "\x1b" not in "".join(rows)
    if part:
        assert all(cells(row) == width for row in rows)
        rows = [row[2:-2].rstrip() for row in rows]
    plain = text.render(made[1:], width - 4 * part).splitlines()
    for k, line in enumerate(plain):
        assert steady(rows[k + (1 if part else 3)].rstrip()) == steady(line)


@given(blocks, st.integers(40, 120), st.sampled_from([0, 16, 256]))
def test_nothing_leaves_the_width(made: list[Block], width: int, colors: int) -> None:
    shown = STYLE.sub("", terminal.render(made, width, colors))
    assert all(cells(line) <= width for line in shown.splitlines())
    assert not {unicodedata.category(c) for c in shown.replace("\n", "")} & {"Cc", "Cs", "Zl", "Zp"}


def test_every_style_ends_on_its_line() -> None:
    for line in terminal.render(PAGE, 80, 256).splitlines():
        styles = STYLE.findall(line)
        assert styles[1::2] == ["\x1b[0m"] * (len(styles) // 2)


HOSTILE = [
    "\x1b[31mred\x1b[0m \x1b]0;title\x07 \x9b2J",
    "\u202eright to left\u202c \u2066x\u2069 שלום עולם مرحبا",
    "👍🏽 👩‍👩‍👧‍👦 ❤️ ☠️ 1️⃣ 🏳️‍🌈 🇳🇴 🎉" * 3,
    "日本語の長い文章は空白なしで折り返されます。" * 4,
    "e\u0301 a\u0308\u0323 \u1100\u1161 \u3000 x\u200by 각",
    "x" * 200,
]


@each(("width", "words"), product([40, 60, 80], HOSTILE))
def test_edges_stay_straight_whatever_a_prompt_says(words: str, width: int) -> None:
    inside: list[Block] = [
        Prose((words,), "prompt"),
        Listed(words),
        bullets((words,)),
        Table((words,), (((words,),),), {}),
    ]
    page = [Heading(2, ("(a)",), "3 marks", "a"), *inside, Heading(2, (words,), words, "b"), *inside]
    made = terminal.render(page, width, 256)
    assert not re.search("[\u202e\u2066\x07\x9b]|\x1b[^[]", made)
    shown = edges(made, width)
    assert set(shown) == {"┐", "│", "┘", " "}
    assert shown.count(" ") == 1  # between the parts


# -- every problem ------------------------------------------------------------------------------------------------------
def test_no_problem_leaves_the_screen() -> None:
    """Some, each in one width: `test_screen_read_back.py` reads two of every document."""
    for path, width in zip(FILES[::3], cycle([60, 80, 120])):
        page = terminal.render(document(paper(path.stem).title, solutions(path.stem)), width).splitlines()
        assert max(map(cells, page)) == width, path.stem
        inside = [line for line in page if line.startswith(("┌", "│", "└"))]
        assert {cells(line) for line in inside} == {width}, path.stem
        assert {line[-1] for line in inside} == {"┐", "│", "┘"}, path.stem


def test_a_table_without_room_goes_on_below() -> None:
    numbers = tuple(Num("1234.5678") for _ in range(6))
    heads = tuple(f"column {k}" for k in range(6))
    page = text.render([Table(("row", *heads), ((("first",), *numbers), (("second",), *numbers)), {})], 44)
    assert max(map(cells, page.splitlines())) <= 44
    assert page.count("first") == page.count("second") > 1
    assert page.count("1,234.5678") == 12


def test_a_poor_encoding_has_no_frames() -> None:
    assert terminal.render(PAGE, 60, 0, "ascii") == text.render(PAGE, 60)
    assert terminal.render(PAGE, 60, 0, "cp437") == text.render(PAGE, 60)


def test_words_in_cells_of_tables_are_set_apart() -> None:
    blocks = passage(
        "| a | b |\n|---|---|\n| *one* of two, which is wider | **bold** |\n| $x^2$ and `code` | 猫 *三* |"
    ).blocks
    rows = list(lay_out(blocks, 24))
    found = {(text.strip(), role) for row in rows for text, role in row if role not in ("plain", "label", "rule")}
    assert found == {("one", "emphasis"), ("bold", "strong"), ("code", "code"), ("三", "emphasis")}
    assert ["".join(text for text, _ in row).rstrip() for row in rows][2].startswith("one of two")
