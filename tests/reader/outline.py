"""What a page of markup says, one line a block, short enough to be read: HTML with MathML, and the XML of documents with OMML."""

from __future__ import annotations

import re
from string import ascii_lowercase, ascii_uppercase
from xml.etree import ElementTree

Element = ElementTree.Element

_M = "{http://schemas.openxmlformats.org/officeDocument/2006/math}"
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_SCRIPTS = {
    "msub": "{}_{}", "msup": "{}^{}", "msubsup": "{}_{}^{}", "munder": "{}_{}", "mover": "{}^{}", "munderover": "{}_{}^{}",
    "sSub": "{}_{}", "sSup": "{}^{}", "sSubSup": "{}_{}^{}", "limLow": "{}_{}", "limUpp": "{}^{}", "mroot": "{}√[{}]",
    "mfrac": "{}⁄{}", "f": "{}⁄{}",
}  # fmt: skip
_BOLD = {
    ord(c): start + k
    for chars, start in ((ascii_uppercase, 0x1D400), (ascii_lowercase, 0x1D41A))
    for k, c in enumerate(chars)
}
_NOTHING = "\u200b"
_LOOKS = {"b": "**", "i": "*"}
_MATHS = re.compile(r"<math.*?</math>")
_AFTER = re.compile(r"(?<=</li>)(?=<li>)|(?<=</tr>)(?=<tr>)|(?<=</summary>)|(?<=</details>)|(?=<t(?:head|body)>)")


def html(page: str) -> str:
    """A page's body, its mathematics in one line each, without the bytes of its pictures."""
    body = re.sub(r"(?<=;base64,)[^\"]+", "", page[page.index("<body>") :])
    return _AFTER.sub("\n", _MATHS.sub(lambda found: _formula(ElementTree.fromstring(found[0])), body))


def docx(body: Element) -> str:
    """The paragraphs and tables of a document's body, each with its style."""
    return "".join(map(_block, body))


def _block(block: Element) -> str:
    if block.tag == f"{_W}tbl":
        rows = (" | ".join(_said(cell).strip() for cell in row.iter(f"{_W}tc")) for row in block.iter(f"{_W}tr"))
        return "".join(f"| {row} |\n" for row in rows)
    style = block.find(f"{_W}pPr/{_W}pStyle")
    return (f"{style.get(f'{_W}val')}: " if style is not None else "") + f"{_said(block)}\n"


def _said(element: Element) -> str:
    """Words, and mathematics among them."""
    match element.tag.rpartition("}")[2]:
        case "oMath":
            return _formula(element)
        case "t":
            return element.text or ""
        case "tab" if not element.attrib:
            return " | "
        case "r" if element.tag.startswith(_W):
            look, said = element.find(f"{_W}rPr"), "".join(map(_said, element))
            marks = "" if look is None else "".join(mark for tag, mark in _LOOKS.items() if _on(look, tag))
            return f"{marks}{said}{marks}" if said.strip() else said
        case "br":
            return "⏎"
        case "docPr":
            return f"[Picture: {element.get('descr')}]"
    return "".join(map(_said, element))


def _on(look: Element, tag: str) -> bool:
    found = look.find(_W + tag)
    return found is not None and found.get(f"{_W}val") != "0"


def _formula(element: Element) -> str:
    return f"‹{_line(element).replace(_NOTHING, '').strip()}›"


def _line(element: Element) -> str:
    """A formula in one line; braces stand around what is more than one sign."""
    tag = element.tag.rpartition("}")[2]
    parts = [_line(child) for child in element if not child.tag.endswith("Pr")]
    match tag:
        case "mo" if element.get("form") == "infix":
            return f" {element.text} "
        case "mi" | "mn" | "mo" | "mtext" | "t":
            return element.text or ""
        case "r":
            made = "".join(parts)
            return made.translate(_BOLD) if _property(element, "sty").startswith("b") else made
        case "mspace":
            return " "
        case "mtable" | "m":
            return f"[{'; '.join(parts)}]"
        case "mtr" | "mr":
            return ", ".join(parts)
        case "d":
            return _property(element, "begChr") + parts[0] + _property(element, "endChr")
        case "msqrt":
            return f"√{_braced(''.join(parts))}"
        case "rad":
            return f"√{f'[{parts[0]}]' if parts[0] else ''}{_braced(parts[1])}"
        case "acc" | "groupChr" | "bar":
            return f"{_braced(parts[0])}^{_property(element, 'chr')}"
        case "nary":
            return f"{_property(element, 'chr')}_{_braced(parts[0])}^{_braced(parts[1])} {parts[2]}"
    return _SCRIPTS[tag].format(*map(_braced, parts)) if tag in _SCRIPTS else "".join(parts)


def _braced(text: str) -> str:
    return text if len(text) == 1 else f"{{{text}}}"


def _property(element: Element, name: str) -> str:
    found = element.find(f"{element.tag}Pr/{_M}{name}")
    return "" if found is None else found.get(f"{_M}val", "")
