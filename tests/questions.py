"""The questions of the suite, by name: examples, problems and cases, each loaded, solved and asked once a process."""

from functools import cache

from solver.mark.asked import Asked, asked
from solver.spec.reader import load, load_text
from solver.spec.registry import families, family
from solver.working.question import Paper
from solver.working.solution import Solution
from solver.working.solve import solve_paper
from tests.places import CASES, PROBLEMS

EXAMPLES = [f"example of {name}" for name in families()]
FILES = {path.stem: path for path in sorted([*PROBLEMS.rglob("*.yaml"), *CASES.glob("*.yaml")])}
EXAM = "exam"
"""The one file that repeats the questions of others."""
PROBLEM_NAMES = [name for name, path in FILES.items() if path.parent == PROBLEMS and name != EXAM]
NAMES = [*EXAMPLES, *PROBLEM_NAMES]
"""Those that are marked."""
FEW = [*EXAMPLES, "q2"]
"""One of each family, and one with everything."""


@cache
def paper(name: str) -> Paper:
    """As it was written."""
    return load(FILES[name]) if name in FILES else load_text(family(name.removeprefix("example of ")).EXAMPLE)


@cache
def solutions(name: str) -> list[Solution]:
    """Of each of its questions."""
    return solve_paper(paper(name))


@cache
def asked_of(name: str) -> Asked:
    """Its first question, as it is put to students."""
    return asked(paper(name).questions[0])
