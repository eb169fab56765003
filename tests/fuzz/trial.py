"""One question through everything that is done with a question; what must not happen is a finding."""

from __future__ import annotations

import json
import math
import resource
import signal
import traceback
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from random import Random
from types import FrameType
from typing import Any

from solver.errors import Place, Problem, SpecError
from solver.formula.walks.reduce import Detail
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import plan
from solver.mark.out.template import template
from solver.mark.read.read_batch import Reader, Texts
from solver.mark.sheet import Sheet, sheet
from solver.mark.tell.explain import explain
from solver.mark.tell.feedback import feedback
from solver.mark.tell.report import Analysis
from solver.render import format_json as json_format
from solver.render import format_markdown as markdown
from solver.render import format_terminal as terminal
from solver.render import format_text as text
from solver.render.document import View, document
from solver.rounding import Carry
from solver.spec.reader import load_text
from solver.working.question import Paper, Scheme
from solver.working.solution import Solution
from solver.working.solve import solve_paper
from tests.places import ROOT

FILE = str(ROOT / "problems" / "fuzz.yaml")  # nothing stands there; an exam's files are looked for beside it
SECONDS = 10
"""Of processor time, for the whole of one run, as a user would start it."""
MEMORY = 3 << 30
MOST_CELLS = 3_000
"""Answers of more cells are not graded: a sheet of them takes its time, and says nothing new."""
STUDENTS = 4

Look = tuple[str, Detail]
LOOKS: tuple[Look, ...] = tuple(product(("markdown", "text", "terminal", "json"), ("normal", "full")))
ALL_LOOKS: tuple[Look, ...] = (*LOOKS, ("text", "brief"), ("json", "brief"))
ANSWERS = (
    "", "0", "-0", "1", "-1", "1/3", "1e308", "-1e308", "1e-300", "nan", "inf", "abc", "0,5", "1.234.567,8", "TRUE", "A",
    "x", "W.T @ x", "-2*x", "x**", "[1, 2]", "0" * 400, "9" * 320, "1e999", "5e-324", "=1+1", "\u200b", "٣", "2.50", "1.5e3",
)  # fmt: skip


@dataclass(frozen=True)
class Options:
    """How the question is run beside what it says itself. rolls: the seed of what is done with its solution; None
    does everything."""

    carry: Carry | None = None
    decimals: int | None = None
    rolls: int | None = 0


@dataclass(frozen=True)
class Finding:
    """Something that must not happen. kind: what it is, the same for the same defect; detail: as it was told."""

    kind: str
    detail: str


class SlowError(BaseException):
    """A run went on past its time; nothing may catch it."""


def trial(source: str, options: Options) -> tuple[Finding | None, str]:
    """What goes wrong with a question, if anything, and how far it came: `refused`, `solved` or `graded`."""
    stage, rng = "load", Random(options.rolls or 0)
    some = options.rolls is not None
    looks = [rng.choice(LOOKS)] if some and rng.random() < 0.7 else ALL_LOOKS
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            with timed():
                paper = load_text(source, FILE)
                solutions = solve_paper(paper, carry=options.carry, decimals=options.decimals)
                stage = "render"
                render(paper, solutions, looks[0], source)
            for look in looks[1:]:
                with timed():
                    render(paper, solutions, look, source)
            stage = "grade"
            graded = False
            if some and rng.random() < 0.6:
                return None, "solved"
            for question, solution in zip(paper.questions, solutions, strict=True):
                with timed():
                    graded = grade(sheet(solution), question.marking, rng) or graded
    except SpecError as error:
        return ill(error), "refused"
    except SlowError:
        return Finding(f"{stage}: over {SECONDS} s", f"more than {SECONDS} s"), stage
    except MemoryError:
        return Finding(f"{stage}: memory", f"more than {MEMORY >> 30} GB"), stage
    except Exception as error:
        return Finding(signature(error, stage), "".join(traceback.format_exception(error, limit=-6))), stage
    return None, "graded" if graded else "solved"


