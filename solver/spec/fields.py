"""Checked reading: a node of YAML to a dataclass, every problem noted at its line and column.

A family declares what it reads as a dataclass of `Spec`; the annotations say how each field is read and described:

    class Given(Spec):
        x: Annotated[Vector, "the input pattern"]
        layers: Annotated[tuple[Layer, ...], AtLeast(1), "from the first hidden layer to the output layer"]
        loss: Annotated[Literal["cross-entropy", "none"], "the loss at the output"] = "none"

Read are: Scalar, Vector, Matrix, Quantity (one of the three, by its form), int, bool, str, Literal, tuples of these,
`dict[str, X]` for names of the author's own, nested Specs, and `X | None`.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType, UnionType
from typing import (
    Annotated,
    Any,
    Literal,
    Self,
    TypeAlias,
    TypeVar,
    Union,
    dataclass_transform,
    get_args,
    get_origin,
)

from solver.errors import Place, nearest
from solver.formula.tree import Array, Num
from solver.named import NamedTuple
from solver.spec.nodes import Node, Report
from solver.spec.quantities import QUANTITIES, is_number

S = TypeVar("S", bound="Spec")


class Kind(NamedTuple):
    """How a quantity is read: by one of the readers of quantities, or by a family's own."""

    name: str
    read: Callable[[Node, Report, str], Any] | None = None


class AtLeast(NamedTuple):
    """The least value of a whole number, or the fewest items of a list or map."""

    least: int


class AtMost(NamedTuple):
    """The largest value of a whole number, or the most items of a list or map; a hint for who has more items."""

    most: int
    hint: str = ""


Scalar: TypeAlias = Annotated[Num, Kind("number")]
Vector: TypeAlias = Annotated[Array, Kind("vector")]
Matrix: TypeAlias = Annotated[Array, Kind("matrix")]
Quantity: TypeAlias = Annotated[Num | Array, Kind("quantity")]

MAX_INT = 10**9
_BOOLS = {"true": True, "yes": True, "false": False, "no": False}


@dataclass_transform(kw_only_default=True, eq_default=False)
class Spec:
    """A checked part of a file. Subclasses are made by keywords, as dataclasses are, and know where each field stood.

    No dataclass is made, since that writes and compiles code for each at every start.
    """

    _nodes: Mapping[str, Node]

    def __init__(self, **values: Any) -> None:
        self._nodes = {}
        for name, field in fields_of(type(self)).items():
            if name not in values and field.required:
                raise TypeError(f"{name} is missing")
            setattr(self, name, values.pop(name, field.default))
        if values:
            raise TypeError(f"unknown: {', '.join(values)}")

    @property
    def written(self) -> list[str]:
        """The fields that stand in the file."""
        return [name for name in self._nodes if name]

    @classmethod
    def notice(cls, node: Node, report: Report) -> None:
        """Notes what only the whole map can tell, before its fields are read; nothing unless a subclass does."""

    def place(self, field: str = "", index: int | str | None = None, offset: int = 0) -> Place:
        """Where a field stands, or one item of its list, or one key of its map; the Spec's place for a field left out.

        offset: counts characters into a text, and moves the place there if the text is written on one line.
        """
        node = self._nodes.get(field) or self._nodes.get("")
        if node and isinstance(index, int) and index < len(node.items):
            node = node.items[index]
        elif node and isinstance(index, str):
            node = next((key for key, _ in node.entries if key.text == index), node)
        return node.at(offset) if node else Place("")

    def flat(self, field: str) -> bool:
        """Whether a field was typed as one list of numbers, and not as a list of rows."""
        node = self._nodes.get(field)
        if node is None or node.kind != "list":
            return False
        return not (node.numbers.nested if node.numbers else any(item.kind == "list" for item in node.items))

    def reordered(self, field: str, order: Sequence[int]) -> Self:
        """The same with the items of a list in another order; each keeps its place."""
        made = type(self)(**{name: getattr(self, name) for name in fields_of(type(self))})
        setattr(made, field, tuple(getattr(self, field)[i] for i in order))
        node = self._nodes[field]
        made._nodes = {**self._nodes, field: Node("list", node.place, items=[node.items[i] for i in order])}
        return made


