"""The one evaluator: goes through named definitions in order and gives each its value from those before it.

What a value is, and how a definition gives one, is the caller's: numbers over any leading axes, numbers as they are
written, intervals, digits as a student typed them. So solving, proving, judging and following a student's own work are
one loop with another rule, as jax interprets one program in many ways.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from typing import TypeVar

D = TypeVar("D")
V = TypeVar("V")


def evaluate(
    program: Iterable[tuple[str, D]],
    env: dict[str, V],
    rule: Callable[[D, Mapping[str, V]], V | None],
    stands: Callable[[str, V], V] | None = None,
) -> dict[str, V]:
    """Adds the value of each definition to `env`, and returns it.

    program: names with what defines them, each using names of `env` and those before it. rule: what a definition
    gives; None leaves its name without a value. stands: what stands for a result from there on, such as the result
    rounded, or what a student wrote instead of it.
    """
    for name, definition in program:
        found = rule(definition, env)
        if found is not None:
            env[name] = found if stands is None else stands(name, found)
    return env
