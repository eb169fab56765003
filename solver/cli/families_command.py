"""`nnsolve families`: what can be solved, with fields and examples."""

import click

from solver.cli.terminal import problems, refused
from solver.errors import nearest


@click.command()
@click.argument("name", required=False)
def command(name: str | None) -> None:
    """List the families of questions, or describe one: what it solves, its fields, an example."""
    from solver.cli.describe import describe, overview
    from solver.spec.registry import families as known

    if name is None:
        click.echo(overview())
    elif name in known():
        click.echo(describe(name))
    else:
        with problems("nothing was described"):
            raise refused("families", f"unknown family {name[:60]!r}", nearest(name, known()))
