"""The command nnsolve. A file NAME_command.py beside this one, with a click command `command`, adds `nnsolve NAME`."""

from __future__ import annotations

from importlib import import_module
from typing import Any

import click

from solver import __version__
from solver.cli.streams import standard_streams
from solver.files import registered


class _Commands(click.Group):
    """The commands, each imported when it is called."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(registered("solver.cli", end="_command"))

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in self.list_commands(ctx):
            return None
        found: click.Command = import_module(f"solver.cli.{cmd_name}_command").command
        found.name = cmd_name
        found.short_help = (found.help or "").split("\n\n")[0]  # whole: click would cut it after 45 letters
        return found

    def main(self, *args: Any, **extra: Any) -> Any:
        with standard_streams():
            return super().main(*args, **extra)


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="nnsolve")
def main() -> None:
    """Solves neural-network exam questions step by step: the formula, the numbers, the marks."""
