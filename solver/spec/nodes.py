"""YAML text to a tree of nodes that know their line and column; hostile text is bounded here.

Scalars stay text (`3.0` stays `3.0`): what they mean is decided by the field that reads them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import yaml

from solver.errors import Place, Problem, SpecError, nearest

MAX_BYTES = 32_000_000
MAX_NODES = 1_200_000
MAX_DEPTH = 40
MAX_PROBLEMS = 1_000

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_FORBIDDEN = re.compile("[^\t\n\r\x20-\x7e\x85\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(slots=True, eq=False)
class Node:
    """One scalar, list or map of a file.

    text: a scalar's text; plain: whether it stood without quotes; items: a list's nodes; entries: a map's pairs.
    size: how many nodes it holds, itself counted. verbatim: whether the text stands on one line, free of escapes.
    """

    kind: Literal["scalar", "list", "map"]
    place: Place
    text: str = ""
    plain: bool = True
    items: Sequence[Node] = ()
    entries: Sequence[tuple[Node, Node]] = ()
    size: int = 1
    verbatim: bool = False

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
                return f"a list of {len(self.items)}"
            case _:
                return f"a map of {len(self.entries)}"

    def at(self, offset: int) -> Place:
        """The place of one character of a scalar's text, or the node's own place where the two cannot be matched."""
        if offset == 0 or not self.verbatim:
            return self.place
        return self.place._replace(column=self.place.column + offset + (not self.plain))

    def get(self, key: str) -> Node | None:
        """The value of a map's key, the first where it stands twice."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Node:
        """Where a map's key stands; the map itself where it has none of this text."""
        return next((name for name, _ in self.entries if name.text == key), self)


class Report:
    """Collects problems, so that one run names them all; and warnings, which refuse nothing."""

    def __init__(self) -> None:
        self.problems: list[Problem] = []
        self.warnings: list[Problem] = []

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

    def check(self) -> None:
        """Raises SpecError if there is any problem."""
        if self.problems:
            raise SpecError(self.problems)


def read_nodes(text: str, file: str) -> Node:
    """The root node of a YAML document; raises SpecError."""
    if len(text) > MAX_BYTES:
        raise _refused(Place(file), f"{len(text):,} characters are too many", f"the most is {MAX_BYTES:,}")
    wrong = _FORBIDDEN.search(text)
    if wrong:
        before = text[: wrong.start()]
        place = Place(file, before.count("\n") + 1, len(before) - before.rfind("\n"))
        raise _refused(place, f"not YAML: the character U+{ord(wrong[0]):04X} is not allowed", "a file is plain text")
    try:
        return _Builder(file).document(text)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        place = Place(file, mark.line + 1, mark.column + 1) if mark else Place(file)
        hint = "check indentation (spaces, no tabs), and quote text that holds : or #"
        raise _refused(place, f"not YAML: {error.problem or error.context}", hint) from None
    except yaml.YAMLError as error:
        raise _refused(Place(file), f"not YAML: {error}") from None


def _refused(place: Place, message: str, hint: str = "") -> SpecError:
    return SpecError([Problem(place, message, hint)])


class _Builder:
    """Builds the nodes from the parser's events, counting as it goes."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.anchors: dict[str, Node | None] = {}
        self.count = 0

    def document(self, text: str) -> Node:
        events = yaml.parse(text, Loader=_LOADER)
        for event in events:
            if isinstance(event, yaml.DocumentStartEvent):
                break
        else:
            raise _refused(Place(self.file, 1, 1), "the file is empty", "a question needs at least a title and parts")
        root = self.node(next(events), events, 0)
        next(events)
        extra = next(events)
        if isinstance(extra, yaml.DocumentStartEvent):
            raise _refused(self.place(extra), "a second document starts here", "one file holds one question")
        return root

    def place(self, event: Any) -> Place:
        return Place(self.file, event.start_mark.line + 1, event.start_mark.column + 1)

    def grow(self, event: Any, size: int) -> None:
        self.count += size
        if self.count > MAX_NODES:
            raise _refused(
                self.place(event), f"more than {MAX_NODES:,} values", "aliases count each time they are used"
            )

    def node(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        if depth > MAX_DEPTH:
            raise _refused(self.place(event), "nested too deeply", f"the most is {MAX_DEPTH} levels")
        if isinstance(event, yaml.AliasEvent):
            return self.alias(event)
        start, anchor = self.count, event.anchor
        self.grow(event, 1)
        if anchor:
            self.anchors[anchor] = None
        if isinstance(event, yaml.ScalarEvent):
            node = self.scalar(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            node = self.list(event, events, depth)
        else:
            node = self.map(event, events, depth)
        node.size = self.count - start
        if anchor:
            self.anchors[anchor] = node
        return node

    def alias(self, event: Any) -> Node:
        node = self.anchors.get(event.anchor)
        if node is None:
            raise _refused(self.place(event), f"*{event.anchor[:40]} names no finished &{event.anchor[:40]}")
        self.grow(event, node.size)
        return node

    def scalar(self, event: Any) -> Node:
        start, end, plain = event.start_mark, event.end_mark, not event.style
        verbatim = start.line == end.line and end.column - start.column == len(event.value) + 2 * (not plain)
        return Node("scalar", self.place(event), event.value, plain, verbatim=verbatim)

    def list(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        items = []
        for inner in events:
            if isinstance(inner, yaml.SequenceEndEvent):
                break
            items.append(self.node(inner, events, depth + 1))
        return Node("list", self.place(event), items=items)

    def map(self, event: Any, events: Iterator[Any], depth: int) -> Node:
        entries = []
        for inner in events:
            if isinstance(inner, yaml.MappingEndEvent):
                break
            key = self.node(inner, events, depth + 1)
            entries.append((key, self.node(next(events), events, depth + 1)))
        return Node("map", self.place(event), entries=entries)
