"""The commands of marking: `template` makes the answer sheet, `grade` marks what comes back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from solver.cli import columns
from solver.errors import Place, Problem, SpecError

if TYPE_CHECKING:
    from solver.mark.grade import Graded, Trouble
    from solver.mark.out import MarksFormat
    from solver.mark.out_base import Writer
    from solver.mark.pipeline import Engine, Marker, Summary
    from solver.mark.scheme import Scheme
    from solver.mark.sheet import Sheet
    from solver.render.blocks import Block

FORMATS = ("table", "csv", "long", "json", "gradescope", "moodle", "canvas")
_SUFFIXES: dict[str, MarksFormat] = {".csv": "csv", ".json": "json", ".txt": "table"}
_MOST_TOLD = 100
"""Troubles told at the end of a run."""


@click.command()
@click.argument("question", metavar="QUESTION")
@click.option("--format", "form", type=click.Choice(["csv", "yaml", "markdown"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def template(question: str, form: Any, output: str | None) -> None:
    """Make the answer sheet of a QUESTION: a CSV header, a YAML file to fill in, or markdown to print."""
    with _problems("nothing was written"):
        from solver.mark.template import template as made

        sheet, _ = _asked(question)
        with _whole(output) as stream:
            stream.write(made(sheet, form))


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
def grade(question: str, answers: tuple[str, ...], **options: Any) -> None:
    """Mark ANSWERS to a QUESTION.

    ANSWERS are CSV (a row a student, or student, answer, value), JSON, JSON Lines, YAML, a folder with a file a
    student, or - for standard input.
    """
    with _problems("nothing was marked"):
        if question == "-" and "-" in answers:
            raise _refused("-", "the question and the answers cannot both come from standard input")
        _Run(question, answers, options).run()


class _Run:
    """One run of `grade`: what was asked for, wired together."""

    def __init__(self, question: str, answers: tuple[str, ...], options: dict[str, Any]) -> None:
        self.answers, self.options = answers, options
        self.output: str | None = options["output"]
        self.sheet, self.scheme = _asked(question)
        self.form = self.format()
        self.notices: list[Problem] = []
        self.moves = 0

    def format(self) -> MarksFormat | None:
        """The format of the marks; None where only something else was asked for."""
        form: MarksFormat | None = self.options["form"]
        if form is None and self.output is not None:
            return _SUFFIXES.get(Path(self.output).suffix.lower(), "csv")
        if form is None and not any(self.options[name] for name in ("report", "explain", "against", "feedback")):
            return "table" if sys.stdout is not None and sys.stdout.isatty() else "csv"
        return form

    def run(self) -> None:
        """Marks everything; raises SpecError."""
        from solver.mark.pipeline import run
        from solver.mark.read import chunks
        from solver.mark.read_names import names

        known = names(self.sheet, self.options["mapping"])
        marker, engine = self.marker(), self.engine()
        each, ended = self.each()
        with _whole(self.output) as stream:
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
        from solver.mark.pipeline import IN_WORKERS, Marker

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
        from solver.mark import pipeline
        from solver.mark.read import local_files, size_of

        workers: int | None = self.options["workers"]
        if self.options["engine"] == "dask":
            from solver.mark.engine_dask import map_with_dask

            scheduler = self.options["scheduler"]
            return lambda marker, chunks: map_with_dask(marker, local_files(chunks), scheduler, workers or 2)
        if self.options["scheduler"]:
            raise _refused("--scheduler", "is of no use without --engine dask")
        count = workers or pipeline.workers_for(size_of(self.answers))
        return lambda marker, chunks: pipeline.local(marker, chunks, count)

    def writer(self, stream: TextIO) -> Writer | None:
        """The writer of the marks, if any are asked for; raises SpecError."""
        from solver.mark.out import writer

        options = self.options
        if options["gradebook"] and self.form != "canvas":
            raise _refused("--gradebook", "is of no use without --format canvas")
        if self.form is None:
            return None
        extra: dict[str, Any] = {}
        if self.form == "table":
            extra = {"width": columns(), "color": self.output is None and _colored(sys.stdout)}
        elif self.form == "canvas":
            book = options["gradebook"]
            if not book:
                raise _refused("--format canvas", "needs the exported gradebook", "--gradebook FILE")
            extra = {"gradebook": _lines(book), "assignment": options["assignment"], "file": book}
        return writer(self.form, stream, self.sheet, self.scheme, **extra)

    @contextmanager
    def progress(self) -> Iterator[Callable[[int], None] | None]:
        """A bar on a long run in a terminal."""
        from solver.mark.pipeline import SMALL
        from solver.mark.read import size_of

        size = size_of(self.answers)
        if not sys.stderr.isatty() or (size is not None and size < SMALL):
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
        from solver.mark.marks import plan
        from solver.mark.scheme import Scheme

        options = self.options
        uses: list[Callable[[Graded], object]] = []
        ended: list[Callable[[], None]] = []
        shares = plan(self.sheet, self.scheme or Scheme())
        if options["explain"]:
            uses.append(self.explain)
        if options["against"]:
            from solver.mark.against import Against, Move

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
            from solver.mark.feedback import write_feedback

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
        from solver.mark.explain import explain

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

        click.echo(terminal.render(blocks, columns(), _colored(self.beside)), file=self.beside, color=True)

    def line(self, text: str) -> None:
        """Shows one line."""
        from solver.render.clean import clean

        click.echo(clean(text), file=self.beside)

    def tell(self, summary: Summary, unmatched: list[str]) -> None:
        """The end of a run, on standard error."""
        for notice in self.notices:
            _err(str(notice))
        for trouble in summary.troubles[:_MOST_TOLD]:
            _err(_told(trouble))
        more = summary.trouble_count - min(len(summary.troubles), _MOST_TOLD)
        if more:
            _err(f"and {more:,} more")
        if unmatched:
            shown = ", ".join(unmatched[:10]) + (", …" if len(unmatched) > 10 else "")
            _err(f"not in the gradebook: {shown}")
        troubles = "" if not summary.trouble_count else f", {summary.trouble_count:,} trouble"
        plural = "s" if summary.trouble_count > 1 else ""
        _err(f"{summary.students:,} student{'' if summary.students == 1 else 's'} marked{troubles}{plural}")


def _told(trouble: Trouble) -> str:
    """A trouble in one line."""
    where = f"{trouble.place}: " if trouble.place.file else ""
    cell = f", {trouble.cell}" if trouble.cell else ""
    found = f": {trouble.found!r}" if trouble.found else ""
    return f"{where}{trouble.student}{cell}{found}: {trouble.reason}"


def _asked(question: str) -> tuple[Sheet, Scheme | None]:
    """The answer sheet of a question and its marking scheme; raises SpecError."""
    from solver.mark.sheet import sheet
    from solver.solving import solve_question
    from solver.spec import load

    paper = load(question)
    if paper.exam or len(paper.questions) != 1:
        files = ", ".join(question.file for question in paper.questions[:10])
        raise _refused(question, "is an exam; its questions are marked one by one", files)
    asked = paper.questions[0]
    made = sheet(solve_question(asked))
    if not made.answers:
        raise _refused(question, "asks for nothing that could be marked")
    return made, asked.marking


# -- files and the terminal -------------------------------------------------------------------------------------------
@contextmanager
def _whole(output: str | None) -> Iterator[TextIO]:
    """A file that is there whole or not at all, or standard output."""
    if output is None:
        yield sys.stdout
        sys.stdout.flush()
        return
    from solver.files import whole_file

    with whole_file(output) as stream:
        yield stream


def _folder(name: str) -> Path:
    """A folder that exists from now on."""
    path = Path(name)
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _refused(name, f"cannot be made: {error.strerror}") from None
    return path


def _lines(name: str) -> Iterator[str]:
    """The lines of a text file as they are; raises SpecError."""
    from solver.mark.read import text_lines

    return text_lines(name)


def _colored(stream: TextIO) -> bool:
    return stream.isatty() and not os.environ.get("NO_COLOR")


def _err(text: str) -> None:
    from solver.render.clean import clean

    for line in text.splitlines() or [""]:
        click.echo(clean(line), err=True)


def _refused(what: str, why: str, hint: str = "") -> SpecError:
    return SpecError([Problem(Place(what), why, hint)])


@contextmanager
def _problems(ending: str) -> Iterator[None]:
    """Prints the problems of what it holds, and ends with status 2."""
    try:
        yield
    except SpecError as error:
        for problem in error.problems:
            _err(str(problem))
        count = len(error.problems)
        _err(f"{count} problem{'' if count == 1 else 's'} found; {ending}")
        sys.exit(2)
