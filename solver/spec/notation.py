"""The `notation:` block of a question or an exam: how its formulas are written.

notation:
  sigmoid: sigmoid      # or σ
  log: log              # or ln
  transpose: ⊤          # or T
  gradient: ∂           # or ∇
  names: z/a            # of synaptic inputs and activations, or u/h
  products: dots        # or plain: 2βW
  vectors: row          # or column
"""

from typing import Annotated, Literal

from solver.formula.usage import USUAL, Usage
from solver.spec.fields import Spec, read
from solver.spec.nodes import Node, Report


class NotationBlock(Spec):
    """What it may say; an exam's holds for its questions where they say nothing."""

    sigmoid: Annotated[Literal["σ", "sigmoid"] | None, "the logistic function's name"] = None
    log: Annotated[Literal["ln", "log"] | None, "the natural logarithm's name"] = None
    transpose: Annotated[Literal["T", "⊤"] | None, "the sign of a transpose"] = None
    gradient: Annotated[Literal["∇", "∂"] | None, "a gradient as ∇ with its variable below, or as a fraction of ∂"] = (
        None
    )
    names: Annotated[Literal["u/h", "z/a"] | None, "of synaptic inputs and activations"] = None
    products: Annotated[Literal["plain", "dots"] | None, "whether a dot stands between factors"] = None
    vectors: Annotated[Literal["column", "row"] | None, "how vectors stand"] = None


def read_usage(node: Node | None, report: Report, otherwise: Usage = USUAL) -> Usage:
    """What a block says, and `otherwise` where it says nothing; problems go to the report."""
    if node is None:
        return otherwise
    given = read(NotationBlock, node, report)
    if given is None:
        return otherwise
    return otherwise._replace(**{name: said for name in Usage._fields if (said := getattr(given, name)) is not None})
