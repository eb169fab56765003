"""Gradient clipping: gradients that are too large are cut back before an update uses them.

By value each cell of g is kept within ±c. By norm g keeps its direction, c/max(c, ‖g‖)·g, which is g where ‖g‖ ≤ c and
has the norm c otherwise (Pascanu et al. 2013); the norm is that of all parameters together, or of each alone.
"""

from collections.abc import Sequence
from typing import Annotated, Literal

from solver.formula.walks.shape import SCALAR
from solver.spec.fields import Scalar, Spec
from solver.spec.nodes import Report
from solver.working.page import Working


class Clip(Spec):
    """How gradients are clipped."""

    by: Annotated[
        Literal["value", "norm", "norm of each"],
        "value: each cell within ±at; norm: g is at/max(at, ‖g‖)·g, by the norm of all parameters' gradients together; or of each",
    ]
    at: Annotated[Scalar, "the largest value, or the largest norm"]


def check_clip(clip: Clip | None, report: Report) -> None:
    """Notes a bound that is not above 0."""
    if clip is not None and not float(clip.at.text) > 0:
        report.add(clip.place("at"), f"at is {clip.at.text}, expected more than 0", "the largest value, or norm")


def norm(working: Working, gradients: Sequence[str]) -> str:
    """The norm of all cells of some gradients, as a formula."""
    scalar = [working.shapes[g] == SCALAR for g in gradients]
    if len(gradients) == 1:
        return f"abs({gradients[0]})" if scalar[0] else f"norm({gradients[0]})"
    squares = (f"{g}**2" if one else f"sum({g}**2)" for g, one in zip(gradients, scalar, strict=True))
    return f"sqrt({' + '.join(squares)})"


def clipped(clip: Clip, norm: str) -> str:
    """A clipped gradient, as a formula in g and c. norm: the name of the norm."""
    return "max(-c, min(c, g))" if clip.by == "value" else f"c/max(c, {norm})*g"
