"""The families of questions, one file each; a file's name is its registration.

A family's file holds a docstring (what it solves), `Given` (the fields it reads), `work` (givens to a Working) and
`EXAMPLE` (a question that runs). It is imported when a spec names it.
"""

from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from typing import Protocol, cast

from solver.fields import Spec
from solver.nodes import Report
from solver.working import Working


class Family(Protocol):
    """What a family's file provides."""

    __doc__: str | None
    Given: type[Spec]
    work: Callable[..., Working]
    EXAMPLE: str


@lru_cache(maxsize=1)
def families() -> tuple[str, ...]:
    """The names of all families, sorted."""
    return tuple(sorted(p.stem for p in Path(__file__).parent.glob("*.py") if not p.stem.startswith("_")))


def family(name: str) -> Family:
    """The family of this name, which must be one of `families()`."""
    return cast(Family, import_module(f"solver.families.{name}"))


__all__ = ["Family", "Report", "families", "family"]
