"""Typeset trees in MathML: every node is well-formed, and says what it says in other formats."""

import re
from unicodedata import normalize
from xml.etree import ElementTree

from hypothesis import example, given
from hypothesis import strategies as st

from solver.formula.print.setter_mathml import MathmlSetter
from solver.formula.typeset import (
    Accented,
    Digits,
    Enclosed,
    Gap,
    Lattice,
    Letters,
    Named,
    Over,
    Root,
    Said,
    Scripts,
    Sign,
    Typeset,
    together,
)
from tests.formula.print.test_setters import NODES, X, Y
from tests.tables import each

SETTER = MathmlSetter()
ELEMENTS = {
    "mi", "mn", "mo", "mtext", "mspace", "mrow", "msub", "msup", "msubsup", "munder", "mover", "munderover", "mfrac",
    "msqrt", "mroot", "mtable", "mtr", "mtd",
}  # fmt: skip


@each(("node", "text"), [(node, text) for node, text, _ in NODES])
def test_every_node(node: Typeset, text: str) -> None:
    made = ElementTree.fromstring(SETTER.set(node))
    assert {each.tag for each in made.iter()} <= ELEMENTS
    letters = set(re.findall(r"\w", normalize("NFKC", "".join(made.itertext()))))
    assert letters >= set(re.findall(r"[xyni]", normalize("NFKC", re.sub("binom|hat", "", text))))


@each(
    ("node", "expected"),
    [
        (X, "<mi>x</mi>"),
        (Letters("d", "upright"), '<mi mathvariant="normal">d</mi>'),
        (Letters("W", "bold"), '<mi mathvariant="normal">𝐖</mi>'),
        (Letters("Wθ0", "bold italic"), "<mi>𝑾𝜽𝟎</mi>"),
        (Letters("ϵ∂", "bold"), "<mi>𝛜𝛛</mi>"),
        (Letters("RA", "double"), "<mi>ℝ𝔸</mi>"),
        (Letters("LA", "script"), "<mi>ℒ𝒜</mi>"),
        (Letters("ghé", "italic"), "<mi>𝑔ℎé</mi>"),
        (Digits("16,941.5"), "<mn>16,941.5</mn>"),
        (Sign("-", "binary"), '<mo form="infix" stretchy="false">−</mo>'),
        (Sign("′"), "<mo>′</mo>"),
        (Said(" if x < 1 "), "<mtext>\u00a0if x &lt; 1\u00a0</mtext>"),
        (Said(" "), "<mtext>\u00a0</mtext>"),
        (together(Named("tanh"), X), '<mrow><mi>tanh</mi><mspace width="0.167em"></mspace><mi>x</mi></mrow>'),
        (Gap(-1 / 6), '<mspace width="-0.167em"></mspace>'),
        (Scripts(X), "<mi>x</mi>"),
        (Scripts(X, Y, limits=True), "<munder><mi>x</mi><mi>y</mi></munder>"),
        (Root(X, Y), "<mroot><mi>x</mi><mi>y</mi></mroot>"),
        (Enclosed("", X, ")"), '<mrow><mi>x</mi><mo form="postfix" stretchy="false">)</mo></mrow>'),
        (
            Enclosed("(", Over(X, Y), ")"),
            '<mrow><mo form="prefix">(</mo><mfrac><mi>x</mi><mi>y</mi></mfrac><mo form="postfix">)</mo></mrow>',
        ),
        (Accented("bar", X), '<mover accent="true"><mi>x</mi><mo stretchy="false">¯</mo></mover>'),
        (Lattice(((X,),), ("left",)), '<mtable><mtr><mtd class="l"><mi>x</mi></mtd></mtr></mtable>'),
        (
            Lattice(((Over(X, Y),),), ("left",)),
            '<mtable displaystyle="true"><mtr><mtd class="l"><mfrac><mi>x</mi><mi>y</mi></mfrac></mtd></mtr></mtable>',
        ),
        (Lattice(((Digits("1"),),)), '<mtable><mtr><mtd class="r"><mn>1</mn></mtd></mtr></mtable>'),
    ],
)
def test_nodes(node: Typeset, expected: str) -> None:
    assert SETTER.set(node) == expected


_SPACE_AND_MINUS = str.maketrans("\u00a0−", " -")


@given(st.text(st.characters(exclude_categories=["C"]), min_size=1, max_size=20))
@example("-")
def test_words_stay_words(text: str) -> None:
    for node in (Said(text), Letters(text, "upright"), Digits(text), Named(text), Sign(text, "large")):
        (shown,) = ElementTree.fromstring(f"<mrow>{SETTER.set(node)}</mrow>")
        assert (shown.text or "").translate(_SPACE_AND_MINUS) == text.translate(_SPACE_AND_MINUS)
        assert not len(shown)
