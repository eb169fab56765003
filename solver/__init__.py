"""nnsolve solves neural-network exam questions step by step and shows the working.

import solver
s = solver.solve("problems/q2.yaml")
s["b/u1"].value      # the synaptic input as written
s["b/u1"].lines()    # its lines of working
s.answers            # every answer by name

Students' answers are marked by `solver.mark.sitting.Sitting` (one student) and `solver.mark.run.run` (a class).
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from solver.api import solve
    from solver.errors import SpecError
    from solver.working.solution import Solution, Solved

__all__ = ["Solution", "Solved", "SpecError", "solve"]
__version__ = "0.1.0"

_HOMES = {"SpecError": "errors", "Solution": "working.solution", "Solved": "working.solution", "solve": "api"}


def __getattr__(name: str) -> Any:
    """The public names, imported when first used: asking for help should not import numpy."""
    if name not in _HOMES:
        raise AttributeError(f"module 'solver' has no attribute {name!r}")
    value = getattr(import_module(f"solver.{_HOMES[name]}"), name)
    globals()[name] = value
    return value
