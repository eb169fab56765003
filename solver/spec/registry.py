"""Finds the families of questions: the files (or folders) of solver/families, each imported when a spec names it.

A family's file holds a docstring (what it solves), `Given` (the fields it reads), `work` (givens to a Working) and
`EXAMPLE` (a question that runs).
"""

import os
from collections.abc import Callable
from functools import lru_cache
from importlib import import_module
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
    inside = os.listdir(os.path.join(os.path.dirname(os.path.dirname(__file__)), "families"))
    return tuple(sorted(os.path.splitext(name)[0] for name in inside if name[0] not in "_."))


def family(name: str) -> Family:
    """The family of this name, which must be one of `families()`."""
    return cast(Family, import_module(f"solver.families.{name}"))
