"""Lines of output packed as they are written: those of a block of answers are many times as long as it, and much alike."""

from __future__ import annotations

import codecs
import io
import zlib
from collections.abc import Iterator

_PIECE = 1 << 20
_FAST = 1
_ERRORS = "surrogatepass"  # JSON may hold half a character, and whoever writes the file says what becomes of it


class Packing(io.TextIOBase):
    """A text stream that keeps what is written to it packed."""

    def __init__(self) -> None:
        self.packer, self.made, self.empty = zlib.compressobj(_FAST), bytearray(), True

    def write(self, text: str) -> int:
        """Takes in text; its length."""
        self.empty = self.empty and not text
        self.made += self.packer.compress(text.encode(errors=_ERRORS))
        return len(text)

    def packed(self) -> bytes:
        """All that was written, to be read by `unpacked`; empty where nothing was. Nothing can be written any more."""
        return b"" if self.empty else bytes(self.made + self.packer.flush())


def unpacked(packed: bytes) -> Iterator[str]:
    """The text again, in pieces of at most a million bytes."""
    unpacker, text = zlib.decompressobj(), codecs.getincrementaldecoder("utf-8")(_ERRORS)
    while packed:
        yield text.decode(unpacker.decompress(packed, _PIECE))
        packed = unpacker.unconsumed_tail
