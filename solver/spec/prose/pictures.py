"""Pictures beside a question: png, jpeg or svg, checked by what is in them, never fetched from anywhere."""

from __future__ import annotations

from typing import Literal
from xml.parsers import expat

from solver.errors import Place
from solver.spec.attached import AttachedError, bytes_beside
from solver.spec.nodes import Report
from solver.working.passage import Picture

MAX_PICTURE = 5_000_000

_HINT = "a picture is a .png, .jpg or .svg file beside the question or below it"
_KINDS: dict[str, Literal["png", "jpeg", "svg"]] = {".png": "png", ".jpg": "jpeg", ".jpeg": "jpeg", ".svg": "svg"}
_STARTS = {"png": b"\x89PNG\r\n\x1a\n", "jpeg": b"\xff\xd8\xff"}
_ACTIVE = frozenset({"script", "foreignObject", "iframe", "image", "animate", "set", "a"})


def picture(name: str, alt: str, place: Place, report: Report) -> Picture | None:
    """The picture in a file; None, and a problem in the report, where it is none."""
    try:
        path, data = bytes_beside(place.file, name, tuple(_KINDS), report, MAX_PICTURE)
        kind = _KINDS["." + path.rpartition(".")[2].lower()]
        if kind == "svg":
            _check_drawing(data, name[:80])
        elif not data.startswith(_STARTS[kind]):
            raise AttachedError(f"{name[:80]}: is no {kind} picture")
    except AttachedError as error:
        report.add(place, str(error), _HINT)
        return None
    return Picture(alt, path, kind, data)


def _check_drawing(data: bytes, name: str) -> None:
    """A drawing alone: no script, no entity, nothing that leads elsewhere."""
    seen: list[str] = []

    def element(tag: str, attributes: dict[str, str]) -> None:
        word = tag.rpartition(":")[2]
        leads = any(
            key.lower().startswith("on") or (key.rpartition(":")[2] == "href" and not value.startswith("#"))
            for key, value in attributes.items()
        )
        if (not seen and word != "svg") or word in _ACTIVE or leads:
            raise AttachedError(f"{name}: is no plain drawing: <{word[:40]}> in it")
        seen.append(word)

    def entity(*declared: object) -> None:
        raise AttachedError(f"{name}: is no plain drawing: it declares entities")

    parser = expat.ParserCreate()
    parser.StartElementHandler = element
    parser.EntityDeclHandler = entity
    try:
        parser.Parse(data, True)
    except expat.ExpatError as error:
        raise AttachedError(f"{name}: is no drawing: {error}") from None
