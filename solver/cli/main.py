"""The command nnsolve. A file NAME_command.py beside this one, with a click command `command`, adds `nnsolve NAME`."""

from __future__ import annotations

import errno
from importlib import import_module
from pathlib import Path

import click

from solver import __version__

_ENDING = "_command.py"


class _Commands(click.Group):
    """The commands, each imported when it is called.

    Where standard output cannot be written, that is said, not traced.
    """

    def list_commands(self, ctx: click.Context) -> list[str]:
        return sorted(path.name.removesuffix(_ENDING) for path in Path(__file__).parent.glob(f"*{_ENDING}"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"solver.cli.{cmd_name}_command").command
        found.name = cmd_name
        return found

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
