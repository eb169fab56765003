"""nnsolve solves neural-network exam questions step by step and shows the working.

import solver
s = solver.solve("problems/q2.yaml")
s["b/u1"].value      # the synaptic input as written
s["b/u1"].lines()    # its lines of working
s.answers            # every answer by name
"""

from solver.errors import SpecError
from solver.solution import Solution, Solved
from solver.solve import solve

__all__ = ["Solution", "Solved", "SpecError", "solve"]
__version__ = "0.1.0"
