"""Lines of output packed as they are written: those of a block of answers are many times as long as it, and much alike."""

from __future__ import annotations

import gzip
import io
from collections.abc import Iterator

_PIECE = 1 << 20
_FAST = 1
_ERRORS = "surrogatepass"  # JSON may hold half a character, and whoever writes the file says what becomes of it


class Packing:
    """Keeps what is written to its `stream` packed."""

    def __init__(self) -> None:
        self.made = io.BytesIO()
        self.packer = gzip.GzipFile(
            fileobj=self.made, mode="wb", compresslevel=_FAST, mtime=0
        )  # the same bytes at any time
        self.stream = io.TextIOWrapper(self.packer, "utf-8", _ERRORS, newline="")

    def packed(self) -> bytes:
        """All that was written, to be read by `unpacked`; empty where nothing was. Nothing can be written any more."""
        self.stream.flush()
        empty = not self.packer.tell()
        self.stream.close()
        return b"" if empty else self.made.getvalue()


def unpacked(packed: bytes) -> Iterator[str]:
    """The text again, in pieces of at most a million characters."""
    if packed:
        with gzip.open(io.BytesIO(packed), "rt", encoding="utf-8", errors=_ERRORS, newline="") as text:
            while piece := text.read(_PIECE):
                yield piece
