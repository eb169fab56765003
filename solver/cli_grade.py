"""The commands of marking: `template` makes the answer sheet, `grade` marks what comes back."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from solver.errors import Place, Problem, SpecError

if TYPE_CHECKING:
    from solver.mark.grade import Graded, Trouble
    from solver.mark.out import MarksFormat
    from solver.mark.pipeline import Engine, Marker, Summary
    from solver.mark.scheme import Scheme
    from solver.mark.sheet import Sheet
    from solver.render.blocks import Block
    from solver.spec import Question

FORMATS = ("table", "csv", "long", "json", "gradescope", "moodle", "canvas")
_SUFFIXES: dict[str, MarksFormat] = {".csv": "csv", ".json": "json", ".txt": "table"}
_SHOWN = 20
"""Troubles told at the end of a run; `--troubles` writes all that are kept."""


@click.command()
@click.argument("question", metavar="QUESTION")
@click.option("--format", "form", type=click.Choice(["csv", "yaml", "markdown"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def template(question: str, form: Any, output: str | None) -> None:
    """Make the answer sheet of a QUESTION: a CSV header, a YAML file to fill in, or markdown to print."""
    from solver.mark.template import template as made

    with _problems("nothing was written"):
        sheet, _ = _sheet(question)
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
@click.option("--scheduler", metavar="ADDRESS", help="Dask: of the scheduler, such as tcp://10.0.0.1:8786.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that mark. Default: by the size of ANSWERS.")
def grade(question: str, answers: tuple[str, ...], **options: Any) -> None:
    """Mark ANSWERS to a QUESTION: CSV (a row a student, or student, answer, value), JSON, JSON Lines, YAML,
    a folder of one file a student, or - for standard input.
    """
    with _problems("nothing was marked"):
        _Run(question, answers, options).run()


class _Run:
    """One run of `grade`: what was asked for, wired together."""

    def __init__(self, question: str, answers: tuple[str, ...], options: dict[str, Any]) -> None:
        from solver.mark.read_names import names

        self.answers, self.options = answers, options
        self.sheet, self.scheme = _sheet(question)
        self.names = names(self.sheet, options["mapping"])
        self.output: str | None = options["output"]
        self.beside: bool = options["report"] or options["explain"] or options["against"] is not None
        self.form = self.format()

    def format(self) -> MarksFormat | None:
        """The format of the marks; None where only something else was asked for."""
        form: MarksFormat | None = self.options["form"]
        if form is not None:
            return form
        if self.output is not None:
            return _SUFFIXES.get(Path(self.output).suffix.lower(), "csv")
        if self.beside or self.options["feedback"]:
            return None
        return "table" if sys.stdout.isatty() else "csv"

    def run(self) -> None:
        """Marks everything; raises SpecError."""
        from solver.mark.pipeline import Marker, run
        from solver.mark.read import chunks

        marker = Marker(self.sheet, self.scheme, self.options["sign"])
        each, after = self.beside_marks(marker)
        notices: list[Problem] = []
        with self.marks() as stream:
            out = self.writer(marker, stream)
            with self.progress() as advance:
                summary = run(marker, chunks(self.answers, self.names, notices), out, self.engine(), each, advance)
        self.tell(summary, notices, out)
        after(summary)

    # -- marks --------------------------------------------------------------------------------------------------------
    @contextmanager
    def marks(self) -> Iterator[TextIO]:
        """Where the marks go."""
        with nullcontext(open(os.devnull, "w")) if self.form is None else _whole(self.output) as stream:
            yield stream

    def writer(self, marker: Marker, stream: TextIO) -> Any:
        raise NotImplementedError
