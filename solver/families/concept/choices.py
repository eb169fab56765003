"""The answers of concept questions that choose or write words: each says how it is written, read and shared."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from itertools import combinations
from string import ascii_uppercase

from solver.working.items import Kind, Statement

LETTERS = ascii_uppercase

_AND = re.compile(r"\band\b|[,;&+/.()\[\]>→-]", re.IGNORECASE)
_PAIR = re.compile(r"(\d{1,2})\W*([A-Za-z])(?![A-Za-z])")
_BETWEEN = re.compile(r"[\s,;.()\[\]]*")
_MOST = 200
"""The most characters of an answer in letters."""


def letters_of(text: str, count: int) -> list[str]:
    """The letters that a text names, `A, C`, `a and c` or `AC`, in its order; none where it is anything else."""
    found = _AND.sub(" ", text[:_MOST]).split()
    if len(found) == 1 and found[0].isupper():
        found = list(found[0])
    found = [letter.upper() for letter in found]
    known = set(LETTERS[:count])
    return found if len(text) <= _MOST and all(letter in known for letter in found) else []


def plain(text: str) -> str:
    """A text in small letters, without what stands around its words."""
    return " ".join(text.split()).strip(" .,;:!?\"'“”").casefold()


def spread_letters(texts: Sequence[str], right: Sequence[str] = ()) -> list[str]:
    """Texts in the order in which they get their letters: that of the alphabet, turned round where it would tell the
    answer, `right`."""
    order = sorted(texts, key=lambda text: (plain(text), text))
    return order[::-1] if list(right) == order and len(order) > 1 else order


class Worded(Statement):
    """An answer of a few words or letters. asks: how it is written; offered: what there is to choose from."""

    asks: str = ""
    offered: tuple[str, ...] = ()

    @property
    def kind(self) -> Kind:
        """A word, however long."""
        return "word"


class Choice(Worded):
    """One option, by its letter. options: their texts."""

    options: tuple[str, ...] = ()

    def understood(self, text: str) -> str | None:
        """An option's own text counts as its letter; letters are read as all letters are."""
        said = [LETTERS[i] for i, option in enumerate(self.options) if plain(option) == plain(text)]
        return said[0] if said else None


class Choices(Worded):
    """All options that are right, by their letters. count: how many options there are."""

    count: int = 0

    def understood(self, text: str) -> str | None:
        """The letters in their order."""
        return ", ".join(sorted(set(letters_of(text, self.count))))

    def share(self, said: str) -> float | None:
        """The share of the right options that is ticked, less that of the wrong ones: ticking all earns nothing."""
        right, ticked = set(str(self.answer).split(", ")), set(said.split(", "))
        wrong = self.count - len(right)
        earned = len(ticked & right) / len(right) - (len(ticked - right) / wrong if wrong else 0.0)
        return max(earned, 0.0)


class Matching(Worded):
    """A letter for each number, `1-C, 2-A`. count: how many letters there are."""

    count: int = 0

    def understood(self, text: str) -> str | None:
        """The pairs by number; letters alone count from 1."""
        size = len(self.pairs(str(self.answer)))
        found = letters_of(text, self.count)
        if len(found) == size:
            return _joined(dict(enumerate(found, 1)))
        if len(text) > _MOST or not _BETWEEN.fullmatch(_PAIR.sub("", text)):
            return ""
        pairs = [(int(match[1]), match[2].upper()) for match in _PAIR.finditer(text)]
        sound = all(1 <= n <= size and letter in LETTERS[: self.count] for n, letter in pairs)
        return _joined(dict(pairs)) if sound and len(dict(pairs)) == len(pairs) else ""

    def share(self, said: str) -> float | None:
        """Each right pair earns as much; not with a letter that stands more often than it should."""
        key, found = self.pairs(str(self.answer)), self.pairs(said)
        often, should = Counter(found.values()), Counter(key.values())
        right = [n for n, letter in key.items() if found.get(n) == letter and often[letter] <= should[letter]]
        return len(right) / len(key)

    @staticmethod
    def pairs(text: str) -> dict[int, str]:
        """`1-C, 2-A` by number; what is no pair is none."""
        parts = (pair.partition("-") for pair in text.split(", "))
        return {int(n): letter for n, _, letter in parts if n.isascii() and n.isdecimal() and len(n) <= 2}


def _joined(pairs: dict[int, str]) -> str:
    return ", ".join(f"{n}-{letter}" for n, letter in sorted(pairs.items()))


class Ordering(Worded):
    """The letters of all items in their order, `C, A, B`."""

    def understood(self, text: str) -> str | None:
        """Every letter once."""
        count = len(str(self.answer).split(", "))
        found = letters_of(text, count)
        return ", ".join(found) if len(set(found)) == len(found) == count else ""

    def share(self, said: str) -> float | None:
        """Of all pairs, how many more stand in the right order than in the wrong one: chance earns nothing."""
        place = {letter: i for i, letter in enumerate(said.split(", "))}
        pairs = list(combinations(str(self.answer).split(", "), 2))
        right = sum(a in place and b in place and place[a] < place[b] for a, b in pairs)
        return max(2 * right / len(pairs) - 1, 0.0)


class Blank(Worded):
    """What stands in a blank. accepted: all that is right there, the first of it shown."""

    accepted: tuple[str, ...] = ()

    def understood(self, text: str) -> str | None:
        """One of the answers that are right; anything else is read as words are."""
        return text if self._right(text) else None

    def share(self, said: str) -> float | None:
        """All or nothing."""
        return float(self._right(said))

    def _right(self, said: str) -> bool:
        return any(plain(said) == plain(word) or _same_number(said, word) for word in self.accepted)


def _same_number(a: str, b: str) -> bool:
    try:
        return float(a) == float(b)
    except ValueError:
        return False


class Brief(Statement):
    """A short answer, marked by a person. keywords: what to look for in it, each in one or several spellings."""

    keywords: tuple[tuple[str, ...], ...] = ()

    @property
    def kind(self) -> Kind:
        """A text for a person."""
        return "text"

    def helps(self, text: str) -> str:
        """Which keywords a text has and which it lacks; a keyword is found where a word begins with it."""
        if not self.keywords:
            return ""
        said = plain(text)
        found = [any(re.search(rf"\b{re.escape(plain(w))}", said) for w in words) for words in self.keywords]
        lists = (
            [words[0] for words, has in zip(self.keywords, found, strict=True) if has is wanted]
            for wanted in (True, False)
        )
        has, lacks = (", ".join(some) for some in lists)
        return "marked by a person" + (f"; says {has}" if has else "") + (f"; lacks {lacks}" if lacks else "")
