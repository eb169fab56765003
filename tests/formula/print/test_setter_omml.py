"""Typeset trees in OMML: every node in the elements that ECMA-376 has, and no text lost."""

import re
from xml.etree import ElementTree

from solver.formula.print.setter_omml import OmmlSetter
from solver.formula.typeset import Letters, Named, Said, Sign, Typeset, together
from tests.formula.print.test_setters import NODES
from tests.reader.omml import NAMES
from tests.tables import each

CHILDREN = {
    "oMath": "(?:r|f|sSub|sSup|sSubSup|limLow|limUpp|rad|d|acc|bar|groupChr|m|nary) ",
    "f": "fPr num den ", "sSub": "e sub ", "sSup": "e sup ", "sSubSup": "e sub sup ", "limLow": "e lim ",
    "limUpp": "e lim ", "rad": "radPr deg e ", "d": "dPr e ", "acc": "accPr e ", "bar": "barPr e ",
    "groupChr": "groupChrPr e ", "nary": "naryPr sub sup e ", "m": "mPr(?: mr)+ ", "mr": "e (?:e )*", "r": "rPr t ",
    "naryPr": "chr limLoc grow subHide supHide ", "dPr": "begChr endChr grow ", "fPr": "type ", "mPr": "plcHide (?:cGpRule cGp )?mcs ",
}  # fmt: skip
"""What stands in an element, in order; rows of mathematics hold what `oMath` does."""
ROWS = ("oMath", "e", "num", "den", "sub", "sup", "lim", "deg")


def check(element: ElementTree.Element, empty: bool = False) -> None:
    """Fails where an element holds what Word does not expect."""
    tag = element.tag.rpartition("}")[2]
    found = "".join(child.tag.rpartition("}")[2] + " " for child in element if "wordprocessingml" not in child.tag)
    hidden = tag == "deg" or (tag in ("sub", "sup") and empty)
    if tag in ROWS:
        assert re.fullmatch(f"(?:{CHILDREN['oMath']}){'*' if hidden else '+'}", found), (tag, found)
    elif tag in CHILDREN:
        assert re.fullmatch(CHILDREN[tag], found), (tag, found)
    for child in element:
        check(child, tag == "nary")


def parsed(node: Typeset) -> ElementTree.Element:
    return ElementTree.fromstring(f"<m:oMath {NAMES}>{OmmlSetter().set(node)}</m:oMath>")


def tags(node: Typeset) -> set[str]:
    return {each.tag.rpartition("}")[2] for each in parsed(node).iter()}


@each("node", [node for node, *_ in NODES])
def test_each_node(node: Typeset) -> None:
    check(parsed(node))


def test_all_elements_are_used() -> None:
    used = set().union(*(tags(node) for node, *_ in NODES))
    expected = {"f", "sSub", "sSup", "sSubSup", "limUpp", "rad", "d", "acc", "groupChr", "m", "nary", "nor"}
    assert expected <= used


def test_what_a_large_sign_is_of_is_its_operand() -> None:
    node = together(Sign("∑", "large"), Letters("x"), Sign("+", "binary"), Letters("y"))
    (nary, plus, y) = parsed(node)
    assert "".join(nary.itertext()) == "x"
    assert "".join(plus.itertext()) + "".join(y.itertext()) == "+y"


@each("text", ["<m:r>", "&amp;", '"', "]]>", "a & b", "\\"])
def test_words_stay_what_they_are(text: str) -> None:
    for node in (Said(text), Letters(text, "upright"), Named(text), Sign(text)):
        assert "".join(parsed(node).itertext()) == text
