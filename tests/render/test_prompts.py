"""Prompts through every format: what is hostile stays text, and what is markup is set."""

import base64
import json
import re
from functools import cache
from itertools import product
from pathlib import Path
from typing import get_args
from urllib.parse import unquote

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.formula.parse import parse
from solver.formula.typeset import Letters, Over
from solver.formula.words import Code, Link, Maths, Styled
from solver.render.blocks import (
    Block,
    Bullets,
    Cases,
    Displayed,
    Equations,
    Facts,
    Figure,
    Heading,
    Inset,
    Listed,
    Picture,
    Prose,
    Table,
    bullets,
)
from solver.render.clean import clean
from solver.render.format import Shown, format_file, formats
from solver.render.format_markdown import render as markdown
from solver.render.format_text import render as text
from solver.spec.reader import load, load_text
from solver.working.items import Line
from solver.working.solve import solve_paper
from tests.render.test_markdown_words import MARKUP, PARSER, flat
from tests.tables import each
from tests.trials import CHARACTERS

PIXEL = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==")
HALF = Over(Letters("a"), Letters("b"))

ALL: list[Block] = [
    Heading(1, ("Title",), "3 marks"),
    Prose(("An ", Styled(("emphasised",)), " and ", Styled(("strong ", Maths(HALF), " word"), True), " one"), "prompt"),
    Prose(("Code ", Code("a`b|c"), ", ", Link(("a link",), "https://a.org/b_c"), ", ", Maths(HALF))),
    Bullets(((Prose(("point",)), bullets(("inner",))), (Prose(("other",)), Displayed(HALF))), 3),
    Table((("left",), ("right",)), ((("cell",), (Code("x|y"),)),), {}, aligns=("left", "right")),
    Inset((Prose(("noted",)), bullets(("below",))), "note"),
    Inset((Prose(("quoted",)),), "quote"),
    Listed("first\n\tsecond `x` ```", "py"),
    Displayed(HALF),
    Picture("shown", "fig/net 1.png", "png", b""),
    Figure("network", "Figure: network"),
]
WORDS = [
    "Title",
    "emphasised",
    "strong",
    "a link",
    "https://a.org",
    "point",
    "inner",
    "other",
    "cell",
    "noted",
    "below",
]
WORDS += ["quoted", "first", "second", "shown", "network"]


EXTRAS = {"pdf": "typst", "docx": "docx"}


def made_by(form: str, shown: Shown) -> str | bytes:
    if form in EXTRAS:
        pytest.importorskip(EXTRAS[form], reason=f"pip install 'nnsolve[{form}]'")
    return format_file(form).page(shown)


def text_of(form: str, shown: Shown) -> str:
    made = made_by(form, shown)
    assert isinstance(made, str)
    return made


class Blocks(Shown):
    """A page of every kind of block."""

    def blocks(self, pictures: bool = True) -> list[Block]:
        x = Line(parse("a + b"), left=parse("x"), note=("noted",))
        more: list[Block] = [Equations([x], {}), Facts([x], {}), Cases(parse("x"), ((parse("u"), ("if so",)),), {})]
        return [*(b._replace(path="net.png", data=PIXEL) if isinstance(b, Picture) else b for b in ALL), *more]


@each("form", formats())
def test_every_format_sets_every_block(form: str) -> None:
    shown = Blocks("Title", ())
    assert {type(block) for block in shown.blocks()} == set(get_args(Block))
    made = made_by(form, shown)
    if isinstance(made, str) and form not in ("json", "exam"):  # which set solutions
        made = re.sub(r"\\(?=[:/])|\\allowbreak\{\}", "", made)
        assert [word for word in WORDS if word not in made] == []


def test_text() -> None:
    made = text(ALL, 60)
    assert all(word in made for word in WORDS)
    assert "3. point\n   • inner\n4. other\n\n      a\n     ───\n      b\n" in made
    assert "Note: noted\n      • below\n" in made
    assert "│ quoted\n" in made
    assert "  first\n      second `x` ```\n" in made
    assert "[Picture: shown (net 1.png)]" in made


def test_markdown() -> None:
    made = markdown(ALL)
    kinds = [token.type for token in flat(PARSER.parse(made))]
    assert all(word in made for word in WORDS)
    for kind in (
        "em_open",
        "strong_open",
        "code_inline",
        "link_open",
        "ordered_list_open",
        "bullet_list_open",
        "table_open",
    ):
        assert kind in kinds, kind
    assert kinds.count("fence") == kinds.count("image") == 1
    assert kinds.count("blockquote_open") == 2
    assert "**strong** $`\\frac{a}{b}`$ **word**" in made
    assert "![shown](<fig/net 1.png>)" in made


