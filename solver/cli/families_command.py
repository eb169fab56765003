"""`nnsolve families`: what can be solved, with fields and examples."""

import sys

import click

from solver.cli.console import columns, problems, refused, say
from solver.errors import nearest


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the families of questions, or describe one: what it solves, its fields, an example."""
    from solver.cli.describe import describe, overview
    from solver.spec.registry import families as known

    width = columns() if sys.stdout.isatty() else None  # a program that reads the lines wants them whole
    if name is None:
        say(overview(width))
    elif name in known():
        say(describe(name, width))
    else:
        with problems("nothing was described"):
            raise refused("families", f"unknown family {name[:60]!r}", nearest(name, known()))
