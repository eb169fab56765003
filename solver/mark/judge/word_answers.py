"""Answers of a word: TRUE or FALSE, a letter, a size such as 12×1×1. A word is right or wrong, with no digits to judge."""

from __future__ import annotations

import re
from collections.abc import Callable, Container, Sequence

import numpy as np

from solver.mark.judge.numbers import Codes, Judged, Note, Verdict
from solver.mark.sheet import Answer

_TRUTHS = {
    **dict.fromkeys(("true", "t", "yes", "y"), "true"),
    **dict.fromkeys(("false", "f", "no", "n"), "false"),
}
_AROUND = " \t\r\n\u00a0.,;:()[]{}\"'`*_"
_SIZE = re.compile(r"\d{1,9}(?:\s*[x×*,]\s*\d{1,9})+", re.IGNORECASE | re.ASCII)
_SPACES = re.compile(r"\s+")
MAX_LENGTH = 200


def judge_word(answer: Answer, words: Sequence[str | None]) -> Judged:
    """The verdict on what students wrote for an answer in words, as its item says it is right, perhaps in part."""
    item, text = answer.solved.item, answer.solved.text
    return judge_words(text, words, item.also) if item.share(text) is None else judge_shares(item.share, words)


def judge_words(expected: str, answers: Sequence[str | None], also: Sequence[str] = ()) -> Judged:
    """The verdict on each student's word, shapes (students, 1, 1); None and empty text are BLANK.

    also: words that are as right as the one that is expected.
    """
    wanted = {_meant(right, expected) for right in (expected, *also)}
    known: dict[str | None, int] = {None: Verdict.BLANK}
    for word in dict.fromkeys(answers):
        if word is not None:
            known[word] = _verdict(word, wanted, expected)
    verdicts = np.fromiter((known[word] for word in answers), dtype=np.uint8, count=len(answers))
    return _judged(verdicts, np.zeros(len(answers), dtype=np.uint8))


def judge_shares(share: Callable[[str], float | None], answers: Sequence[str | None]) -> Judged:
    """The verdict on words that may be right in part, shapes (students, 1, 1). share: what part an answer earns."""
    known = {word: share(word) or 0.0 for word in dict.fromkeys(answers) if word is not None}
    shares = np.array([np.nan if word is None else known[word] for word in answers])
    verdicts = np.where(shares >= 1, Verdict.CORRECT, np.where(np.isnan(shares), Verdict.BLANK, Verdict.WRONG))
    notes = np.where((shares > 0) & (shares < 1), Note.PARTLY, Note.NONE)
    made = _judged(verdicts.astype(np.uint8), notes.astype(np.uint8))
    made.shares = np.nan_to_num(shares).reshape(made.verdicts.shape)
    return made


def _judged(verdicts: Codes, notes: Codes) -> Judged:
    shape = (len(verdicts), 1, 1)
    return Judged(verdicts.reshape(shape), notes.reshape(shape), np.broadcast_to(np.nan, shape))


def _verdict(word: str, wanted: Container[str], expected: str) -> Verdict:
    if not word.strip():
        return Verdict.BLANK
    if len(word) > MAX_LENGTH:
        return Verdict.WRONG
    return Verdict.CORRECT if _meant(word, expected) in wanted else Verdict.WRONG


def _meant(word: str, expected: str) -> str:
    """What a word says, read as the kind of word that is expected: `T` is TRUE there, and the letter elsewhere."""
    plain = _SPACES.sub(" ", word.strip(_AROUND)).casefold()
    if expected.casefold() in ("true", "false"):
        return _TRUTHS.get(plain, plain)
    if _SIZE.fullmatch(plain):
        return "×".join(str(int(n)) for n in re.findall(r"\d+", plain))
    return plain
