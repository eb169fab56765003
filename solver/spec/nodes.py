"""YAML text to a tree of nodes that know their line and column; hostile text is bounded here.

Scalars stay text (`3.0` stays `3.0`): what they mean is decided by the field that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import yaml

from solver.errors import Place, Problem, SpecError, nearest
from solver.spec.number_lists import NumberList, cut
from solver.spec.offsets import after, index_of
from solver.working.page import MAX_NUMBERS, MAX_QUANTITIES

MAX_BYTES = 32_000_000
MAX_NODES = 1_200_000
MAX_DEPTH = 40
SHORT = 20_000
"""A text of no more characters is read node by node: looking for long lists would take longer."""
MAX_PROBLEMS = 1_000

NUMBERS_A_NODE = 4
"""So many numbers of a long list count as one value."""

_PLAIN = bytes([*b"\t\n\r", *range(0x20, 0x7F)])


class Node:
    """One scalar, list or map of a file.

    text: a scalar's text; plain: whether it stood without quotes; items: a list's nodes; entries: a map's pairs.
    size: how much it counts, with all it holds. verbatim: whether the text stands on one line, free of escapes.
    written: a text that does not, as it stands in the file.
    numbers: a long list of numbers, whose items are made only where they are asked for.
    """

    __slots__ = ("_items", "entries", "kind", "numbers", "place", "plain", "size", "text", "verbatim", "written")

    def __init__(
        self,
        kind: Literal["scalar", "list", "map"],
        place: Place,
        text: str = "",
        plain: bool = True,
        items: Sequence[Node] = (),
        entries: Sequence[tuple[Node, Node]] = (),
        verbatim: bool = False,
        numbers: NumberList | None = None,
        written: str = "",
    ) -> None:
        self.kind = kind
        self.place = place
        self.text = text
        self.plain = plain
        self._items = items
        self.entries = entries
        self.verbatim = verbatim
        self.numbers = numbers
        self.written = written
        self.size = 1

    @property
    def items(self) -> Sequence[Node]:
        """The nodes of a list; raises SpecError where a long list of numbers is too long for nodes."""
        return self._items if self.numbers is None else _nodes_of(self.numbers)

    @property
    def length(self) -> int:
        """How many items a list has."""
        return len(self._items) if self.numbers is None else self.numbers.length

    @property
    def empty(self) -> bool:
        """Whether nothing was written: `key:` or `~`."""
        return self.kind == "scalar" and self.plain and self.text in ("", "~", "null")

    def found(self) -> str:
        """What stands here, in words short enough for a message."""
        match self.kind:
            case "scalar":
                return "nothing" if self.empty else repr(self.text[:60])
            case "list":
                return f"a list of {self.length}"
            case _:
                return f"a map of {len(self.entries)}"

    def at(self, offset: int) -> Place:
        """The place of one character of a scalar's text, or the node's own place where the two cannot be matched."""
        if self.verbatim and offset:
            return self.place._replace(column=self.place.column + offset + (not self.plain))
        if not self.written:
            return self.place
        return after(self.place, self.written, index_of(offset, self.text, self.written))

    def get(self, key: str) -> Node | None:
        """The value of a map's key, the first where it stands twice."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Node:
        """Where a map's key stands; the map itself where it has none of this text."""
        return next((name for name, _ in self.entries if name.text == key), self)


def merged(old: Node, new: Node) -> Node:
    """A map with the entries of another put in place of its own, maps within maps likewise.

    Of a list, a map of places counted from 1 changes these items alone: {2: …} is the second.
    """
    entries = {key.text: (key, value) for key, value in old.entries}
    for key, value in new.entries:
        known = entries.get(key.text)
        entries[key.text] = (key, value if known is None else _changed(known[1], value))
    return Node("map", new.place, entries=list(entries.values()))


def _changed(old: Node, new: Node) -> Node:
    if old.kind == new.kind == "map":
        return merged(old, new)
    places = [key.text for key, _ in new.entries]
    inside = all(place.isdecimal() and 1 <= int(place) <= old.length for place in places if len(place) < 9)
    if old.kind != "list" or new.kind != "map" or not places or not inside or max(map(len, places)) >= 9:
        return new
    items = list(old.items)
    for key, value in new.entries:
        items[int(key.text) - 1] = _changed(items[int(key.text) - 1], value)
    return Node("list", new.place, items=items)