class Field(NamedTuple):
    """One field of a Spec, as read from its annotation."""

    name: str
    type: Any
    notes: tuple[Any, ...]
    doc: str
    required: bool
    default: Any


_FIELDS: dict[type[Spec], dict[str, Field]] = {}


def fields_of(cls: type[Spec]) -> dict[str, Field]:
    """The fields of a Spec by name; raises TypeError where one is not described."""
    if cls in _FIELDS:
        return _FIELDS[cls]
    found: dict[str, Field] = {}
    for owner in reversed(cls.__mro__[: cls.__mro__.index(Spec)]):
        for name, kind in owner.__annotations__.items():
            base, *notes = get_args(kind)
            *rest, doc = notes
            found[name] = Field(name, base, tuple(rest), doc, not hasattr(cls, name), getattr(cls, name, None))
    _FIELDS[cls] = found
    return found


def read(cls: type[S], node: Node, report: Report, skip: tuple[str, ...] = ()) -> S | None:
    """A Spec from a map; None (and the problems in the report) where it cannot be read. `skip`: keys read elsewhere."""
    if node.kind != "map":
        report.add(node, f"found {node.found()}, expected a map with {_list(fields_of(cls))}")
        return None
    before = len(report.problems)
    cls.notice(node, report)
    entries = entries_of(node, report)
    fields = fields_of(cls)
    for key in entries:
        if key not in fields and key not in skip:
            unknown_key(node, key, fields, report)
    values = {}
    for name, field in fields.items():
        if name in entries and not entries[name].empty:
            values[name] = _read(field.type, field.notes, entries[name], report, name)
        elif field.required:
            report.add(node, f"{name!r} is missing: {field.doc}", f"a key {name!r} is expected in this map")
    if len(report.problems) > before:
        return None
    made = cls(**values)
    made._nodes = {**entries, "": node}
    return made


def entries_of(node: Node, report: Report) -> dict[str, Node]:
    """A map's entries by key; a key that stands twice, or is no text, is noted."""
    entries: dict[str, Node] = {}
    for key, value in node.entries:
        if key.kind != "scalar":
            report.add(key, f"found {key.found()} as a key, expected a word")
        elif key.text in entries:
            report.add(key, f"the key {key.text[:60]!r} stands twice in one map", "keep one of the two")
        else:
            entries[key.text] = value
    return entries


def unknown_key(node: Node, key: str, known: Iterable[str], report: Report) -> None:
    """Notes a key that a map should not have; a piece of a sentence or a formula was most likely torn off at a comma."""
    value = node.get(key)
    torn = value is not None and value.empty and any(not (c.isalnum() or c in "_-") for c in key)
    hint = 'text that holds a comma wants quotes: "…, …"' if torn else nearest(key, known)
    report.add(node.key(key), f"unknown key {key[:60]!r}", hint)


def _read(kind: Any, notes: tuple[Any, ...], node: Node, report: Report, name: str) -> Any:
    origin = get_origin(kind)
    if origin is Annotated:
        base, *more = get_args(kind)
        return _read(base, (*more, *notes), node, report, name)
    for note in notes:
        if isinstance(note, Kind):
            return (note.read or QUANTITIES[note.name])(node, report, name)
    if origin in (Union, UnionType):
        inner = [a for a in get_args(kind) if a is not NoneType]
        if len(inner) == 1:
            return _read(inner[0], notes, node, report, name)
        return _read_any(inner, notes, node, report, name)
    if origin is Literal:
        return _choice(get_args(kind), node, report, name)
    if origin is tuple:
        return _items(get_args(kind)[0], notes, node, report, name)
    if origin is dict:
        return _named(get_args(kind)[1], notes, node, report, name)
    if kind is int:
        return whole_number(node, report, name, notes)
    if kind is bool:
        return _bool(node, report, name)
    if kind is str:
        return text_of(node, report, name)
    if isinstance(kind, type) and issubclass(kind, Spec):
        return read(kind, node, report)
    raise TypeError(f"no reader for {kind!r}")


