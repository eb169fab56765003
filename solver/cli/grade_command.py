"""`nnsolve grade`: marks the answers of a class."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from solver.cli.asked import asked
from solver.cli.console import colored, columns, problems, refused, warn, whole
from solver.cli.endings import by_ending
from solver.errors import Problem

if TYPE_CHECKING:
    from solver.mark.judge.grade import Graded, Trouble
    from solver.mark.out.formats import MarksFormat
    from solver.mark.out.out_base import Writer
    from solver.mark.run import Engine, Marker, Summary
    from solver.render.blocks import Block

FORMATS = ("table", "csv", "long", "json", "gradescope", "moodle", "canvas")
_ENDINGS: dict[str, MarksFormat] = {"": "csv", ".csv": "csv", ".json": "json", ".txt": "table"}
_MOST_TOLD = 100
"""Troubles told at the end of a run."""


@click.command()
@click.argument("question", metavar="QUESTION")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Of the marks. Default: table, or csv in a pipe.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the marks here.")
@click.option("--map", "mapping", metavar="FILE", help="YAML: column of the answers -> answer name, or `student`.")
@click.option("--decimal", "sign", type=click.Choice(["auto", "point", "comma"]), default="auto", show_default=True)
@click.option("--feedback", metavar="DIR", help="Write a markdown file for each student there.")
@click.option("--report", is_flag=True, help="An analysis of parts, answers and mistakes.")
@click.option("--explain", is_flag=True, help="Audit each submission line by line, such as a published key.")
@click.option("--against", metavar="FILE", help="Marks of an earlier run: tell whose moved, and why.")
@click.option("--gradebook", metavar="FILE", help="Canvas: the exported gradebook to fill in.")
@click.option("--assignment", default="", metavar="NAME", help="Canvas: its column. Default: the question's title.")
@click.option("--engine", type=click.Choice(["local", "dask"]), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="Dask: the scheduler's, such as tcp://10.0.0.1:8786.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that mark. Default: by the size of ANSWERS.")
def command(question: str, answers: tuple[str, ...], **options: Any) -> None:
    """Mark ANSWERS to a QUESTION.

    ANSWERS are CSV (a row a student, or student, answer, value), JSON, JSON Lines, YAML, a folder with a file a
    student, or - for standard input.
    """
    with problems("nothing was marked"):
        if question == "-" and "-" in answers:
            raise refused("-", "the question and the answers cannot both come from standard input")
        _Run(question, answers, options).run()


class _Run:
    """One run of `grade`: what was asked for, wired together."""

    def __init__(self, question: str, answers: tuple[str, ...], options: dict[str, Any]) -> None:
        self.answers, self.options = answers, options
        self.output: str | None = options["output"]
        self.sheet, self.scheme = asked(question)
        self.form = self.format()
        self.notices: list[Problem] = []
        self.moves = 0

    def format(self) -> MarksFormat | None:
        """The format of the marks; None where only something else was asked for."""
        form: MarksFormat | None = self.options["form"]
        if form is None and self.output is not None:
            return by_ending(self.output, _ENDINGS)
        if form is None and not any(self.options[name] for name in ("report", "explain", "against", "feedback")):
            return "table" if sys.stdout.isatty() else "csv"
        return form

    def run(self) -> None:
        """Marks everything; raises SpecError."""
        from solver.mark.read.chunks import chunks
        from solver.mark.read.read_names import names
        from solver.mark.run import run

        known = names(self.sheet, self.options["mapping"])
        marker, engine = self.marker(), self.engine()
        each, ended = self.each()
        with whole(self.output, self.form in ("json", "gradescope")) as stream:
            out = self.writer(stream)
            found = chunks(self.answers, known, self.notices)
            with self.progress() as advance:
                summary = run(marker, found, out, engine, each if marker.keep else None, advance)
        ended()
        if summary.report is not None:
            self.say(summary.report.blocks())
        self.tell(summary, getattr(out, "unmatched", []))

    # -- how it is marked ---------------------------------------------------------------------------------------------
    def marker(self) -> Marker:
        """What marks a chunk, and what it has to bring back."""
        from solver.mark.run import IN_WORKERS, Marker

        options, folder = self.options, None
        if options["feedback"]:
            folder = _folder(options["feedback"])
        there = self.form if self.form in IN_WORKERS else None
        dask = options["engine"] == "dask"  # whose workers may not see this machine's folders
        keep = options["explain"] or options["against"] or (self.form and not there) or (dask and folder)
        return Marker(
            self.sheet, self.scheme, options["sign"], there, bool(keep), options["report"], None if dask else folder
        )

    def engine(self) -> Engine:
        """What maps the marker over the chunks."""
        from solver.mark import run as pipeline
        from solver.mark.read.chunks import local_files, size_of

        workers: int | None = self.options["workers"]
        if self.options["engine"] == "dask":
            from solver.mark.engines.with_dask import map_with_dask

            scheduler = self.options["scheduler"]
            return lambda marker, chunks: map_with_dask(marker, local_files(chunks), scheduler, workers or 2)
        if self.options["scheduler"]:
            raise refused("--scheduler", "is of no use without --engine dask")
        count = workers or pipeline.workers_for(size_of(self.answers))
        return lambda marker, chunks: pipeline.local(marker, chunks, count)

    def writer(self, stream: TextIO) -> Writer | None:
        """The writer of the marks, if any are asked for; raises SpecError."""
        from solver.mark.out.formats import writer

        options = self.options
        if options["gradebook"] and self.form != "canvas":
            raise refused("--gradebook", "is of no use without --format canvas")
        if self.form is None:
            return None
        extra: dict[str, Any] = {}
        if self.form == "table":
            extra = {"width": columns(), "color": self.output is None and colored(sys.stdout)}
        elif self.form == "canvas":
            book = options["gradebook"]
            if not book:
                raise refused("--format canvas", "needs the exported gradebook", "--gradebook FILE")
            extra = {"gradebook": _lines(book), "assignment": options["assignment"], "file": book}
        return writer(self.form, stream, self.sheet, self.scheme, **extra)

    @contextmanager
    def progress(self) -> Iterator[Callable[[int], None] | None]:
        """A bar on a long run in a terminal."""
        from solver.mark.read.chunks import size_of
        from solver.mark.run import SMALL

        size = size_of(self.answers)
        if sys.stderr is None or not sys.stderr.isatty() or (size is not None and size < SMALL):
            yield None
            return
        from rich.console import Console
        from rich.progress import Progress

        with Progress(console=Console(stderr=True), transient=True) as bar:
            task = bar.add_task("marking", total=size)
            yield lambda done: bar.advance(task, done)

    # -- what is told beside the marks --------------------------------------------------------------------------------
    def each(self) -> tuple[Callable[[Graded], None], Callable[[], None]]:
        """What looks at each graded batch, and what is done after the last."""
        from solver.mark.judge.marks import plan
        from solver.working.question import Scheme

        options = self.options
        uses: list[Callable[[Graded], object]] = []
        ended: list[Callable[[], None]] = []
        shares = plan(self.sheet, self.scheme or Scheme())
        if options["explain"]:
            uses.append(self.explain)
        if options["against"]:
            from solver.mark.tell.against import Against, Move

            against = Against(self.sheet, self.scheme, _lines(options["against"]), options["against"])

            def told(moves: Iterator[Move]) -> None:
                for move in moves:
                    self.moves += 1
                    was, now = ("–" if units is None else shares.text(units) for units in (move.before, move.after))
                    self.line(f"{move.student}: {was} → {now}" + (f" ({'; '.join(move.why)})" if move.why else ""))

            def rest() -> None:
                told(against.missing())
                self.line(f"{self.moves:,} mark{'' if self.moves == 1 else 's'} moved")

            uses.append(lambda graded: told(against.moves(graded)))
            ended.append(rest)
        if options["feedback"] and options["engine"] == "dask":
            from solver.mark.tell.feedback import write_feedback

            folder = _folder(options["feedback"])
            uses.append(lambda graded: write_feedback(folder, self.sheet, graded, shares))

        def each(graded: Graded) -> None:
            for use in uses:
                use(graded)

        def end() -> None:
            for last in ended:
                last()

        return each, end

    def explain(self, graded: Graded) -> None:
        """The audit of every submission of a batch."""
        from solver.mark.tell.explain import explain

        for index in range(len(graded.submissions.students)):
            self.say(explain(self.sheet, graded, index))

    @property
    def beside(self) -> TextIO:
        """Where words go that are not marks: standard output, unless marks for a program go there."""
        marks = self.output is None and self.form not in (None, "table")
        return sys.stderr if marks else sys.stdout

    def say(self, blocks: list[Block]) -> None:
        """Shows a document."""
        from solver.render import terminal

        click.echo(terminal.render(blocks, columns(), colored(self.beside)), file=self.beside, color=True)

    def line(self, text: str) -> None:
        """Shows one line."""
        from solver.render.clean import clean

        click.echo(clean(text), file=self.beside)

    def tell(self, summary: Summary, unmatched: list[str]) -> None:
        """The end of a run, on standard error."""
        for notice in self.notices:
            warn(str(notice))
        for trouble in summary.troubles[:_MOST_TOLD]:
            warn(_told(trouble))
        more = summary.trouble_count - min(len(summary.troubles), _MOST_TOLD)
        if more:
            warn(f"and {more:,} more")
        if unmatched:
            shown = ", ".join(unmatched[:10]) + (", …" if len(unmatched) > 10 else "")
            warn(f"not in the gradebook: {shown}")
        troubles = "" if not summary.trouble_count else f", {summary.trouble_count:,} trouble"
        plural = "s" if summary.trouble_count > 1 else ""
        warn(f"{summary.students:,} student{'' if summary.students == 1 else 's'} marked{troubles}{plural}")


def _told(trouble: Trouble) -> str:
    """A trouble in one line."""
    where = f"{trouble.place}: " if trouble.place.file else ""
    cell = f", {trouble.cell}" if trouble.cell else ""
    found = f": {trouble.found!r}" if trouble.found else ""
    return f"{where}{trouble.student}{cell}{found}: {trouble.reason}"


# -- files and the terminal -------------------------------------------------------------------------------------------
def _folder(name: str) -> Path:
    """A folder that exists from now on."""
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise refused(name, f"cannot be made: {error.strerror}") from None
    return path


def _lines(name: str) -> Iterator[str]:
    """The lines of a text file as they are; raises SpecError."""
    from solver.mark.read.chunks import text_lines

    return text_lines(name)
