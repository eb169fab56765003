"""Commands: arguments in, text and exit code out; nothing else."""

from __future__ import annotations

import errno
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal, get_args

import click

from solver import __version__
from solver.errors import Place, Problem, SpecError, nearest

if TYPE_CHECKING:
    from solver.formula.reduce import Detail
    from solver.render.document import View
    from solver.rounding import Carry
    from solver.solution import Solution

Format = Literal["terminal", "markdown", "json", "text"]

_SUFFIXES: dict[str, Format] = {"": "markdown", ".md": "markdown", ".json": "json", ".txt": "text"}


_MARKING = ("grade", "template")


class _Commands(click.Group):
    """The commands, those of marking imported when they are called.

    Where standard output cannot be written, that is said, not traced.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted({*self.commands, *_MARKING})

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _MARKING:
            return super().get_command(ctx, cmd_name)
        from solver import cli_grade

        return cli_grade.grade if cmd_name == "grade" else cli_grade.template

    def invoke(self, ctx: click.Context) -> object:
        try:
            return super().invoke(ctx)
        except OSError as error:
            if error.errno == errno.EPIPE:
                raise  # the reader has seen enough; click ends quietly
            click.echo(f"standard output cannot be written: {error.strerror}", err=True)
            ctx.exit(2)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nnsolve")
def main() -> None:
    """Solves neural-network exam questions step by step: the formula, the numbers, the marks."""


@main.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(get_args(Format)), help="Default: terminal, or markdown in a pipe.")
@click.option("--part", "parts", multiple=True, metavar="LABEL", help="Show only this part; may be repeated.")
@click.option("--carry", type=click.Choice(["rounded", "exact"]), help="What later steps use; overrides the question.")
@click.option("--decimals", type=click.IntRange(0, 12), help="Decimals of every result; overrides the question.")
@click.option("--detail", type=click.Choice(["brief", "normal", "full"]), default="normal", show_default=True)
@click.option("--compare", is_flag=True, help="Add a table of what differs when exact values are carried.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def run(
    files: tuple[str, ...],
    form: Format | None,
    parts: tuple[str, ...],
    carry: Carry | None,
    decimals: int | None,
    detail: Detail,
    compare: bool,
    output: str | None,
) -> None:
    """Solve question FILEs (YAML), an exam, a folder of them, or - for standard input."""
    from solver.render.document import View

    parts = tuple(_label(part) for part in parts)
    view = View(detail, parts, compare)
    try:
        title, solutions = _solve(files, carry, decimals)
        _check_parts(solutions, parts)
        _write(_render(title, solutions, view, _format(form, output)), output)
    except SpecError as error:
        _fail(error)


def _solve(files: Sequence[str], carry: Carry | None, decimals: int | None) -> tuple[str, list[Solution]]:
    """Every question of the files, and the title they share; raises SpecError with the problems of all."""
    from solver.solving import solve_paper
    from solver.spec import load

    titles, solutions, problems = [], [], []
    for name in _expand(files):
        try:
            paper = load(name)
            solutions += solve_paper(paper, carry=carry, decimals=decimals)
            titles.append(paper.title)
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(dict.fromkeys(problems))
    return (titles[0] if len(titles) == 1 else "Questions"), solutions


def _expand(files: Sequence[str]) -> list[str]:
    """The files named, a folder giving its YAML files by name."""
    names: list[str] = []
    for file in files:
        if file != "-" and os.path.isdir(file):
            inside = sorted(str(p) for p in Path(file).iterdir() if p.suffix in (".yaml", ".yml") and p.is_file())
            if not inside:
                raise SpecError([Problem(Place(file), "is a folder without YAML files")])
            names += inside
        else:
            names.append(file)
    return names


def _label(part: str) -> str:
    """A part's label as it is printed, (a)(ii), or as it is written, a.ii."""
    return ".".join(piece for piece in part.replace("(", ".").replace(")", ".").split(".") if piece)


def _check_parts(solutions: Sequence[Solution], parts: Sequence[str]) -> None:
    known = {part.label for solution in solutions for part in solution.parts}
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise SpecError(Problem(Place("--part"), f"no part is labelled {p!r}", nearest(p, known)) for p in unknown)


def _format(form: Format | None, output: str | None) -> Format:
    if form:
        return form
    if output:
        suffix = Path(output).suffix.lower()
        if suffix not in _SUFFIXES:
            raise SpecError(
                [Problem(Place(output), f"no format ends in {suffix}", "known: .md .json .txt, or --format")]
            )
        return _SUFFIXES[suffix]
    return "terminal" if sys.stdout is not None and sys.stdout.isatty() else "markdown"


def _render(title: str, solutions: Sequence[Solution], view: View, form: Format) -> str:
    if form == "json":
        from solver.render import json

        return json.render(title, solutions, view)
    from solver.render.document import document

    blocks = document(title, solutions, view)
    if form == "markdown":
        from solver.render import markdown

        return markdown.render(blocks)
    if form == "text":
        from solver.render import text

        return text.render(blocks)
    from solver.render import terminal

    return terminal.render(blocks, columns(), color=not os.environ.get("NO_COLOR"))


def columns() -> int:
    """How wide the terminal is."""
    import shutil

    return max(shutil.get_terminal_size((100, 24)).columns, 40)


def _write(text: str, output: str | None) -> None:
    """Writes the whole text, to a file at once or not at all."""
    if output is None:
        click.echo(text, nl=False, color=True)
        return
    from solver.files import whole_file

    with whole_file(output) as stream:
        stream.write(text)


def _fail(error: SpecError) -> None:
    """Prints every problem and ends with status 2."""
    from solver.render.clean import clean

    for problem in error.problems:
        for line in str(problem).splitlines():
            click.echo(clean(line), err=True)
    count = len(error.problems)
    click.echo(f"{count} problem{'' if count == 1 else 's'} found; nothing was solved", err=True)
    sys.exit(2)


@main.command()
@click.argument("name", required=False)
def families(name: str | None) -> None:
    """List the families of questions, or describe one: what it solves, its fields, an example."""
    from solver.describe import describe, overview
    from solver.families import families as known

    if name is None:
        click.echo(overview())
    elif name in known():
        click.echo(describe(name))
    else:
        _fail(SpecError([Problem(Place("families"), f"unknown family {name[:60]!r}", nearest(name, known()))]))