def _read_any(kinds: list[Any], notes: tuple[Any, ...], node: Node, report: Report, name: str) -> Any:
    """The first alternative that fits; if none does, the problems of the one whose form is nearest."""
    trials = []
    for kind in kinds:
        trial = Report()
        value = _read(kind, notes, node, trial, name)
        if not trial.problems:
            return value
        trials.append(trial)
    nearest_trial = min(trials, key=lambda t: min(p.place == node.place for p in t.problems))
    problems = nearest_trial.problems
    if node.kind == "scalar" and not is_number(node.text):  # a mistyped word: whichever alternative knows it
        words = [str(word) for kind in kinds if get_origin(kind) is Literal for word in get_args(kind)]
        near = nearest(node.text, words)
        if near.startswith("known") and (words := [w for w in words if w]):
            near = f"or the word {' or '.join(words)}"
        problems = [p._replace(hint=p.hint if p.hint and not p.hint.startswith("known") else near) for p in problems]
    report.problems.extend(problems)
    return None


def _items(kind: Any, notes: tuple[Any, ...], node: Node, report: Report, name: str) -> tuple[Any, ...]:
    items = node.items if node.kind == "list" else [node]
    _count(len(items), notes, node, report, name)
    return tuple(_read(kind, (), item, report, name) for item in items)


def _named(kind: Any, notes: tuple[Any, ...], node: Node, report: Report, name: str) -> dict[str, Any]:
    """A map whose keys are names of the author's own."""
    if node.kind != "map":
        report.add(node, f"found {node.found()} for {name}, expected a map of names")
        return {}
    entries = entries_of(node, report)
    _count(len(entries), notes, node, report, name)
    return {key: _read(kind, (), value, report, key[:60]) for key, value in entries.items()}


def _count(count: int, notes: tuple[Any, ...], node: Node, report: Report, name: str) -> None:
    for note in notes:
        if isinstance(note, AtLeast) and count < note.least:
            report.add(node, f"{name} has {_items_in(count)}, expected at least {note.least}")
        if isinstance(note, AtMost) and count > note.most:
            report.add(node, f"{name} has {_items_in(count)}, expected at most {note.most}", note.hint)


def _items_in(count: int) -> str:
    return f"{count} item{'' if count == 1 else 's'}"


def _choice(options: tuple[Any, ...], node: Node, report: Report, name: str) -> Any:
    for option in options:
        if node.kind == "scalar" and node.text == str(option):
            return option
    if node.kind == "scalar" and not node.empty:
        report.unknown(node, name, node.text, [str(o) for o in options])
    else:
        report.add(node, f"found {node.found()} for {name}, expected one of {_list(options)}")
    return None


def _bool(node: Node, report: Report, name: str) -> bool:
    if node.kind == "scalar" and node.text.lower() in _BOOLS:
        return _BOOLS[node.text.lower()]
    report.add(node, f"found {node.found()} for {name}, expected true or false")
    return False


def text_of(node: Node, report: Report, name: str) -> str:
    """A scalar's text."""
    if node.kind == "scalar" and not node.empty:
        return node.text
    report.add(node, f"found {node.found()} for {name}, expected text", "quote text that holds : or #")
    return ""


def whole_number(node: Node, report: Report, name: str, notes: tuple[Any, ...] = ()) -> int:
    """A whole number within the bounds of `notes`."""
    digits = node.text[node.text[:1] in ("+", "-") :]
    if node.kind != "scalar" or not (digits.isascii() and digits.isdecimal() and len(digits) <= 18):
        times = re.fullmatch(r"\s*\d+(\s*[x×*]\s*\d+)+\s*", node.text[:60], re.ASCII)
        hint = f"several numbers are a list: [{', '.join(re.findall('[0-9]+', node.text[:60]))}]" if times else ""
        report.add(node, f"found {node.found()} for {name}, expected a whole number", hint)
        return 0
    value = int(node.text)
    least = max((n.least for n in notes if isinstance(n, AtLeast)), default=-MAX_INT)
    most = min((n.most for n in notes if isinstance(n, AtMost)), default=MAX_INT)
    if not least <= value <= most:
        bound = f"at least {least:,}" if value < least else f"at most {most:,}"
        report.add(node, f"{name} is {value}, expected {bound}")
    return value


def _list(words: Any) -> str:
    return ", ".join(str(w) for w in words)
