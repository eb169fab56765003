"""The dialect of prompts: what is markup, what stays text, and where a problem stands in the file."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.formula.words import Code, Link, Maths, Styled, Words
from solver.spec.nodes import Report, read_nodes
from solver.spec.prose import passages
from solver.spec.prose.markdown import parser
from solver.spec.prose.passages import passage, read_passage, sentence
from solver.working.passage import Bullets, Displayed, Inset, Listed, Passage, Prose, Table, plain
from tests.tables import each
from tests.trials import CHARACTERS


def read(yaml: str) -> tuple[Passage, list[str]]:
    """A passage under the key `prompt`, and what is wrong with it."""
    report = Report()
    node = read_nodes(yaml, "q").get("prompt")
    assert node is not None
    made = read_passage(node, report, "prompt")
    return made, [f"{p.place.line}:{p.place.column}: {p.message}" for p in report.problems]


def words(text: str) -> Words:
    """The words of a text that is one paragraph."""
    (block,) = passage(text).blocks
    assert isinstance(block, Prose)
    return block.words


TEXTS = [
    "x_1*y_2*z", "2*a*b", "a * b * c", "(a)*(b)*(c)", "W*x + b*y", "f(*args, **kwargs)", "a*", "*", "**", "* ", "-",
    "+", "1.", "3)", ">", ">>", ">= 0 is text", ">0.5", "#", "# a", "## b #", "$", "$$", "costs $5 and $6", "a $ b $ c",
    "US$5", "`", "``", "```", "```js", "~~~", "<script>alert(1)</script>", "<b>", "<!-- a -->", "&amp; &#65; &copy;",
    r"\write18{ls}", r"\input{x}", r"a\b", r"\(x\)", r"\{1\}", r"C:\new", "__init__", "_a_", "snake_case_name", "---",
    "***", "___", "===", "a\n===", "a\n---", "    code", "[a]", "[a](b)", "[a][b]", "f[1](x)", "[0, 1](2)", "![a]", "!",
    "[a](javascript:alert(1))", "<http://a.org>", "http://a.org/*b*c", "www.a.org", "a@b.org", "[^1]: a", "[a]: http://b.c",
    "|", "a | b", "||", "a||b", "|x|", "~", "~~a~~", "a\\", "::", ":---:", "日本語 *", "🙂 `", "\u202egnp", "=", "1 - 2", "a\n2. b",
]  # fmt: skip


@each("text", TEXTS)
def test_what_stays_text(text: str) -> None:
    made = "".join(piece if isinstance(piece, str) else f"?{piece}" for piece in passage(text).words)
    assert made.split() == text.split()


@each(
    ("text", "made"),
    [
        ("an *a b* c", ("an ", Styled(("a b",)), " c")),
        ("(*a*), **b**.", ("(", Styled(("a",)), "), ", Styled(("b",), True), ".")),
        ("**a *b* c**", (Styled(("a ", Styled(("b",)), " c"), True),)),
        ("`a*b` ``c`d``", (Code("a*b"), " ", Code("c`d"))),
        (
            "[the *paper*](https://a.org/b_(c)?d=e#f)",
            (Link(("the ", Styled(("paper",))), "https://a.org/b_(c)?d=e#f"),),
        ),
        ("[write](mailto:a@b.org)", (Link(("write",), "mailto:a@b.org"),)),
        (r"\*a\* \`b\` \$5\$ \[c](http://d.e)", ("*a* `b` $5$ [c](http://d.e)",)),
    ],
)
def test_words(text: str, made: Words) -> None:
    assert words(text) == made


@each(
    ("text", "count"),
    [
        ("$x$", 1),
        ("($x$)", 1),
        ("$x$, $y$.", 2),
        ("$ x$", 0),
        ("$x $", 0),
        ("$x$5", 0),
        ("a$x$b", 1),
        (r"\$x$", 0),
        ("$`x`$", 1),
    ],
)
def test_dollars(text: str, count: int) -> None:
    assert sum(isinstance(piece, Maths) for piece in words(text)) == count


def test_blocks() -> None:
    made, wrong = read(
        "prompt: |\n  Say:\n\n  - a\n    1. b\n    2. c\n\n  - d\n\n  3. e\n\n  > f\n\n  ```py\n  g = `h`\n  ```\n\n"
        "  | i | j |\n  |---|:-:|\n  | `k|l` | $m$ |\n\n  $$\n  n\n  $$\n  o $$p$$ q\n"
    )
    assert not wrong
    one = Bullets(((Prose(("b",)),), (Prose(("c",)),)), 1)
    say, points, numbered, quoted, code, table, shown, before, inner, after = made.blocks
    assert say == Prose(("Say:",))
    assert points == Bullets(((Prose(("a",)), one), (Prose(("d",)),)))
    assert numbered == Bullets(((Prose(("e",)),),), 3)
    assert quoted == Inset((Prose(("f",)),), "quote")
    assert code == Listed("g = `h`", "py")
    assert isinstance(table, Table)
    assert table.header == (("i",), ("j",))
    assert table.aligns == (None, "centre")
    assert isinstance(shown, Displayed)
    assert (before, after) == (Prose(("o ",)), Prose((" q",)))
    assert isinstance(inner, Displayed)


@each(
    ("yaml", "problem"),
    [
        ("prompt: a $\\foo$ b", "1:12: unknown macro \\foo"),
        ("prompt: 'it''s $\\foo$ b'", "1:17: unknown macro \\foo"),
        ('prompt: "a\\tb \\u00e4 $\\\\foo$ b"', "1:23: unknown macro \\foo"),
        ("prompt: >-\n  folded *a*\n  b $x + \\foo$\n  c", "3:10: unknown macro \\foo"),
        ("prompt: |\n  - a\n  - b $\\foo$\n", "3:8: unknown macro \\foo"),
        ("prompt: |2\n    a\n\n   b $$\n   x\n   \\foo$$\n", "6:4: unknown macro \\foo"),
        ("prompt: |\n  $$\n  a\n   \\foo\n  $$\n", "4:4: unknown macro \\foo"),
        ("prompt: |\n  | a | b |\n  |---|---|\n  | x | $\\foo$ |\n", "4:10: unknown macro \\foo"),
        ("prompt: a *b*\n  c\n  d $y\\foo$", "3:7: unknown macro \\foo"),
        ("prompt: '  a\n\n  b $\\foo$'", "3:6: unknown macro \\foo"),
        ("prompt: |\n  > a\n  > $\\foo$\n", "3:6: unknown macro \\foo"),
        ("prompt: |\n  a\n\n  - a\n    - b\n      - c\n", "6:7: lists go two deep at the most"),
        ("prompt: an ![a](b.png) c", "1:15: a picture stands in a paragraph of its own"),
    ],
)
def test_problems_have_their_place(yaml: str, problem: str) -> None:
    assert read(yaml)[1] == [problem]


def test_all_problems_at_once() -> None:
    assert len(read("prompt: $\\a$, $\\b$ and\n  *$\\c$*")[1]) == 3


def test_a_long_text_with_markup_is_refused() -> None:
    text = "*a* " * (passages.MAX_MARKED // 4 + 1)
    assert read(f"prompt: '{text}'")[1] == ["1:9: prompt has 50,003 characters, and markup"]


@pytest.mark.parametrize(
    "text",
    [
        "[" * 3_000,
        "*a " * 3_000,
        "`" * 3_000,
        "![" * 3_000,
        "> " * 3_000,
        "$a" * 3_000,
        "**" * 3_000,
        "- " * 2_000 + "a",
    ],
)
def test_hostile_lengths_are_read(text: str) -> None:
    passage(text)


marks = st.text(st.sampled_from("ab 1\n*_`$#-+.>|[]()!\\~:<&"), max_size=24)


@given(marks | st.text(CHARACTERS, max_size=30))
def test_what_needs_no_parser_is_what_the_parser_reads(text: str) -> None:
    """A text without a sign of markup is the same with the parser and without."""
    if passages._MARKUP.search(text):
        return
    tokens = parser().parse(text.replace("\r", "\n"))
    assert {token.type for token in tokens} <= {"paragraph_open", "inline", "paragraph_close"}
    assert {child.type for token in tokens for child in token.children or []} <= {"text", "softbreak"}


@given(
    st.text(st.characters(exclude_categories=["Cs"], exclude_characters="`*$\\[]!|>~-+:\r"), max_size=60).filter(
        lambda t: t.strip()
    )
)
def test_plain_text_comes_back(text: str) -> None:
    made = passage(text)
    if not any(c.isdigit() for c in text):
        assert vars(made) == vars(plain(text))
    assert sentence(text) == (text,)


@given(marks)
def test_any_text_is_read(text: str) -> None:
    passage(text)
    sentence(text)
    read(
        "prompt: " + repr(text).replace("\\'", "''") if "\\" not in text and "\n" not in text and text else "prompt: a"
    )
