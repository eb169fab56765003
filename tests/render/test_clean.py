"""What a spec says is shown, and steers nothing."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from solver.render.clean import clean
from tests.tables import each

HOSTILE = st.text(st.characters(), max_size=60)
"""Any characters at all, lone surrogates and controls among them."""


@each(
    ("text", "shown"),
    [
        ("", ""),
        ("f′(u) of the Tanh activation, 日本語, é, 👩\u200d🔬", "f′(u) of the Tanh activation, 日本語, é, 👩\u200d🔬"),
        ("\x1b[31mred\x1b[0m", "␛[31mred␛[0m"),
        ("\x1b]8;;http://a\x07", "␛]8;;http://a␇"),
        ("bell\x07, back\x08, nul\x00, del\x7f", "bell␇, back␈, nul␀, del␡"),
        ("C1: \x9b31m", "C1: �31m"),
        ("user\u202egnp.exe\u202c \u2066x\u2069\u200e\u061c", "usergnp.exe x"),
        ("zero\u200bwidth\ufeff and tags\U000e0041", "zerowidth and tags"),
        ("half \ud800 a pair, no \uffff character", "half � a pair, no � character"),
        ("one\ntwo\r\nthree\tfour\u2028five", "one two three four five"),
        ("[red]x[/] <b>x</b> $x$", "[red]x[/] <b>x</b> $x$"),
    ],
)
def test_clean(text: str, shown: str) -> None:
    assert clean(text) == shown


@given(HOSTILE)
def test_nothing_clean_controls(text: str) -> None:
    shown = clean(text)
    assert not [c for c in shown if unicodedata.category(c) in ("Cc", "Cs", "Zl", "Zp")]
    assert not [c for c in shown if unicodedata.category(c) == "Cf" and c not in "\u200c\u200d"]
    shown.encode("utf-8")
    assert clean(shown) == shown


@given(st.text(st.characters(categories=["L", "N", "P", "S", "M"])))
def test_words_stay_as_they_are(text: str) -> None:
    assert clean(text) == text
