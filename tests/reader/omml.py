"""Reads a line of OMML as the MathML of the same look, after ECMA-376."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from xml.etree import ElementTree
from xml.sax.saxutils import escape

from tests.reader import mathml, table
from tests.reader.expression import Expression, Floats

NAMES = (
    'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math" '
    'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
)
_M, _W = (f"{{{address}}}" for address in re.findall(r'"(.*?)"', NAMES))
_SCRIPTS = {"sSub": "msub", "sSup": "msup", "sSubSup": "msubsup", "f": "mfrac", "limLow": "munder", "limUpp": "mover"}
_SPACES = re.compile("[\u2002-\u2006]+")


def read(text: str, quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression of a line; quantities: symbols, as they are printed, and their values."""
    return mathml.read(as_mathml(text), {as_mathml(name): at for name, at in (quantities or {}).items()})


def as_mathml(text: str) -> str:
    """Elements of OMML as elements of MathML."""
    return _all(ElementTree.fromstring(f"<m:oMath {NAMES}>{text}</m:oMath>"))


def _all(element: ElementTree.Element) -> str:
    made = ""
    for child in element:
        if made.endswith("</mi>") and _space(child):  # words before a space are an option, no function
            made = re.sub(r"<mi>(\w{2,})</mi>$", r"<mtext>\1</mtext>", made)
        made += _set(child)
    return made


def _space(element: ElementTree.Element) -> bool:
    return _SPACES.fullmatch(element.findtext(f"{_M}t") or "") is not None


def _row(element: ElementTree.Element) -> str:
    return f"<mrow>{_all(element)}</mrow>"


def _get(element: ElementTree.Element, *path: str) -> str:
    found = element.find("/".join(f"{_M}{tag}" for tag in path))
    return "" if found is None else found.get(f"{_M}val", "")


def _set(element: ElementTree.Element) -> str:
    parts = [child for child in element if not child.tag.endswith("Pr")]
    match element.tag.removeprefix(_M):
        case "r":
            return _run(element)
        case "d":
            left, right = (escape(_get(element, "dPr", tag)) for tag in ("begChr", "endChr"))
            return f"<mo>{left}</mo>{_row(parts[0])}<mo>{right}</mo>"
        case "m":
            rows = ("".join(f"<mtd>{_row(cell)}</mtd>" for cell in row) for row in parts)
            return f"<mtable>{''.join(f'<mtr>{row}</mtr>' for row in rows)}</mtable>"
        case "rad":
            return (
                f"<msqrt>{_row(parts[1])}</msqrt>" if _get(element, "radPr", "degHide") else _many("mroot", parts[::-1])
            )
        case "acc":
            return f"<mover>{_row(parts[0])}<mo>{_get(element, 'accPr', 'chr')}</mo></mover>"
        case "bar":
            return f"<mover>{_row(parts[0])}<mo>¯</mo></mover>"
        case tag if tag in _SCRIPTS:
            return _many(_SCRIPTS[tag], parts)
    raise AssertionError(f"{element.tag} is unknown")


def _many(tag: str, parts: Iterable[ElementTree.Element]) -> str:
    made = (_all(part) for part in parts)
    return f"<{tag}>{''.join(one if _single(one) else f'<mrow>{one}</mrow>' for one in made)}</{tag}>"


def _single(text: str) -> bool:
    return len(ElementTree.fromstring(f"<mrow>{text}</mrow>")) == 1


def _run(element: ElementTree.Element) -> str:
    text = element.findtext(f"{_M}t") or ""
    if _space(element):
        return "<mspace></mspace>"
    if element.find(f"{_M}rPr/{_M}nor") is not None and text not in table.FUNCTIONS:
        return f"<mtext>{escape(text)}</mtext>"
    if re.fullmatch(r"[\d.,]+", text) and text != ",":
        return f"<mn>{text}</mn>"
    tag = "mi" if text == "∞" or text.replace(" ", "").isalnum() else "mo"
    return f"<{tag}>{escape(text)}</{tag}>"
