"""`nnsolve template`: makes the answer sheet of a question."""

from typing import Any

import click

from solver.cli.asked import asked
from solver.cli.terminal import problems, whole


@click.command()
@click.argument("question", metavar="QUESTION")
@click.option("--format", "form", type=click.Choice(["csv", "yaml", "markdown"]), default="csv", show_default=True)
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def command(question: str, form: Any, output: str | None) -> None:
    """Make the answer sheet of a QUESTION: a CSV header, a YAML file to fill in, or markdown to print."""
    with problems("nothing was written"):
        from solver.mark.out.template import template

        sheet, _ = asked(question)
        with whole(output) as stream:
            stream.write(template(sheet, form))
