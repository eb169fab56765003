"""The items of a long JSON list or object one by one, each as its text and its place, in little memory."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator

from solver.errors import Place
from solver.mark.read.read_blocks import MOST_BLOCK
from solver.mark.read.read_names import refuse

_SPACE = re.compile(r"[ \t\r\n]*")
_ENDS = tuple(",:]} \t\r\n")
_DECODER = json.JSONDecoder()


class _Text:
    """A window on the text of a file. start: of what is not yet read; line: where `counted` stands."""

    def __init__(self, parts: Iterator[str], file: str) -> None:
        self.parts, self.file = parts, file
        self.text, self.start = "", 0
        self.line, self.counted, self.column = 1, 0, 1

    @property
    def here(self) -> Place:
        """Where the window starts to be read."""
        self.line += self.text.count("\n", self.counted, self.start)
        last = self.text.rfind("\n", self.counted, self.start)
        self.column = self.start - last if last >= 0 else self.column + self.start - self.counted
        self.counted = self.start
        return Place(self.file, self.line, self.column)

    def more(self) -> bool:
        """Lets go of what is read, and reads on; whether there was more."""
        part = next(self.parts, None)
        if part is None:
            return False
        _ = self.here  # counted while the text is there
        self.text = self.text[self.start :] + part
        self.start = self.counted = 0
        return True

    def next(self) -> str:
        """The character that comes next but spaces; "" at the end."""
        while True:
            found = _SPACE.match(self.text, self.start)
            self.start = found.end() if found else self.start
            if self.start < len(self.text) or not self.more():
                return self.text[self.start : self.start + 1]

    def take(self, character: str) -> None:
        """Takes one of some characters; raises SpecError where another one stands."""
        if not self.next() or self.next() not in character:
            raise refuse(self.here, f"not JSON: expected {' or '.join(character)}")
        self.start += 1

    def value(self) -> str:
        """The text of the value that comes next; raises SpecError."""
        self.next()
        while True:
            try:
                _, end = _DECODER.raw_decode(self.text, self.start)
                if self.text[end : end + 1] in _ENDS or not self.more():  # 0 may go on as 0.5
                    break
            except json.JSONDecodeError as error:
                if len(self.text) - self.start > MOST_BLOCK or not self.more():
                    self.start = error.pos
                    raise refuse(self.here, f"not JSON: {error.msg}") from None
            except RecursionError:
                raise refuse(self.here, "not answers: nested too deeply") from None
        found, self.start = self.text[self.start : end], end
        return found


def items_of(parts: Iterator[str], file: str) -> Iterator[tuple[Place, str | None, str]]:
    """The place, key (None in a list) and text of every item; raises SpecError where it is not JSON.

    parts: the text of the file, however it is cut.
    """
    text = _Text(parts, file)
    first = text.next()
    if not first or first not in "[{":
        raise refuse(text.here, "expected a list of students, or an object by student")
    text.take(first)
    end = "]" if first == "[" else "}"
    while text.next() != end:
        key = None
        if end == "}":
            key = str(json.loads(text.value()))
            text.take(":")
        text.next()
        place = text.here
        yield place, key, text.value()
        if text.next() != end:
            text.take(",")
            if text.next() == end:
                raise refuse(text.here, "not JSON: a comma before the end")
