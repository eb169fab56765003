"""Commands: arguments in, text and exit code out; nothing else."""

import click


@click.group()
def main() -> None:
    """Solves neural-network exam questions step by step."""
