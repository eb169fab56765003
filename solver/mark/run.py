"""A class marked: files of answers in; marks, feedback, an analysis and audits out.

    >>> from solver.mark.asked import asked_in
    >>> from solver.mark.run import Options, run
    >>> summary = run(asked_in("problems/q2.yaml"), ["answers.csv"], Options(form="long", report=True), "marks.csv")
    >>> summary.students
    2
    >>> [f"{trouble.place}: {trouble.found}: {trouble.reason}" for trouble in summary.troubles]
    ['answers.csv:3: oops: not a number']

Chunks of answers are read and marked by an engine, in one process or in many, and come back in their order. Memory
doesn't grow with the class. Several runs may go on at once, in threads.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO, TypeAlias

import numpy as np

from solver.errors import Place, Problem, SpecError
from solver.files import whole_file
from solver.mark.asked import Asked, decided
from solver.mark.attempts import Policy, alone, left_out, repeated, without
from solver.mark.engines.engine import Engine, engine_file
from solver.mark.marker import Marked, Marker
from solver.mark.out.formats import writer, writing
from solver.mark.out.packed import unpacked
from solver.mark.out.writer import Writer
from solver.mark.read.chunks import Chunk, Kept, chunks, size_of, text_lines
from solver.mark.read.decimals import DecimalSign
from solver.mark.read.read_names import names
from solver.mark.records import Graded, Show, Trouble
from solver.mark.review import read_decisions, review_head

if TYPE_CHECKING:
    from solver.mark.tell.report import Analysis
    from solver.render.blocks import Block

MOST_TROUBLES = 1_000

Told: TypeAlias = "list[Block] | str"
"""What is told while a run goes on: the audit of a submission as a document, or whose mark moved as a line."""


@dataclass(frozen=True, kw_only=True)
class Options:
    """What a run makes of the answers.

    form: of the marks, one of `formats()`. mapping: a YAML file, column of the answers to answer name. sign: the decimal
    sign in the answers. review: a file for the review list. readings: such a list with a person's readings. attempts:
    which one of a student's counts. decisions: a file of a person's, which stand over the verdicts. feedback: a folder for a markdown file a student, and a list of them. participants: Moodle's grading worksheet, whose folders they stand in then. show: how much
    students are told, None for hints, and all in the formats for teachers. report: an item analysis. explain: an audit of
    every submission. against: a CSV of earlier marks, to tell whose moved. gradebook, assignment: Canvas's export and
    its column. width, color: of a table. engine: one of `engines()`, with its scheduler's address and so many workers.
    """

    form: str = "csv"
    mapping: str | None = None
    sign: DecimalSign = "auto"
    feedback: str | Path | None = None
    show: Show | None = None
    participants: str | None = None
    review: str | Path | None = None
    readings: str | None = None
    attempts: Policy = "last"
    decisions: str | None = None
    report: bool = False
    explain: bool = False
    against: str | None = None
    gradebook: str | None = None
    assignment: str = ""
    width: int = 100
    color: bool = False
    engine: str = "local"
    scheduler: str | None = None
    workers: int | None = None


@dataclass
class Summary:
    """What is told of a run at its end.

    students: how many were marked. repeated: how many of them came more than once. troubles: what could not be read, of which the first thousand are kept. notices:
    what was ignored. unmatched: students whom a gradebook does not have. moves: how many marks moved.
    """

    students: int = 0
    repeated: int = 0
    troubles: list[Trouble] = field(default_factory=list)
    trouble_count: int = 0
    notices: list[Problem] = field(default_factory=list)
    unmatched: list[str] = field(default_factory=list)
    moves: int = 0
    report: Analysis | None = None

    def add(self, marked: Marked) -> None:
        """Takes in a chunk."""
        self.students += len(marked.students)
        for trouble in marked.troubles:
            self.trouble_count += 1
            if len(self.troubles) < MOST_TROUBLES:
                self.troubles.append(trouble)
        if self.report is None:
            self.report = marked.report
        elif marked.report is not None:
            self.report.merge(marked.report)


def run(
    question: Asked,
    answers: Sequence[str],
    options: Options | None = None,
    marks: str | Path | TextIO | None = None,
    *,
    tell: Callable[[Told], None] | None = None,
    progress: Callable[[int], None] | None = None,
) -> Summary:
    """Marks files of answers, folders of one file a student, or `-`; raises SpecError where a file cannot be read.

    marks: where the marks go, a file that is there whole or not at all, or a text stream; None for nowhere. tell: gets
    audits and moves, in the order of the answers. progress: gets the size of each chunk that is done.
    """
    options, summary = options or Options(), Summary()
    _check(options)
    if options.decisions is not None:
        question = decided(question, options.decisions)
    known = names(question.sheet, options.mapping)
    found = engine_file(options.engine)
    engine = found.engine(size_of(answers), options.workers, options.scheduler)
    beside = _Beside(question, options, summary, tell or _silent, found.SEES_FILES)
    decisions = None if options.readings is None else read_decisions(options.readings)

    with ExitStack() as stack:
        kept = stack.enter_context(Kept())

        def passed(notices: list[Problem]) -> Iterator[Chunk]:
            """The answers, once more."""
            return chunks(answers, known, notices, kept)

        marker = Marker(question.sheet, question.scheme, options.sign, decisions=decisions)
        dropped = _left_out(passed, options.attempts, replace(marker, keep=True), question, engine, summary)
        review, stream = stack.enter_context(_opened(options.review)), stack.enter_context(_opened(marks))
        index = stack.enter_context(_opened(None if beside.folder is None else beside.folder / "index.csv"))
        out = None if stream is None else _writer(question, options, stream)
        there = out is not None and writing(options.form).apart
        marker = replace(
            marker,
            form=options.form if there else None,
            keep=beside.wanted or (out is not None and not there),
            analyse=options.report,
            feedback=beside.folder if found.SEES_FILES else None,
            review=review is not None,
            show=options.show,
            participants=beside.participants,
        )
        if out is not None:
            out.open()
        if review is not None:
            review.write(review_head())
        if index is not None:
            index.write("student,file\n")
        between = ""
        for marked in engine(marker, without(passed(summary.notices), dropped)):
            if marked.problems:
                raise SpecError(marked.problems)
            summary.add(marked)
            if review is not None:
                review.write(marked.review)
            if out is not None and there and marked.packed:
                out.stream.write(between)
                out.stream.writelines(unpacked(marked.packed))
                between = out.between
            for graded in marked.graded:
                if out is not None and not there:
                    out.add(graded)
                marked.files += beside.add(graded)
            if index is not None:
                from solver.mark.tell.feedback import index_lines

                index.write(index_lines(marked.students, marked.files, Path(options.feedback or "")))
            if progress is not None:
                progress(marked.size)
        if out is not None:
            out.close()
            summary.unmatched = getattr(out, "unmatched", [])
            summary.notices += out.notices
    beside.end()
    return summary


def _left_out(
    passed: Callable[[list[Problem]], Iterator[Chunk]],
    policy: Policy,
    marker: Marker,
    question: Asked,
    engine: Engine,
    summary: Summary,
) -> dict[int, set[int]]:
    """The rows, by chunk, of attempts that do not count; raises SpecError."""
    several = repeated(lambda: passed([]))
    summary.repeated = len(several)
    if not several or policy != "best":
        at = 0 if policy == "first" else -1
        return left_out(several, lambda _, attempts: attempts[at])
    earned: dict[str, list[int]] = {}
    for marked in engine(marker, alone(passed([]), several)):
        if marked.problems:
            raise SpecError(marked.problems)
        for graded in marked.graded:
            students = graded.submissions.students
            totals = sum(question.plan.part_units(graded.marks).values(), np.zeros(len(students), dtype=np.int64))
            for student, total in zip(students, totals.tolist(), strict=True):
                earned.setdefault(student, []).append(total)
    return left_out(several, lambda s, attempts: max(zip(earned[s], attempts, strict=True))[1])


class _Beside:
    """What looks at every graded batch beside the writer of the marks: audits, moves, feedback that is written here."""

    def __init__(
        self, question: Asked, options: Options, summary: Summary, tell: Callable[[Told], None], sees_files: bool
    ) -> None:
        self.question, self.summary, self.tell = question, summary, tell
        self.explain = options.explain
        self.folder = None if options.feedback is None else _folder(Path(options.feedback))
        self.participants = None
        if options.participants is not None:
            from solver.mark.tell.feedback_files import participants_in

            self.participants = participants_in(options.participants)
        self.show: Show = options.show or "hints"
        self.writes = self.folder is not None and not sees_files
        self.against = None
        if options.against is not None:
            from solver.mark.tell.against import Against

            old = text_lines(options.against)
            self.against = Against(question.sheet, question.scheme, old, options.against)

    @property
    def wanted(self) -> bool:
        """Whether it has to see the batches."""
        return self.explain or self.writes or self.against is not None

    def add(self, graded: Graded) -> list[Path]:
        """Looks at a batch; the files that it wrote."""
        if self.explain:
            from solver.mark.tell.explain import explain

            for index in range(len(graded.submissions.students)):
                self.tell(explain(self.question.sheet, graded, index))
        if self.against is not None:
            self.moved(self.against.lines(graded))
        if self.writes and self.folder is not None:
            from solver.mark.tell.feedback import write_feedback

            return write_feedback(
                self.folder, self.question.sheet, graded, self.question.plan, self.show, self.participants
            )
        return []

    def moved(self, lines: Iterator[str]) -> None:
        """Tells of marks that moved."""
        for line in lines:
            self.summary.moves += 1
            self.tell(line)

    def end(self) -> None:
        """Tells what is known after the last batch."""
        if self.against is not None:
            self.moved(self.against.missing_lines())
            self.tell(f"{self.summary.moves:,} mark{'' if self.summary.moves == 1 else 's'} moved")


def _silent(told: Told) -> None:
    """Nobody listens."""


def _check(options: Options) -> None:
    """Options that contradict each other; raises SpecError."""
    if options.gradebook and options.form != "canvas":
        raise _refused("--gradebook", "is of no use without --format canvas")
    if options.form == "canvas" and not options.gradebook:
        raise _refused("--format canvas", "needs the exported gradebook", "--gradebook FILE")


def _writer(question: Asked, options: Options, stream: TextIO) -> Writer:
    extra: dict[str, Any] = {}
    if options.form == "table":
        extra = {"width": options.width, "color": options.color}
    elif options.form == "canvas" and options.gradebook:
        lines = text_lines(options.gradebook)
        extra = {"gradebook": lines, "assignment": options.assignment, "file": options.gradebook}
    return writer(options.form, stream, question.sheet, question.scheme, options.show, **extra)


def _opened(marks: str | Path | TextIO | None) -> AbstractContextManager[TextIO | None]:
    return whole_file(marks) if isinstance(marks, str | Path) else nullcontext(marks)


def _folder(path: Path) -> Path:
    """A folder that exists from now on."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(str(path), f"cannot be made: {error.strerror}") from None
    return path


def _refused(what: str, why: str, hint: str = "") -> SpecError:
    return SpecError([Problem(Place(what), why, hint)])
