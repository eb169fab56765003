"""Markdown that GitHub renders: aligned lines, and words that stay words."""

from solver.formula.parse import parse
from solver.formula.symbol import Symbol
from solver.formula.tree import Name
from solver.render.blocks import Cases, Equations, Facts, Heading, Inset, Prose, Table, bullets
from solver.render.format_markdown import render
from solver.working.items import Line
from solver.working.passage import plain
from tests.tables import each


@each(
    ("block", "text"),
    [
        (Heading(2, ("(a)",), "3 marks"), "## (a) — 3 marks\n"),
        (
            Prose(("Synaptic input to ", Symbol("h", "1", shape=(2, 1))), "title"),
            "**Synaptic input to $`\\mathbf{h}_1`$**\n",
        ),
        (Inset(plain("two\n\nparagraphs").blocks, "note"), "> two\n> \n> paragraphs\n"),
        (bullets(("one",), ("two",)), "- one\n- two\n"),
        (
            Equations([Line(parse("a + b"), left=Name("y")), Line(parse("3"), note=("sum",))], {}),
            "$$\n\\begin{aligned}\ny &= a + b \\\\\n&= 3 \\qquad \\text{sum}\n\\end{aligned}\n$$\n",
        ),
        (
            Cases(Name("f"), ((parse("u"), ("if ", Symbol("u"), " > 0")), (parse("0"), ("otherwise",))), {}),
            "$$\nf = \\begin{cases}\nu & \\text{if } u\\text{ }\\gt \\text{ 0} \\\\\n0 & \\text{otherwise}\n\\end{cases}\n$$\n",
        ),
        (
            Facts([Line(parse("1"), left=Name("a")), Line(parse("2"), left=Name("b"))], {}),
            "$$\na = 1 \\qquad b = 2\n$$\n",
        ),
        (Table(("q", "v"), ((("x",), parse("1.5")),), {}), "| q | v |\n| --- | --: |\n| x | $`1.5`$ |\n"),
    ],
)
def test_blocks(block: object, text: str) -> None:
    assert render([block]) == text  # type: ignore[list-item]


@each(
    ("words", "escaped"),
    [
        ("a*b_c", r"a\*b\_c"),
        ("<b>", r"\<b\>"),
        ("# not a heading", r"\# not a heading"),
        ("- not a list", r"\- not a list"),
        ("1. not a list", r"1\. not a list"),
        ("costs $5", r"costs \$5"),
        ("[link](x)", r"\[link\](x)"),
    ],
)
def test_words_stay_words(words: str, escaped: str) -> None:
    assert render([Prose((words,))]).strip() == escaped
