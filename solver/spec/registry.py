"""Finds the families of questions: the files (or folders) of solver/families, each imported when a spec names it.

A family's file holds a docstring (what it solves), `Given` (the fields it reads), `work` (givens to a Working) and
`EXAMPLE` (a question that runs).
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from solver.spec.fields import Spec
from solver.working.page import Working


class Family(Protocol):
    """What a family's file provides."""

    __doc__: str | None
    Given: type[Spec]
    work: Callable[..., Working]
    EXAMPLE: str


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The names of all families, sorted."""
    inside = (Path(__file__).parents[1] / "families").iterdir()
    return tuple(sorted(p.stem for p in inside if (p.suffix == ".py" or p.is_dir()) and not p.stem.startswith("_")))


def family(name: str) -> Family:
    """The family of this name, which must be one of `families()`."""
    return cast(Family, import_module(f"solver.families.{name}"))