QUESTION = """title: t
prompt: {prompt}
parts: [{{label: a, prompt: {prompt}, note: {prompt}, given: {{family: concept, points: [{prompt}], why: {prompt}}}}}]
"""
HOSTILE = [
    "<script>alert(1)</script>", r"\write18{ls}", "a $ b", "#", "# a", "`", "```", "\x1b[31mred\x1b[0m", "\u202egnp.exe",
    "🙂", "x_1*y_2*z", "$5 and $6", "[a](javascript:alert(1))", "<img src=x onerror=y>", r"\input{/etc/passwd}", "&lt;b&gt;",
    "{{1}}", "%s %d", "--", "$$", "|",
]  # fmt: skip


@cache
def asked_with(prompt: str) -> Shown:
    paper = load_text(QUESTION.format(prompt=json.dumps(prompt, ensure_ascii=False)))
    return Shown(paper.title, solve_paper(paper), colors=256)


@each(("form", "prompt"), product([form for form in formats() if form not in EXTRAS], HOSTILE))
def test_hostile_prompts_are_text_in_every_format(form: str, prompt: str) -> None:
    """But for those whose own tests read them back."""
    made = text_of(form, asked_with(prompt))
    shown = re.sub(r"\x1b\[[\d;]*m", "", made) if "\x1b" not in prompt else made
    assert "<script" not in made or form in ("text", "terminal", "json", "markdown", "typst")
    assert "\u202e" not in made
    assert "\x1b[31mred" not in made
    if form == "text":
        assert shown.count(prompt.replace("\x1b", "␛").replace("\u202e", "")) == 5
    if form == "markdown":
        found = [token for token in flat(PARSER.parse(made)) if token.type == "text"]
        assert any(prompt.replace("\x1b", "␛").replace("\u202e", "") in token.content for token in found)
    if form == "json":
        assert json.loads(made)["parts"][0]["prompt"] == prompt


@given(st.sampled_from(MARKUP) | st.text(CHARACTERS, max_size=20))
def test_any_words_set_apart_stay_words(said: str) -> None:
    """Hostile words inside of code, emphasis, links and pictures: one span of each, and nothing else."""
    made = markdown([Prose(("x ", Code(said), " y ", Link((said,), "https://a.org"), " z"))])
    kinds = [token.type for token in flat(PARSER.parse(made))]
    assert set(kinds) <= {
        "paragraph_open",
        "paragraph_close",
        "inline",
        "text",
        "code_inline",
        "link_open",
        "link_close",
    }
    text([Prose((Code(said), Styled((said,), True))), Listed(said), Picture(said, said, "png", b"")], 40)


@given(st.sampled_from(MARKUP) | st.text(CHARACTERS, max_size=20))
@example("x>y")
@example("\\")
@example("&copy;")
def test_any_address_is_that_of_one_link(said: str) -> None:
    found = list(flat(PARSER.parse(markdown([Prose((Link(("here",), f"https://a.org/{said}"),))]))))
    assert [token.type for token in found if token.type not in ("inline", "text")] == [
        "paragraph_open",
        "link_open",
        "link_close",
        "paragraph_close",
    ]
    address = str(next(token for token in found if token.type == "link_open").attrs["href"])
    assert unquote(address) == unquote(clean(f"https://a.org/{said}").strip())


def test_json_keeps_what_was_typed() -> None:
    paper = load_text(QUESTION.format(prompt=json.dumps("*a* $x^2$")))
    made = json.loads(text_of("json", Shown(paper.title, solve_paper(paper))))
    assert made["parts"][0]["prompt"] == "*a* $x^2$"


@pytest.mark.parametrize(
    ("folder", "name"), [("", "questions/net.png"), ("out", "../questions/net.png"), ("questions", "net.png")]
)
def test_markdown_names_pictures_from_where_it_stands(
    folder: str, name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "questions").mkdir()
    (tmp_path / "questions" / "net.png").write_bytes(b"\x89PNG\r\n\x1a\n")
    spec = 'title: t\nprompt: "- ![A net](net.png)"\nparts: [{label: a, given: {family: concept, points: [a]}}]\n'
    (tmp_path / "questions" / "q.yaml").write_text(spec)
    paper = load("questions/q.yaml")
    assert f"- ![A net](<{name}>)" in text_of("markdown", Shown("t", solve_paper(paper), folder=folder))


def test_a_figure_is_named() -> None:
    assert "[Figure: network]" in text(ALL)
