"""The terminal shows the lines of the plain text, styled."""

import re
import subprocess
import sys

from hypothesis import given
from hypothesis import strategies as st

from solver.formula.tree import Name, Num
from solver.render import format_terminal as terminal
from solver.render import format_text as text
from solver.render.blocks import Block, Equations, Heading, Prose, Table, bullets, note
from solver.working.items import Line

from .test_text import blocks

STYLE = re.compile(r"\x1b\[[0-9;]*m")

PAGE: list[Block] = [
    Heading(1, "Question [red]2[/]", "25 marks"),
    Heading(2, "(a)", "3 marks"),
    Prose(("Compute u.",), "prompt"),
    Prose(("Synaptic input",), "title"),
    Prose(("a weighted sum",), "why"),
    Equations([Line(Num("1.30"), left=Name("u1"), note=("given",))], {}),
    bullets(("A point.",)),
    Table(("a", "b"), ((("x",), Num("1")),), {}),
    note(("Rounded.",)),
]


def test_styles() -> None:
    made = terminal.render(PAGE, 80, True)
    assert "\x1b[1mQuestion [red]2[/]\x1b[0m\x1b[2m · \x1b[0m\x1b[2m25 marks\x1b[0m" in made
    assert "\x1b[1;36m(a)\x1b[0m" in made
    assert "\nCompute u.\n" in made
    assert "\x1b[1mSynaptic input\x1b[0m\n" in made
    assert "\x1b[2;3ma weighted sum\x1b[0m" in made
    assert "\x1b[36m  u₁\x1b[0m = 1.30    \x1b[2;3mgiven\x1b[0m" in made
    assert "\x1b[1mNote: \x1b[0mRounded." in made


def test_without_color_it_is_the_plain_text() -> None:
    assert terminal.render(PAGE, 60, False) == text.render(PAGE, 60)


@given(blocks, st.integers(40, 200))
def test_styles_aside_it_is_the_plain_text(made: list[Block], width: int) -> None:
    styled = terminal.render(made, width, True)
    bare = [line.rstrip() for line in STYLE.sub("", styled).split("\n")]
    assert bare == text.render(made, width).split("\n")
    assert "\x1b" not in "".join(bare)


def test_every_style_ends_on_its_line() -> None:
    for line in terminal.render(PAGE, 80, True).splitlines():
        styles = STYLE.findall(line)
        assert styles[1::2] == ["\x1b[0m"] * (len(styles) // 2)


def test_plain_text_does_not_load_rich() -> None:
    code = "import sys, solver.render.format_text, solver.render.format_terminal; sys.exit('rich' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
