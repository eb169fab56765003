"""Tables of quick checks: one test goes through all rows and reports each that fails, where one test a row costs more."""

import functools
import inspect
from collections.abc import Callable, Iterable
from typing import Any

import pytest

LONGEST = 200
"""Characters of a row in a report."""


def each(names: str | tuple[str, ...], rows: Iterable[Any]) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """In place of `pytest.mark.parametrize`, which stays for what is heavy, and for what changes its fixtures."""
    own = (names,) if isinstance(names, str) else names
    table = [(row,) if isinstance(names, str) else row for row in rows]

    def decorate(test: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(test)
        def through(**fixtures: Any) -> None:
            failed: list[BaseException] = []
            places = []
            for place, row in enumerate(table):
                try:
                    test(**dict(zip(own, row, strict=True)), **fixtures)
                except (Exception, pytest.fail.Exception) as error:
                    text = ", ".join(map(repr, row))
                    error.add_note(f"row {place}: {text if len(text) <= LONGEST else text[:LONGEST] + '…'}")
                    failed.append(error)
                    places.append(place)
            if failed:
                raise BaseExceptionGroup(f"{len(failed)} of {len(table)} rows fail: {places}", failed)

        signature = inspect.signature(test)
        assert set(own) <= set(signature.parameters), f"{test.__name__} has no place for {own}"
        rest = [parameter for name, parameter in signature.parameters.items() if name not in own]
        through.__signature__ = signature.replace(parameters=rest)
        return through

    return decorate
