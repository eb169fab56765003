"""`nnsolve template`: makes the answer sheet of a question."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from solver.cli.console import problems, whole
from solver.cli.endings import by_ending
from solver.cli.progress import Progress

if TYPE_CHECKING:
    from solver.mark.out.template import TemplateFormat

_ENDINGS: dict[str, TemplateFormat] = {"": "csv", ".csv": "csv", ".yaml": "yaml", ".yml": "yaml", ".md": "markdown"}


@click.command()
@click.argument("question", metavar="QUESTION")
@click.option("--format", "form", type=click.Choice(["csv", "yaml", "markdown"]), help="Default: by FILE, or csv.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def command(question: str, form: TemplateFormat | None, output: str | None) -> None:
    """Make the answer sheet of a QUESTION: a CSV header, a YAML file to fill in, or markdown to print."""
    with problems("nothing was written"):
        from solver.mark.asked import asked_in
        from solver.mark.out.template import template

        form = form or by_ending(output or "", _ENDINGS)
        with Progress("solving"):
            text = template(asked_in(question).sheet, form)
        with whole(output) as stream:
            stream.write(text)