class Report:
    """Collects problems, so that one run names them all; and warnings, which refuse nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []
        self.attached = 0  # bytes of the files of numbers read so far
        self.parts = self.quantities = self.numbers = 0  # of all questions so far
        self.too_much = False

    def add(self, where: Node | Place, message: str, hint: str = "") -> None:
        """Notes one problem; raises SpecError where there are too many to go on."""
        place = where.place if isinstance(where, Node) else where
        self.problems.append(Problem(place, message, hint))
        if len(self.problems) > MAX_PROBLEMS:
            raise SpecError(
                [*self.problems, Problem(place, f"more than {MAX_PROBLEMS:,} problems: reading stops here")]
            )

    def warn(self, where: Node | Place, message: str, hint: str = "") -> None:
        """Notes what is likely not meant; the question is solved all the same."""
        place = where.place if isinstance(where, Node) else where
        self.warnings.append(Problem(place, message, hint))

    def unknown(self, where: Node, what: str, word: str, known: Iterator[str] | list[str] | tuple[str, ...]) -> None:
        """Notes an unknown word, with the nearest known one."""
        self.add(where, f"unknown {what} {word[:60]!r}", nearest(word, known))

    def within(self, where: Node, quantities: int = 0, numbers: int = 0) -> bool:
        """Counts so many more quantities, which hold so many numbers.

        False, and the first time a problem, where all together are too many.
        """
        was_within = not self.too_much
        self.quantities += quantities
        self.numbers += numbers
        self.too_much = self.quantities > MAX_QUANTITIES or self.numbers > MAX_NUMBERS
        if was_within and self.too_much:
            found = f"more than {MAX_QUANTITIES:,} quantities, or {MAX_NUMBERS:,} numbers in them, in all"
            self.add(where, found, "fewer parts, iterations, times or layers")
        return not self.too_much

    def check(self) -> None:
        """Raises SpecError if there is any problem."""
        if self.problems:
            raise SpecError(self.problems)


def read_nodes(text: str, file: str) -> Node:
    """The root node of a YAML document; raises SpecError."""
    if len(text) > MAX_BYTES:
        raise _refused(Place(file), f"{len(text):,} characters are too many", f"the most is {MAX_BYTES:,}")
    _check_characters(text, file)
    less, lists = cut(text) if len(text) > SHORT else (text, {})
    builder = _Builder(file, lists)
    try:
        root = builder.read(less)
    except SpecError:
        if builder.trusted:
            raise
    else:
        if builder.trusted:
            return root
    return _Builder(file, {}).read(text)


def _check_characters(text: str, file: str) -> None:
    if text.isascii() and not text.encode().translate(None, _PLAIN):
        return
    wrong = re.search("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]", text)
    if wrong:
        before = text[: wrong.start()]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise _refused(place, f"not YAML: the character U+{ord(wrong[0]):04X} is not allowed", "a file is plain text")


def _refused(place: Place, message: str, hint: str = "") -> SpecError:
    return SpecError([Problem(place, message, hint)])


def _too_many(place: Place) -> SpecError:
    hint = f"a number in a long list counts 1/{NUMBERS_A_NODE}; aliases count each time they are used"
    return _refused(place, f"more than {MAX_NODES:,} values", hint)


def _nodes_of(numbers: NumberList) -> list[Node]:
    if numbers.length > MAX_NODES:
        raise _too_many(numbers.place)
    if numbers.nested:
        return [Node("list", place, numbers=NumberList(text, place)) for text, place in numbers.parts()]
    return [Node("scalar", place, text, verbatim=True) for text, place in numbers.parts()]


class _Builder:
    """Builds the nodes from the parser's events, counting as it goes.

    lists: the lists of numbers that are cut out of the text, by the index of their opening bracket.
    """

    def __init__(self, file: str, lists: dict[int, str]) -> None:
        self.file, self.lists = file, lists
        self.anchors: dict[str, Node | None] = {}
        self.count = 0
        self.reached = 0

    @property
    def trusted(self) -> bool:
        """Whether every list that was cut out before the place reached was one: none stood in a text or a comment."""
        return not any(index < self.reached for index in self.lists)

    def read(self, text: str) -> Node:
        """The root node; raises SpecError."""
        self.text, self.parser = text, _parser(text)
        try:
            return self.document()
        except yaml.MarkedYAMLError as error:
            raise self.unread(error) from None
        except yaml.YAMLError as error:
            raise _refused(Place(self.file), f"not YAML: {error}") from None

    def unread(self, error: yaml.MarkedYAMLError) -> SpecError:
        mark = error.problem_mark or error.context_mark
        place = Place(self.file, mark.line + 1, mark.column + 1) if mark else Place(self.file)
        self.reached = mark.index if mark else MAX_BYTES
        problem = str(error.problem or error.context)
        if "nesting depth" in problem:
            return self.too_deep(place)
        hint = "check indentation (spaces, no tabs), and quote text that holds : or #, or [ within brackets"
        return _refused(place, f"not YAML: {problem}", hint)

    def too_deep(self, place: Place) -> SpecError:
        return _refused(place, "nested too deeply", f"the most is {MAX_DEPTH} levels")

    def next(self) -> Any:
        event = self.parser.get_event()
        self.reached = event.start_mark.index
        return event

    def document(self) -> Node:
        self.next()  # the stream's start
        if not isinstance(self.next(), yaml.DocumentStartEvent):
            raise _refused(Place(self.file, 1, 1), "the file is empty", "a question needs at least a title and parts")
        root = self.node(self.next(), 0)
        self.next()  # the document's end
        extra = self.next()
        if isinstance(extra, yaml.DocumentStartEvent):
            raise _refused(self.place(extra), "a second document starts here", "one file holds one question")
        return root

    def place(self, event: Any) -> Place:
        mark = event.start_mark
        return Place(self.file, mark.line + 1, mark.column + 1)

    def grow(self, place: Place, size: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            raise _too_many(place)

    def node(self, event: Any, depth: int) -> Node:
        place = self.place(event)
        if depth > MAX_DEPTH:
            raise self.too_deep(place)
        kind = type(event)
        if kind is yaml.AliasEvent:
            return self.alias(event, place)
        start, anchor = self.count, event.anchor
        self.grow(place, 1)
        if anchor:
            self.anchors[anchor] = None
        if kind is yaml.ScalarEvent:
            node = self.scalar(event, place)
        elif kind is yaml.SequenceStartEvent:
            node = self.list(event, place, depth)
        else:
            node = self.map(place, depth)
        node.size = self.count - start
        if anchor:
            self.anchors[anchor] = node
        return node

    def alias(self, event: Any, place: Place) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise _refused(place, f"*{event.anchor[:40]} names no finished &{event.anchor[:40]}")
        self.grow(place, node.size)
        return node

    def scalar(self, event: Any, place: Place) -> Node:
        start, end, plain = event.start_mark, event.end_mark, not event.style
        verbatim = start.line == end.line and end.column - start.column == len(event.value) + 2 * (not plain)
        written = "" if verbatim else self.text[start.index : end.index]
        return Node("scalar", place, event.value, plain, verbatim=verbatim, written=written)

    def list(self, event: Any, place: Place, depth: int) -> Node:
        source = self.lists.pop(event.end_mark.index - 1, None) if self.lists else None
        if source:
            bracket = Place(self.file, event.end_mark.line + 1, event.end_mark.column)
            numbers = NumberList(source, bracket)
            self.next()  # the list's end
            self.grow(place, numbers.total // NUMBERS_A_NODE)
            return Node("list", place, numbers=numbers)
        items = []
        while type(inner := self.next()) is not yaml.SequenceEndEvent:
            items.append(self.node(inner, depth + 1))
        return Node("list", place, items=items)

    def map(self, place: Place, depth: int) -> Node:
        entries = []
        while type(inner := self.next()) is not yaml.MappingEndEvent:
            key = self.node(inner, depth + 1)
            entries.append((key, self.node(self.next(), depth + 1)))
        return Node("map", place, entries=entries)


def _parser(text: str) -> Any:
    """PyYAML's parser of events, the compiled one where it is there."""
    return getattr(yaml, "CSafeLoader", yaml.SafeLoader)(text)
