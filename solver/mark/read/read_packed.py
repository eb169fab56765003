"""The cells of plain rows taken apart by numpy: no quotes, equally many cells a row.

A cell of up to eight bytes is packed into one integer, and a class writes few different ones: what each stands for is
looked up in a table, for all cells at once. Everything else goes through the csv module and gives the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

Keys = NDArray[np.uint64]
Codes = NDArray[np.int64]

_WIDTH = 8
_LONG = np.uint64(2**64 - 2)  # a longer cell, which is looked up by its text; no UTF-8 text packs to this
_NONE = np.uint64(2**64 - 1)
_MASKS = np.array([2 ** (8 * n) - 1 for n in range(_WIDTH + 1)], dtype=np.uint64)
_SLOTS = 16
_MIX = np.uint64(0x9E3779B97F4A7C15)  # 2**64 over the golden ratio, odd: spreads keys over the slots


class Column(Sequence[str]):
    """One column of packed rows, which is text where it is asked for it."""

    def __init__(self, data: bytes, starts: Codes, ends: Codes, keys: Keys) -> None:
        self.data, self.starts, self.ends, self.keys = data, starts, ends, keys

    def __len__(self) -> int:
        return len(self.keys)

    @overload
    def __getitem__(self, index: int) -> str: ...
    @overload
    def __getitem__(self, index: slice) -> Column: ...
    def __getitem__(self, index: int | slice) -> str | Column:
        if isinstance(index, slice):
            return Column(self.data, self.starts[index], self.ends[index], self.keys[index])
        return self.data[self.starts[index] : self.ends[index]].decode()


def plain_columns(data: bytes, delimiter: str, width: int) -> list[Column] | None:
    """The columns of some whole rows of UTF-8, or None where they are not plain."""
    if b'"' in data or b"\0" in data or data.count(b"\r") != data.count(b"\r\n"):
        return None
    data = data if data.endswith(b"\n") else data + b"\n"
    there = np.frombuffer(data, np.uint8)
    stops = np.flatnonzero((there == ord(delimiter)) | (there == ord("\n")))
    if len(stops) % width:
        return None
    ends = stops.reshape(-1, width)
    lines = there[ends] == ord("\n")
    if not lines[:, -1].all() or lines[:, :-1].any():
        return None
    starts = np.concatenate(([0], stops[:-1] + 1)).reshape(-1, width)
    if b"\r" in data:
        ends = ends.copy()
        ends[:, -1] -= there[ends[:, -1] - 1] == ord("\r")
    lengths = ends - starts
    windows: Keys = np.ndarray((len(data),), "<u8", data + bytes(_WIDTH), strides=(1,))
    keys = windows[starts] & _MASKS[np.minimum(lengths, _WIDTH)]
    keys[lengths > _WIDTH] = _LONG
    return [Column(data, starts[:, j], ends[:, j], np.ascontiguousarray(keys[:, j])) for j in range(width)]


class CellCodes:
    """What packed cells stand for, remembered."""

    def __init__(self) -> None:
        self.clear()

    def clear(self) -> None:
        """Forgets everything; the tables are large, and made for the first column."""
        self.keys: Keys = np.empty(0, dtype=np.uint64)
        self.codes: Codes = np.empty(0, dtype=np.int64)

    def look_up(self, column: Column, code: Callable[[str], int]) -> Codes:
        """The code of every cell of a column. code: of a text that is new."""
        if not len(self.keys):
            self.keys, self.codes = np.full(1 << _SLOTS, _NONE), np.zeros(1 << _SLOTS, dtype=np.int64)
        slots = _slots(column.keys)
        codes = self.codes[slots]
        missed = np.flatnonzero(self.keys[slots] != column.keys)
        if len(missed):
            long = column.keys[missed] == _LONG
            for i in missed[long]:
                codes[i] = code(column[int(i)])
            short = missed[~long]
            new, which = np.unique(column.keys[short], return_inverse=True)
            texts = (int(key).to_bytes(_WIDTH, "little").rstrip(b"\0").decode() for key in new)
            found = np.fromiter(map(code, texts), np.int64, len(new))
            codes[short] = found[which]
            at = _slots(new)
            self.keys[at], self.codes[at] = new, found
        return codes


def _slots(keys: Keys) -> Codes:
    return ((keys * _MIX) >> np.uint64(64 - _SLOTS)).astype(np.int64)
