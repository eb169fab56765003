"""Where a student's feedback stands: a flat file, or the folder that Moodle takes it from.

Moodle's "Upload multiple feedback files in a zip" finds a student by the folder `NAME_NUMBER_assignsubmission_file_`, with
the participant's number of its grading worksheet; submissions downloaded from Moodle are called so already.
"""

from __future__ import annotations

import csv
import hashlib
import re
from collections.abc import Mapping

from solver.errors import Place, Problem, SpecError
from solver.mark.read.chunks import text_lines

MOODLE = "_assignsubmission_file_"
PAGE = "feedback.md"

_SUBMITTED = re.compile(r"(.+)_(\d{1,12})_assignsubmission_(?:file|onlinetext)_.*", re.ASCII | re.DOTALL)
_NUMBER = re.compile(r"\D*(\d{1,12})", re.ASCII)
_UNSAFE = re.compile(r'[\x00-\x1f\x7f/\\:*?"<>|_]+')


def feedback_file(student: str, participants: Mapping[str, str] | None = None) -> str:
    """The file of a student, relative to the folder of all. participants: Moodle's folders, by all they are known by."""
    known = (participants or {}).get(student.strip().casefold())
    if known is not None:
        return f"{known}/{PAGE}"
    submitted = _SUBMITTED.fullmatch(student)
    if submitted:
        return f"{_folder(*submitted.groups())}/{PAGE}"
    return f"{file_stem(student)}.md"


def participants_in(file: str) -> dict[str, str]:
    """Moodle's folders from its grading worksheet, by name, address, ID number and the participant's own number.

    What two participants share finds neither. Raises SpecError where the file is no worksheet.
    """
    lines = list(text_lines(file))
    reader = csv.reader(lines, delimiter=max(",;\t", key=(lines or [""])[0].count))
    try:
        head = [name.strip().lstrip("\ufeff").casefold() for name in next(reader, [])]
        if "identifier" not in head:
            message = f"found the columns {', '.join(head[:4])[:80]!r}, expected Identifier and Full name"
            hint = "in Moodle: the assignment, View all submissions, Download grading worksheet"
            raise SpecError([Problem(Place(file, 1), message, hint)])
        found: dict[str, str] = {}
        shared = set()
        for row in reader:
            cells = dict(zip(head, (cell.strip() for cell in row), strict=False))
            number = _NUMBER.fullmatch(cells.get("identifier", ""))
            if number is None:
                continue
            folder = _folder(cells.get("full name") or "Participant", number[1])
            for name in {cells.get(key, "").casefold() for key in _KNOWN_BY} - {""}:
                if found.setdefault(name, folder) != folder:
                    shared.add(name)
    except csv.Error as error:
        raise SpecError([Problem(Place(file, reader.line_num), f"is not CSV: {error}")]) from None
    return {name: folder for name, folder in found.items() if name not in shared}


_KNOWN_BY = ("identifier", "full name", "email address", "id number", "username")


def _folder(name: str, number: str) -> str:
    """Moodle's name of a participant's folder, safe on every system."""
    plain = _UNSAFE.sub("-", name).strip(" .-")[:80] or "Participant"
    return f"{plain}_{number}{MOODLE}"


def file_stem(student: str) -> str:
    """A file name for a student, safe on every system: letters, digits, `-` and `_`.

    A name that is not one already gets a short hash behind what is left of it, so that no two students share a file.
    """
    stem = re.sub(r"[^a-z0-9_-]+", "-", student.lower()).strip("-_")[:40]
    plain = stem == student and not _RESERVED.fullmatch(stem) and not _HASHED.search(stem)
    return (
        stem
        if plain and stem
        else f"{stem or 'student'}-{hashlib.sha256(student.encode(errors='replace')).hexdigest()[:12]}"
    )


_RESERVED = re.compile(r"con|prn|aux|nul|com\d|lpt\d")
_HASHED = re.compile(r"-[0-9a-f]{12}$")
