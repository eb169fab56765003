"""`nnsolve new`: writes a question to start from."""

from __future__ import annotations

import click

from solver.cli.console import problems, refused, whole
from solver.cli.progress import Progress


@click.command()
@click.option("--from", "model", required=True, metavar="MODEL.onnx", help="The model whose layers are to be counted.")
@click.option("-o", "--output", type=click.Path(dir_okay=False), metavar="FILE", help="Write here instead.")
def command(model: str, output: str | None) -> None:
    """Write a question (YAML) about what a model costs, from an ONNX file: its layers, for the family count."""
    with problems("nothing was written"):
        if not model.lower().endswith(".onnx"):
            raise refused(model, "is no .onnx file", "torch.onnx.export and tf2onnx write one")
        from solver.author.from_onnx import question

        with Progress("reading"):
            text = question(model)
        with whole(output) as stream:
            stream.write(text)