# -- what is done with a question -----------------------------------------------------------------------------------------
def render(paper: Paper, solutions: list[Solution], look: Look, source: str) -> None:
    """The document in one format and detail, with nothing in it that is no value."""
    form, view = look[0], View(look[1], compare=True)
    if form == "json":
        made = json.loads(json_format.render(paper.title, solutions, view))
        assert all(map(math.isfinite, numbers(made))), "a number in the JSON is not finite"
        return
    blocks = document(paper.title, solutions, view)
    if form == "markdown":
        shown = markdown.render(blocks)
    elif form == "terminal":
        shown = terminal.render(blocks, 60, 256)
    else:
        shown = text.render(blocks)
    for word in ("nan", "inf", "None", "Traceback"):  # unless the author wrote it
        if word in shown and word not in source:
            near = next((line for line in shown.splitlines() if word in line.split()), None)
            assert near is None, f"{word} in the document: {near}"


def numbers(tree: Any) -> Iterator[float]:
    """Every number in an object."""
    if isinstance(tree, float):
        yield tree
    elif isinstance(tree, dict | list):
        for each in tree.values() if isinstance(tree, dict) else tree:
            yield from numbers(each)


def grade(made: Sheet, scheme: Scheme | None, rng: Random) -> bool:
    """Marks the key and random answers, and tells every student; whether there was anything to mark."""
    if not made.answers or len(made.cells) > MOST_CELLS:
        return False
    for form in ("csv", "yaml", "markdown"):
        template(made, form)  # type: ignore[arg-type]
    key = {name: _key(made, name) for name in made.cells}
    columns = {
        name: [word, *(word if rng.random() < 0.4 else _answer(rng, word) for _ in range(STUDENTS - 1))]
        for name, word in key.items()
    }
    students = [f"student {i}" for i in range(STUDENTS)]
    texts = Texts(students, [Place("answers.csv", i + 2) for i in range(STUDENTS)], columns)
    graded = grade_batch(made, scheme, Reader(made).submissions(texts))
    shares = plan(made, scheme or Scheme())
    for i in range(STUDENTS):
        markdown.render(feedback(made, graded, i, shares))
    text.render(explain(made, graded, 0))
    report = Analysis(made, shares)
    report.add(graded)
    text.render(report.blocks())
    return True


def _key(made: Sheet, name: str) -> str:
    """A cell of the key, as somebody would type it."""
    cell = made.cells[name]
    answer = made.answers[cell.key]
    if answer.kind != "number":
        return str(answer.solved.value)
    return answer.solved.form.text(float(answer.solved.written[cell.row, cell.column]))


def _answer(rng: Random, right: str) -> str:
    if rng.random() < 0.5:
        return rng.choice(ANSWERS)
    try:
        return f"{float(right) * rng.choice((-1, 0.5, 1.01, 2, 10)) + rng.choice((0, 0, 0.01, 1)):.4g}"
    except ValueError:
        return right[::-1]


# -- what must not happen -------------------------------------------------------------------------------------------------
def ill(error: SpecError) -> Finding | None:
    """What is wrong with an error itself."""
    if not error.problems:
        return Finding("an error without problems", repr(error))
    for problem in error.problems:
        message = str(problem)
        if not problem.message.strip():
            return Finding("an empty message", message)
        if not (problem.place.line and problem.place.column):
            return Finding(f"an error without line and column: {_start(problem)}", message)
        if "Traceback" in message or "<solver." in message or "object at 0x" in message:
            return Finding(f"an error that tells of Python: {_start(problem)}", message)
        if len(message) > 3_000:
            return Finding("an endless message", message)
    return None


def _start(problem: Problem) -> str:
    return " ".join(problem.message.split()[:3])


def signature(error: BaseException, stage: str) -> str:
    """The kind of an exception: its type, and the innermost place in the project."""
    frames = traceback.extract_tb(error.__traceback__)
    inside = [frame for frame in frames if "/solver/" in frame.filename.replace("\\", "/")]
    frame = inside[-1] if inside else frames[-1]
    path = Path(frame.filename)
    return f"{stage}: {type(error).__name__} at {path.parent.name}/{path.name}:{frame.lineno} {frame.name}"


@contextmanager
def timed() -> Iterator[None]:
    """Ends what it holds with SlowError after some seconds of processor time."""

    def over(number: int, frame: FrameType | None) -> None:
        raise SlowError

    before = signal.signal(signal.SIGPROF, over)
    signal.setitimer(signal.ITIMER_PROF, SECONDS)
    try:
        yield
    finally:
        signal.setitimer(signal.ITIMER_PROF, 0)
        signal.signal(signal.SIGPROF, before)


def bound_memory() -> None:
    """Bounds the memory of this process, so that a question that takes too much is a finding and no more."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
