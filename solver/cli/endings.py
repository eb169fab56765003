"""The format that a file's ending asks for."""

from __future__ import annotations

from collections.abc import Mapping
from os.path import splitext
from typing import TypeVar

from solver.cli.console import refused

F = TypeVar("F", bound=str)

_SPREADSHEETS = (".xlsx", ".xls", ".ods", ".tsv")
_DOCUMENTS = (".pdf", ".docx", ".doc", ".odt", ".html", ".htm", ".tex", ".rtf", ".typ")


def by_ending(output: str, formats: Mapping[str, F]) -> F:
    """The format of a file to write. formats: by ending, "" for a name without one; raises SpecError for another."""
    stem, ending = splitext(output)
    suffix = ending.lower()
    if suffix in formats:
        return formats[suffix]
    from difflib import get_close_matches

    known = sorted(ending for ending in formats if ending)
    near = get_close_matches(suffix, known, n=1)
    if suffix in _SPREADSHEETS and ".csv" in known:
        hint = f"write {stem}.csv, which spreadsheets open"
    elif suffix in _DOCUMENTS and ".md" in known:
        hint = f"write {stem}.md, which other programs turn into {suffix}"
    elif near:
        hint = f"did you mean {stem}{near[0]}?"
    else:
        hint = f"known here: {', '.join(known)}; or say --format"
    raise refused(output, f"no format ends in {suffix}", hint)
