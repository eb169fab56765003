"""`nnsolve export`: makes what another platform marks a question with."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from solver.cli.console import problems, refused, warn
from solver.cli.progress import Progress

if TYPE_CHECKING:
    from solver.mark.autograder_package import Visibility


@click.command()
@click.argument("platform", type=click.Choice(["gradescope"]))
@click.argument("question", metavar="QUESTION")
@click.option("-o", "--output", metavar="PATH", help="A .zip, or a folder. Default: QUESTION-gradescope.zip.")
@click.option(
    "--visibility",
    type=click.Choice(["visible", "after_due_date", "after_published", "hidden"]),
    default="after_due_date",
    show_default=True,
    help="When students see the marks of each part.",
)
def command(platform: str, question: str, output: str | None, visibility: Visibility) -> None:
    """Export a QUESTION as an autograder package.

    Students hand in answers.csv, which the package has as an empty sheet, or another file of answers.
    """
    with problems("nothing was written"):
        if question == "-":
            raise refused("-", "a package needs the question's file", "name it")
        from solver.mark.autograder_package import package, write_package

        path = Path(output or f"{Path(question).stem}-{platform}.zip")
        with Progress("packing"):
            write_package(package(question, visibility), path)
        warn(f"{path} written: upload it under Configure Autograder")
