"""Reads a line of MathML: `<mi>tanh</mi><mo>(</mo><mn>1.30</mn><mo>)</mo>`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from unicodedata import normalize
from xml.etree import ElementTree

from tests.reader import table
from tests.reader.expression import Expression, Floats, UnreadableError
from tests.reader.grammar import Sign, understood

Element = ElementTree.Element
_SIGNS = {"+": "+", "−": "-", "·": "·", "⊙": "⊙", "(": "(", ")": ")", ",": ",", "…": "…", "⋮": "…", "⋱": "…", **dict(zip("|‖⌊⌋⌈⌉", "|‖⌊⌋⌈⌉", strict=True))}  # fmt: skip


def read(text: str, quantities: Mapping[str, Floats] | None = None) -> Expression:
    """The expression of a line; quantities: symbols, as they are printed, and their values."""
    known = {name: tuple(map(tuple, at.tolist())) for name, at in (quantities or {}).items()}
    try:
        return understood(_Reader(known).signs(elements(text)))
    except UnreadableError as error:
        raise UnreadableError(f"{error} in {text!r}") from None


def elements(text: str) -> list[Element]:
    """The elements of a line, without rows around them."""
    return list(flat(ElementTree.fromstring(f"<mrow>{text}</mrow>")))


def numbers(row: Sequence[Element]) -> Expression:
    """The expression of a row without symbols."""
    return understood(_Reader({}).signs(row))


def shown(element: Element) -> str:
    """What two elements that look alike have in common: names and text."""
    inner = "".join(shown(each) for child in element for each in flat(child))
    return f"<{element.tag.rpartition('}')[2]}>{element.text or ''}{inner}"


def flat(element: Element) -> Iterator[Element]:
    """What stands side by side in an element, or is it."""
    if element.tag.rpartition("}")[2] == "mrow":
        for child in element:
            yield from flat(child)
    else:
        yield element


class _Reader:
    def __init__(self, known: Mapping[str, tuple[tuple[float, ...], ...]]) -> None:
        names = {name: tuple(map(shown, elements(name))) for name in known}
        self.known = [(names[name], name, known[name]) for name in sorted(known, key=lambda n: -len(names[n]))]

    def signs(self, row: Sequence[Element]) -> tuple[Sign, ...]:
        """The signs of elements side by side."""
        found: list[Sign] = []
        texts = list(map(shown, row))
        while texts:
            made, count = self.quantity(texts) or self.sign(row[-len(texts) :])
            found += made
            texts = texts[count:]
        return tuple(found)

    def quantity(self, texts: Sequence[str]) -> tuple[Sequence[Sign], int] | None:
        for parts, name, at in self.known:
            if tuple(texts[: len(parts)]) == parts:
                return [Sign("quantity", name, at=at)], len(parts)
        return None

    def inside(self, element: Element) -> tuple[Sign, ...]:
        return self.signs(list(flat(element)))

    def grouped(self, element: Element) -> tuple[Sign, ...]:
        """What carries an exponent: one sign, or what stands in brackets already, or several as one."""
        made = self.inside(element)
        return made if len(made) == 1 or made[0].kind in "(|‖⌊⌈" else (Sign("("), *made, Sign(")"))

    def sign(self, row: Sequence[Element]) -> tuple[Sequence[Sign], int]:
        """The signs that a row starts with, and how many elements they take."""
        first, text = row[0], (row[0].text or "").replace("\u00a0", " ")
        match first.tag.rpartition("}")[2]:
            case "mn":
                if len(row) > 2 and row[1].text == "·" and shown(row[2]).startswith("<msup><mn>10<"):
                    power = "".join(row[2][1].itertext()).replace("−", "-")
                    return [Sign("number", f"{text}e{power}")], 3
                return [Sign("number", text.replace(",", ""))], 1
            case "mi" if text == "∞":
                return [Sign("number", "inf")], 1
            case "mtext" if len(row) > 2:
                return self.option(text, row)
            case "mi" if normalize("NFKC", text) in table.FUNCTIONS:
                return [Sign("function", normalize("NFKC", text))], 1
            case "mo" if text == "[":
                texts = ["".join(each.itertext()) for each in row]
                end = texts.index("]") + 1
                return [Sign("part", "".join(texts[:end]))], end
            case "mo" if text == "(" and len(row) > 2 and row[1].tag.endswith("mtable") and row[2].text == ")":
                return [Sign("matrix", rows=tuple(tuple(map(self.cell, line)) for line in row[1]))], 3
            case "mo" | "mi" if text in _SIGNS:
                return [Sign(_SIGNS[text])], 1
            case "mspace":
                return [Sign(" ")], 1
            case "mfrac":
                return [Sign("fraction", parts=(self.inside(first[0]), self.inside(first[1])))], 1
            case "msqrt":
                return [Sign("sqrt", parts=(self.signs([e for child in first for e in flat(child)]),))], 1
            case "msub":
                return [self.below(first)], 1
            case "msup" if shown(first[0]) == "<mi>e":
                return [Sign("euler"), Sign("^", parts=(self.inside(first[1]),))], 1
            case "msup":
                return [*self.grouped(first[0]), self.above(first[1])], 1
            case "msubsup":
                base = ElementTree.Element("msub")
                base.extend(first[:2])
                return [*(self.quantity([shown(base)]) or ([self.below(base)],))[0], self.above(first[2])], 1
        raise UnreadableError(f"{shown(first)} is unknown")

    def cell(self, cell: Element) -> tuple[Sign, ...]:
        return self.signs([each for child in cell for each in flat(child)])

    def above(self, element: Element) -> Sign:
        return Sign("T") if shown(element)[4:] in ("T", "⊤") else Sign("^", parts=(self.inside(element),))

    def below(self, element: Element) -> Sign:
        """1ₙ and I₃, and functions of rows or columns."""
        word, index = (normalize("NFKC", "".join(each.itertext())) for each in element)
        if word in ("1", "I"):
            at = table.constant(word, index)
            return Sign("quantity", f"{word}_{index}", at=tuple(map(tuple, at.tolist())))
        if f"{word}_{index}" not in table.FUNCTIONS:
            raise UnreadableError(f"{word}_{index} is unknown")
        return Sign("function", f"{word}_{index}")

    def option(self, word: str, row: Sequence[Element]) -> tuple[Sequence[Sign], int]:
        texts = ["".join(each.itertext()) for each in row]
        end = texts.index(")") + 1 if texts[2] == "(" else 3
        return [Sign("option", f"{word} {''.join(texts[2:end])}")], end
