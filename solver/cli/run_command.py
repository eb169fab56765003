"""`nnsolve run`: solves questions and shows the working."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from solver.cli.console import colors, columns, deliver, encoding, paged, problems, refused, warn
from solver.cli.endings import by_ending
from solver.cli.progress import Progress
from solver.errors import Place, Problem, SpecError, nearest
from solver.files import READING, files_of, registered, whole_file

if TYPE_CHECKING:
    from solver.formula.walks.reduce import Detail
    from solver.render.views.view import Kind, Reader, View
    from solver.rounding import Carry
    from solver.working.question import Paper
    from solver.working.solution import Solution

FORMATS = registered("solver.render", "format_")
KINDS = registered("solver.render.views", "view_")


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "form", type=click.Choice(FORMATS), help="Default: terminal, or markdown in a pipe.")
@click.option("--part", "parts", multiple=True, metavar="LABEL", help="Show only this part; may be repeated.")
@click.option("--carry", type=click.Choice(["rounded", "exact"]), help="What later steps use; overrides the question.")
@click.option("--decimals", type=click.IntRange(0, 12), help="Decimals of every result; overrides the question.")
@click.option("--detail", type=click.Choice(["brief", "normal", "full"]), default="normal", show_default=True)
@click.option("--view", "kind", type=click.Choice(KINDS), default="answer", show_default=True, help="What is shown.")
@click.option("--for", "reader", type=click.Choice(["lecturer", "student"]), default="lecturer", show_default=True)
@click.option("--compare", is_flag=True, help="Add a table of what differs when exact values are carried.")
@click.option("--reconcile", is_flag=True, help="Add what torchinfo, fvcore and others print for a network, and why.")
@click.option("--fragment", is_flag=True, help="LaTeX without its preamble, for \\input.")
@click.option("--step", is_flag=True, help="Reveal the working line by line, on a terminal.")
@click.option("--watch", is_flag=True, help="Show it again whenever a file that it is made of is saved.")
@click.option("--no-pager", is_flag=True, help="Show a page that is longer than the screen without a pager.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def command(
    files: tuple[str, ...],
    form: str | None,
    parts: tuple[str, ...],
    carry: Carry | None,
    decimals: int | None,
    detail: Detail,
    kind: Kind,
    reader: Reader,
    compare: bool,
    reconcile: bool,
    fragment: bool,
    step: bool,
    watch: bool,
    no_pager: bool,
    output: str | None,
) -> None:
    """Solve question FILEs (YAML), an exam, a folder of them, or - for standard input."""
    from solver.render.document import View
    from solver.render.format import Beside, Shown, format_file

    parts = tuple(_label(part) for part in parts)
    view = View(detail, parts, compare, reconcile, kind, reader)

    def solve(bar: Progress) -> tuple[Paper, list[Solution]]:
        paper, solutions = _solve(files, carry, decimals, bar)
        _check_parts(solutions, parts)
        return paper, solutions

    def show() -> None:
        with Progress("reading") as bar:
            paper, solutions = solve(bar)
            bar.stage("writing")
            folder = os.path.dirname(output or "")
            beside = Beside(os.path.splitext(os.path.basename(output))[0]) if output else None
            look = columns(), colors(), encoding(sys.stdout)
            shown = Shown(paper.title, solutions, view, *look, folder, beside, fragment, live=watch, head=paper.head)
            made = shape.page(shown)
        for warning in (warning for solution in solutions for warning in solution.warnings):
            warn(f"warning: {warning}")
        for name, data in (beside.files if beside else {}).items():
            with whole_file(os.path.join(folder, name)) as picture:
                picture.buffer.write(data)
        if not (pager and isinstance(made, str) and paged(made)):
            deliver(made, output, shape.FOR_PROGRAMS)

    with problems("nothing was solved"):
        _check_view(view)
        chosen = _format(form, output)
        shape = format_file(chosen)
        if fragment and not getattr(shape, "FRAGMENTS", False):
            raise refused("--fragment", f"{chosen} has no preamble to leave out", "it goes with latex, exam, typst")
        pager = chosen == "terminal" and output is None and not (no_pager or watch)
        if step:
            from solver.cli.step import check_steps, step_through

            _check_alone("--step", {"--watch": watch, "-o": output, "--format": form not in (None, "terminal")})
            check_steps()
            with Progress("reading") as bar:
                paper, solutions = solve(bar)
            step_through(paper.questions, solutions, view)
        elif watch:
            from solver.cli.watch import watched

            _check_alone("--watch", {"standard input": "-" in files})
            watched(show, output)
        else:
            show()


def _check_alone(option: str, others: Mapping[str, object]) -> None:
    """Raises SpecError where an option is asked for together with others that are set."""
    if any(others.values()):
        raise SpecError(
            Problem(Place(option), f"does not go with {o}", "leave one out") for o, on in others.items() if on
        )


def _solve(
    files: Sequence[str], carry: Carry | None, decimals: int | None, bar: Progress
) -> tuple[Paper, list[Solution]]:
    """The questions of the files as one paper, and their solutions; raises SpecError with the problems of all."""
    from solver.spec.reader import load
    from solver.working.question import Paper
    from solver.working.solve import solve_paper

    papers: list[Paper] = []
    solutions: list[Solution] = []
    found: list[Problem] = []
    for name in _expand(files):
        try:
            bar.stage("reading")
            paper = load(name)
            bar.stage("solving")
            solutions += solve_paper(paper, carry=carry, decimals=decimals, progress=bar.reach)
            papers.append(paper)
        except SpecError as error:
            found.extend(error.problems)
    if found:
        raise SpecError(dict.fromkeys(found))
    together = papers[0] if len(papers) == 1 else Paper("Questions", [q for paper in papers for q in paper.questions])
    return together, solutions


def _expand(files: Sequence[str]) -> list[str]:
    """The files named, a folder giving its YAML files by name."""
    names: list[str] = []
    for file in files:
        if file != "-" and os.path.isdir(file):
            sys.audit(READING, file)
            inside = [str(path) for path in files_of(file) if path.suffix in (".yaml", ".yml")]
            if not inside:
                raise refused(file, "is a folder without YAML files")
            names += inside
        else:
            names.append(file)
    return names


def _label(part: str) -> str:
    """A part's label as it is printed, (a)(ii), or as it is written, a.ii."""
    return ".".join(piece for piece in part.replace("(", ".").replace(")", ".").split(".") if piece)


def _check_view(view: View) -> None:
    """Raises SpecError where a table is asked for that the view does not have."""
    if view.kind == "answer" and view.lecturer:
        return
    found = f"--view {view.kind}" if view.kind != "answer" else f"--for {view.reader}"
    asked = {"--compare": view.compare, "--reconcile": view.reconcile}
    misplaced = [Problem(Place(o), f"stands in the lecturer's answer, found {found}") for o, on in asked.items() if on]
    if misplaced:
        raise SpecError(misplaced)


def _check_parts(solutions: Sequence[Solution], parts: Sequence[str]) -> None:
    known = {part.label for solution in solutions for part in solution.parts}
    unknown = [part for part in parts if part not in known]
    if unknown:
        raise SpecError(Problem(Place("--part"), f"no part is labelled {p!r}", nearest(p, known)) for p in unknown)


def _format(form: str | None, output: str | None) -> str:
    from solver.render.format import endings

    if form:
        return form
    if output:
        return by_ending(output, endings())
    return "terminal" if sys.stdout.isatty() else "markdown"
