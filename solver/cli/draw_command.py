"""`nnsolve draw`: the figure of a question as a picture."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solver.cli.console import problems, refused, say, whole
from solver.cli.endings import by_ending
from solver.cli.progress import Progress

if TYPE_CHECKING:
    from solver.render.figures.paint import ImageKind
    from solver.working.solution import Drawn, Solution

_KINDS: dict[str, ImageKind] = {".svg": "svg", ".tikz": "tikz", ".png": "png", ".pdf": "pdf"}


@click.command()
@click.argument("file", metavar="FILE")
@click.option(
    "--figure", "word", metavar="WORD", help="What to draw, such as network. Default: what the question names."
)
@click.option("--part", metavar="LABEL", help="Of this part.")
@click.option("--view", type=click.Choice(["question", "answer"]), default="answer", show_default=True)
@click.option(
    "-o", "--output", metavar="FILE", help="An .svg, .png, .pdf or, for LaTeX, .tikz. Default: SVG on standard output."
)
def command(file: str, word: str | None, part: str | None, view: str, output: str | None) -> None:
    """Draw the figure of a question FILE: a network, a graph, a curve; .png and .pdf need `pip install 'nnsolve[pdf]'`.

    In a question what is given stands in the figure, and letters for what is asked; in an answer its numbers.
    """
    with problems("nothing was drawn"):
        kind = by_ending(output, _KINDS) if output else "svg"
        from solver.render.figures.draw import scene_of
        from solver.render.figures.paint import painted
        from solver.spec.reader import load
        from solver.working.solve import solve_paper

        with Progress("drawing"):
            drawn = _chosen(solve_paper(load(file)), file, word, part)
            picture = painted(scene_of(drawn, view == "answer"), kind)
        if output is None:
            say(picture.decode())
            return
        with whole(output) as stream:
            stream.buffer.write(picture)


def _chosen(solutions: list[Solution], file: str, word: str | None, part: str | None) -> Drawn:
    """The figure asked for: one that the question names, or else the first that its family can draw."""
    from solver.working.solution import Drawn

    parts = [p for solution in solutions for p in solution.parts if part in (None, p.label)]
    if not parts:
        raise refused("--part", f"no part is labelled {part!r}")
    figures = (
        [p.figure for p in parts] if part else [f for s in solutions for f in (s.figure, *(p.figure for p in s.parts))]
    )
    named = [figure for figure in figures if figure is not None]
    contexts = dict.fromkeys([figure.context for figure in named] + [p.context for p in parts if p.context is not None])
    able = [Drawn(known, context) for context in contexts for known in context.working.figures]
    for figure in (*named, *able):
        if word in (None, figure.word):
            return figure
    undrawn = {known: why for context in contexts for known, why in context.working.undrawn.items()}
    if undrawn and (word in undrawn or not able):
        raise refused(file, undrawn.get(word or "") or next(iter(undrawn.values())))
    if not able:
        raise refused(file, "nothing can be drawn of this question")
    known = ", ".join(dict.fromkeys(figure.word for figure in able))
    raise refused("--figure", f"unknown figure {(word or '')[:60]!r}", f"what can be drawn here: {known}")
