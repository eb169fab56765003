"""`nnsolve grade`: marks the answers of a class."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, TextIO

import click

from solver.cli.console import colors, columns, encoding, problems, refused, say, warn, whole
from solver.cli.endings import by_ending
from solver.cli.progress import Progress
from solver.files import registered

if TYPE_CHECKING:
    from solver.mark.records import Trouble
    from solver.mark.run import Summary, Told

SHOWS = ("marks", "hints", "lines", "key")
FORMATS = registered("solver.mark.out", "out_")
ENGINES = registered("solver.mark.engines", "engine_")
_MOST_TOLD = 5
"""Troubles told at the end of a run; the review list has all."""


@click.command()
@click.argument("question", metavar="QUESTION")
@click.argument("answers", nargs=-1, required=True, metavar="ANSWERS...")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Of the marks. Default: table, or csv in a pipe.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write the marks here.")
@click.option("--map", "mapping", metavar="FILE", help="YAML: column of the answers -> answer name, or `student`.")
@click.option("--decimal", "sign", type=click.Choice(["auto", "point", "comma"]), default="auto", show_default=True)
@click.option("--review", metavar="FILE", help="Write the cells that a person has to look at there, as CSV.")
@click.option("--readings", metavar="FILE", help="That list with a person's readings, which count.")
@click.option("--attempts", type=click.Choice(["last", "best", "first"]), default="last", show_default=True)
@click.option("--decisions", metavar="FILE", help="YAML or CSV: values accepted and marks given by a person.")
@click.option("--feedback", metavar="DIR", help="Write a markdown file for each student there, and index.csv.")
@click.option("--participants", metavar="FILE", help="Moodle's grading worksheet: feedback in the folders it takes.")
@click.option("--show", type=click.Choice(SHOWS), help="What students are told. Default: hints, no number of the key.")
@click.option("--report", is_flag=True, help="An analysis of parts, answers and mistakes.")
@click.option("--explain", is_flag=True, help="Audit each submission line by line, such as a published key.")
@click.option("--against", metavar="FILE", help="Marks of an earlier run: tell whose moved, and why.")
@click.option("--gradebook", metavar="FILE", help="Canvas: the exported gradebook to fill in.")
@click.option("--assignment", default="", metavar="NAME", help="Canvas: its column. Default: the question's title.")
@click.option("--engine", type=click.Choice(ENGINES), default="local", show_default=True)
@click.option("--scheduler", metavar="ADDRESS", help="Dask: the scheduler's, such as tcp://10.0.0.1:8786.")
@click.option("--workers", type=click.IntRange(1, 256), help="Processes that mark. Default: by the size of ANSWERS.")
def command(question: str, answers: tuple[str, ...], form: str | None, output: str | None, **options: Any) -> None:
    """Mark ANSWERS to a QUESTION.

    ANSWERS are CSV or .xlsx (a row a student, or student, answer, value; also as platforms export it), JSON, JSON Lines, YAML, a folder with a file a
    student, or - for standard input.
    """
    with problems("nothing was marked"):
        if question == "-" and "-" in answers:
            raise refused("-", "the question and the answers cannot both come from standard input")
        form = _form(form, output, any(options[name] for name in ("report", "explain", "against", "feedback")))
        summary = _marked(question, answers, form, output, options)
    _tell(summary, options["review"], options["attempts"])


def _form(form: str | None, output: str | None, other: bool) -> str | None:
    """The format of the marks; None where only something else was asked for."""
    if form is None and output is not None:
        from solver.mark.out.formats import endings

        return by_ending(output, endings())
    if form is None and not other:
        return "table" if sys.stdout.isatty() else "csv"
    return form


def _marked(
    question: str, answers: tuple[str, ...], form: str | None, output: str | None, options: dict[str, Any]
) -> Summary:
    """Marks everything, and shows what was asked for beside the marks; raises SpecError."""
    from solver.mark.asked import asked_in
    from solver.mark.out.formats import writing
    from solver.mark.read.chunks import size_of
    from solver.mark.run import Options, run

    marks_out = output is None and form not in (None, "table")
    beside = sys.stderr if marks_out else sys.stdout  # standard output is the program's that reads the marks
    color = output is None and sys.stdout.isatty() and colors() > 0
    chosen = Options(form=form or "csv", width=columns(), color=color, **options)
    with Progress("solving"):
        asked = asked_in(question)
    with (
        whole(output, form is not None and writing(form).for_programs) as stream,
        Progress("marking", size_of(answers)) as bar,
    ):
        marks = None if form is None else stream
        summary = run(asked, answers, chosen, marks, tell=lambda told: _show(told, beside), progress=bar.advance)
    if summary.report is not None:
        _show(summary.report.blocks(), beside)
    return summary


def _show(told: Told, stream: TextIO) -> None:
    """A document, or a line."""
    from solver.render import format_terminal
    from solver.render.clean import clean

    if isinstance(told, str):
        text = f"{clean(told)}\n"
    else:
        shown = colors() if stream.isatty() else 0
        text = format_terminal.render(told, columns(), shown, encoding(stream))
    say(text, stream)


def _tell(summary: Summary, review: str | None, attempts: str) -> None:
    """The end of a run, on standard error."""
    for notice in summary.notices:
        warn(str(notice))
    shown = [] if review else summary.troubles[:_MOST_TOLD]
    for trouble in shown:
        warn(_told(trouble))
    more = summary.trouble_count - len(shown)
    if more and not review:
        warn(f"and {more:,} more; --review FILE lists them all")
    if summary.unmatched:
        names = ", ".join(summary.unmatched[:10]) + (", …" if len(summary.unmatched) > 10 else "")
        warn(f"not in the gradebook: {names}")
    said = [f"{_count(summary.students, 'student')} marked"]
    if summary.repeated:
        said.append(f"{summary.repeated:,} of several attempts, of which the {attempts} counts (--attempts)")
    if summary.trouble_count:
        listed = f", listed in {review}" if review else ""
        said.append(f"{_count(summary.trouble_count, 'trouble')}{listed}")
    warn(", ".join(said))


def _count(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def _told(trouble: Trouble) -> str:
    """A trouble in one line."""
    where = f"{trouble.place}: " if trouble.place.file else ""
    cell = f", {trouble.cell}" if trouble.cell else ""
    found = f": {trouble.found!r}" if trouble.found else ""
    return f"{where}{trouble.student}{cell}{found}: {trouble.reason}"
