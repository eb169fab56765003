"""How what is solved shows itself in a notebook: formats stand on a floor above, and say here how when they are used."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal, TypeAlias

NotebookForm: TypeAlias = Literal["html", "latex", "markdown"]

_shows: list[Callable[[object, NotebookForm], str]] = []


def shows(how: Callable[[object, NotebookForm], str]) -> None:
    """Says how a solution, a part or a step is shown."""
    _shows[:] = [how]


class Notebook:
    """What a notebook shows of itself; nothing but its name where nobody has said how."""

    def __repr__(self) -> str:
        """The same in every run, so that a notebook that is run again stays as it was."""
        return f"<{type(self).__name__}>"

    def _repr_html_(self) -> str | None:
        return self._shown("html")

    def _repr_latex_(self) -> str | None:
        return self._shown("latex")

    def _repr_markdown_(self) -> str | None:
        return self._shown("markdown")

    def _shown(self, form: NotebookForm) -> str | None:
        return _shows[0](self, form) if _shows else None
