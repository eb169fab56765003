"""Marking a chunk of a class: a pure function, so that any engine may map it over chunks."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from solver.errors import Place, Problem, SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.judge.marks import plan
from solver.mark.out.formats import writer
from solver.mark.out.packed import Packing
from solver.mark.read.chunks import Chunk
from solver.mark.read.decimals import DecimalSign
from solver.mark.read.read_batch import Reader
from solver.mark.records import Decisions, Graded, Show, Trouble
from solver.mark.sheet import Sheet
from solver.working.question import Scheme

if TYPE_CHECKING:
    from solver.mark.tell.report import Analysis


@dataclass(slots=True)
class Marked:
    """What came of a chunk. packed: its lines of output, for `unpacked`; review: of the review list; graded: its batches; report: its analysis;
    files: the feedback written, a file a student; each where asked for.

    places: where each student stands; problems: what makes the chunk unreadable as a whole.
    """

    size: int
    students: list[str] = field(default_factory=list)
    places: list[Place] = field(default_factory=list)
    troubles: list[Trouble] = field(default_factory=list)
    packed: bytes = b""
    review: str = ""
    graded: list[Graded] = field(default_factory=list)
    report: Analysis | None = None
    files: list[Path] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)


class _Kept(threading.local):
    """What each thread keeps from chunk to chunk: a reader with the texts that it knows. Another process starts anew."""

    reader: Reader | None = None

    def __reduce__(self) -> tuple[type[_Kept], tuple[()]]:
        return _Kept, ()


@dataclass(frozen=True)
class Marker:
    """Marks chunks; may be sent to other processes, and used by several threads at once.

    form: the format whose lines it writes, one that stands apart; keep: whether the graded batches are wanted, and
    analyse: an item analysis; feedback: the folder for the students' files; decisions: a person's readings; review:
    whether the lines of the review list are wanted; show: how much is told, None for what is usual;
    participants: Moodle's folders for the feedback, by student.
    """

    sheet: Sheet
    scheme: Scheme | None = None
    sign: DecimalSign = "auto"
    form: str | None = None
    keep: bool = False
    analyse: bool = False
    feedback: Path | None = None
    decisions: Decisions | None = None
    review: bool = False
    show: Show | None = None
    participants: Mapping[str, str] | None = None
    kept: _Kept = field(default_factory=_Kept, repr=False, compare=False)

    def __call__(self, chunk: Chunk) -> Marked:
        """Everything that came of a chunk; what stands in it raises nothing."""
        made, lines = Marked(chunk.size), Packing()
        reader, shares = self.reader(), plan(self.sheet, self.scheme or Scheme())
        out = None if self.form is None else writer(self.form, lines.stream, self.sheet, self.scheme, self.show)
        if self.analyse:
            from solver.mark.tell.report import Analysis

            made.report = Analysis(self.sheet, shares)
        try:
            for texts in chunk.texts():
                graded = grade_batch(self.sheet, self.scheme, reader.submissions(texts))
                made.students += texts.students
                made.places += texts.places
                made.troubles += graded.submissions.troubles
                if self.review:
                    from solver.mark.review import review_lines

                    made.review += review_lines(graded)
                if out is not None:
                    out.add(graded)
                if made.report is not None:
                    made.report.add(graded)
                if self.feedback is not None:
                    from solver.mark.tell.feedback import write_feedback

                    made.files += write_feedback(
                        self.feedback, self.sheet, graded, shares, self.show or "hints", self.participants
                    )
                if self.keep:
                    made.graded.append(graded)
        except SpecError as error:
            made.problems.extend(error.problems)
        except OSError as error:
            made.problems.append(Problem(Place(str(error.filename)), f"cannot be written: {error.strerror}"))
        made.packed = lines.packed()
        return made

    def reader(self) -> Reader:
        """This thread's reader."""
        found = self.kept.reader
        if found is None:
            found = self.kept.reader = Reader(self.sheet, self.sign, self.decisions)
        return found
