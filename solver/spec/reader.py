"""The YAML of a question, or of an exam that lists some, to a checked `Paper`: every error at once, each with its place."""

from __future__ import annotations

import os
import sys
from contextlib import nullcontext
from stat import S_ISREG
from typing import BinaryIO

from solver.errors import Place, Problem, SpecError
from solver.files import READING
from solver.formula.usage import Usage
from solver.spec.attached import beside
from solver.spec.fields import entries_of, text_of
from solver.spec.head import HEAD_KEYS, read_head
from solver.spec.nodes import MAX_BYTES, Node, Report, read_nodes
from solver.spec.notation import read_usage
from solver.spec.prose.passages import read_sentence
from solver.spec.question_reader import QuestionReader
from solver.working.question import Paper, Question

MAX_QUESTIONS = 200

_EXAM_KEYS = ("title", *HEAD_KEYS, "notation", "questions")


def load(path: str | os.PathLike[str]) -> Paper:
    """The question or exam in a file, `-` for standard input; raises SpecError."""
    name = os.fspath(path)
    if name == "-" and sys.stdin is None:
        raise _cannot("standard input", "is closed")
    if name == "-":
        return load_text(text_of_file("standard input", sys.stdin.buffer), "standard input")
    return load_text(text_of_file(name), name)


def load_text(text: str, file: str = "question") -> Paper:
    """The question or exam in YAML text; `file` names it in messages and is where an exam's files are looked for."""
    node = read_nodes(text, file)
    if _is_exam(node):
        return _read_exam(node, file)
    report = Report()
    reader = QuestionReader(file, report)
    question = reader.question(node)
    report.check()
    return Paper(question.title, [question], head=reader.head)


def _is_exam(node: Node) -> bool:
    return node.kind == "map" and node.get("questions") is not None


def text_of_file(name: str, stream: BinaryIO | None = None, listed: bool = False) -> str:
    """The text of an open stream, or of the file of this name; raises SpecError.

    listed: another file names it, so that a pipe or a device, which may never end, is refused.
    """
    sys.audit(READING, name)
    try:
        if listed and not S_ISREG(os.stat(name).st_mode) and not os.path.isdir(name):
            raise _cannot(name, "is no regular file")
        with nullcontext(stream) if stream else open(name, "rb") as opened:
            data = opened.read(MAX_BYTES + 1)
    except IsADirectoryError:
        raise _cannot(name, "is a folder, expected a YAML file") from None
    except FileNotFoundError:
        raise _cannot(name, "does not exist") from None
    except (OSError, ValueError) as error:
        raise _cannot(name, f"cannot be read: {getattr(error, 'strerror', None) or error}") from None
    if len(data) > MAX_BYTES:
        raise _cannot(name, f"is larger than {MAX_BYTES:,} bytes")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        before = data[: error.start]
        line, column = before.count(b"\n") + 1, error.start - before.rfind(b"\n")
        raise SpecError([Problem(Place(name, line, column), "not UTF-8 text", "save the file as UTF-8")]) from None


def _cannot(name: str, why: str) -> SpecError:
    return SpecError([Problem(Place(name), why)])


def _read_exam(node: Node, file: str) -> Paper:
    report = Report()
    entries = entries_of(node, report)
    for key in entries.keys() - set(_EXAM_KEYS):
        report.unknown(node.key(key), "key", key, _EXAM_KEYS)
    title = read_sentence(entries["title"], report, "title") if "title" in entries else "Exam"
    usage, head = read_usage(entries.get("notation"), report), read_head(entries, report)
    questions: list[Question] = []
    listed = entries["questions"]
    if listed.kind != "list" or not 1 <= len(listed.items) <= MAX_QUESTIONS:
        report.add(listed, f"found {listed.found()}, expected a list of 1 to {MAX_QUESTIONS} question files")
    for item in listed.items[:MAX_QUESTIONS]:
        name = text_of(item, report, "a question file")
        if not name:
            continue
        path = beside(file, name)
        if path is None:
            report.add(item, f"{name[:80]!r} leads out of the exam's folder", "name files beside or below the exam")
        else:
            _read_listed(path, item, report, questions, usage)
    report.check()
    return Paper(title, questions, True, head)


def _read_listed(name: str, item: Node, report: Report, questions: list[Question], usage: Usage) -> None:
    """Reads one question of an exam; what has no line of its own, a missing file, is a problem of the line listing it."""
    try:
        node = read_nodes(text_of_file(name, listed=True), name)
    except SpecError as error:
        for problem in error.problems:
            if problem.place.line:
                report.problems.append(problem)
            else:
                report.add(item, f"{name[:200]}: {problem.message}", problem.hint)
        return
    if _is_exam(node):
        report.add(item, f"{name[:200]} is an exam itself", "an exam lists question files")
        return
    questions.append(QuestionReader(name, report, usage=usage).question(node))
