"""Words of a spec stay words: a real parser of CommonMark and GitHub's extensions finds one text, and no markup."""

from collections.abc import Iterator
from typing import Literal

from hypothesis import example, given
from hypothesis import strategies as st
from markdown_it import MarkdownIt
from markdown_it.token import Token

from solver.formula.symbol import Symbol
from solver.formula.tree import Num
from solver.render.blocks import Block, Heading, Inset, Prose, Table, bullets
from solver.render.clean import clean
from solver.render.format_markdown import render
from solver.working.passage import plain
from tests.render.test_clean import HOSTILE
from tests.tables import each

PARSER = MarkdownIt("gfm-like", {"linkify": True})
PARSER.linkify.set({"fuzzy_link": False})  # type: ignore[union-attr]  # GitHub makes no link of a bare domain

SIGNS = "\\`*_{}[]()<>#|~$&@!:/.-+=^\"' \t\n01ab"

MARKUP = [
    "---", "- - -", "***", "___", "===", "--", "=", "+", "-", "*", "- a", "+ a", "* a", "1. a", "1) a", "10.", "1.",
    "123456789. a", "# a", "###### a ##", "#", "a\n===", "a\n---", "> a", ">", "    code", "\tcode", "```", "```js\na\n```",
    "~~~", "`a`", "``", "| a | b |\n| --- | --- |\n| 1 | 2 |", "a | b\n--- | ---", ":---:", "[a]: http://b.org 'c'",
    "[a](b)", "![a](b)", "[^1]", "[^1]: note", "<b>", "<script>alert(1)</script>", "<!-- a -->", "<http://a.org>",
    "http://a.org/b?c=d&e=f", "https://a.org", "ftp://a.org", "//a.org", "www.a.org", "WWW.a.org", "HTTPS://a.org/~b",
    "a@b.org", "mailto:a@b.org", "&amp;", "&#65;", "&copy", "$x$", "$$x$$", "$`x`$", "a\\", "a  \nb", "a\\\nb", "~~a~~",
    "~a~", "**a**", "__a__", "_a_", "*a", "\\*a", "\\", "- [ ] a", "a\u00a0", "\u2003a", "-5 + 3", "1.5", "1.a", "0)",
]  # fmt: skip


def paragraphs(text: str) -> list[str]:
    """What is seen of each paragraph of a text."""
    shown = (
        clean(piece).strip()
        for block in plain(text).blocks
        if isinstance(block, Prose)
        for piece in block.words
        if isinstance(piece, str)
    )
    return [part for part in shown if part]


def tokens(block: Block) -> list[Token]:
    return PARSER.parse(render([block]))


def flat(found: list[Token]) -> Iterator[Token]:
    for token in found:
        yield token
        yield from flat(token.children or [])


def kinds(found: list[Token]) -> list[str]:
    return [token.type for token in found]


def text_of(inline: Token) -> str:
    assert set(kinds(inline.children or [])) <= {"text"}, inline
    return "".join(token.content for token in inline.children or [])


hostile = st.one_of(HOSTILE, st.text(st.sampled_from(SIGNS), max_size=30), st.sampled_from(MARKUP))
both = st.tuples(hostile, hostile).map("".join)


@each("role", ["plain", "prompt"])
def test_markup_is_text(role: Literal["plain", "prompt"]) -> None:
    for text in MARKUP:
        found = tokens(Prose((text,), role))
        assert kinds(found) == ["paragraph_open", "inline", "paragraph_close"], text
        assert text_of(found[1]) == clean(text).strip()


@given(both)
def test_a_paragraph_holds_exactly_its_words(text: str) -> None:
    found = PARSER.parse(render(plain(text, "prompt").blocks))
    parts = paragraphs(text)
    assert kinds(found) == ["paragraph_open", "inline", "paragraph_close"] * len(parts)
    assert [text_of(token) for token in found if token.type == "inline"] == parts


@given(both, st.sampled_from(["title", "label", "why"]))
@example("a.", "why")
@example("*", "title")
@example("(a)", "label")
def test_emphasis_holds_exactly_its_words(text: str, role: str) -> None:
    found = tokens(Prose((text,), role))  # type: ignore[arg-type]
    words = clean(text).strip()
    if not words:
        assert not found
        return
    assert kinds(found) == ["paragraph_open", "inline", "paragraph_close"]
    inner = found[1].children or []
    mark = "em" if role == "why" else "strong"
    shown = [token for token in inner if token.content or token.type != "text"]
    assert kinds(shown)[0] == f"{mark}_open"
    assert kinds(shown)[-1] == f"{mark}_close"
    assert set(kinds(shown)[1:-1]) == {"text"}
    assert "".join(token.content for token in shown) == words


@given(both)
def test_notes_headings_and_points(text: str) -> None:
    words = clean(text).strip()
    said = tokens(Inset(plain(text).blocks, "note"))
    assert [text_of(token) for token in said if token.type == "inline"] == paragraphs(text)
    heading = tokens(Heading(2, (text,), text))
    assert kinds(heading) == ["heading_open", "inline", "heading_close"]
    assert text_of(heading[1]) == (f"{words} — {words}" if words else "")
    points = tokens(bullets((text,), ("and", Symbol("u", "1"))))
    assert kinds(points).count("list_item_open") == 2
    inline = [token for token in points if token.type == "inline"]
    assert text_of(inline[0]) == words if words else len(inline) == 1


@given(st.lists(both, min_size=4, max_size=4))
def test_cells_of_a_table(texts: list[str]) -> None:
    a, b, c, d = texts
    found = tokens(Table((a, (b,)), (((c,), (d,)), (("x",), Num("1"))), {}))
    assert kinds(found).count("th_open") == 2
    assert kinds(found).count("td_open") == 4
    cells = [token for token in found if token.type == "inline"]
    assert [text_of(cell) for cell in cells[:4]] == [clean(text).strip() for text in texts]


@given(both)
def test_nothing_invisible_is_put_in(text: str) -> None:
    made = render(plain(text, "prompt").blocks)
    assert set(made) <= set("".join(paragraphs(text))) | set("\\\n")
