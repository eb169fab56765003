"""A document for word processors, with equations that can be edited and headings in styles; written by python-docx."""

from __future__ import annotations

from datetime import datetime
from importlib.util import find_spec
from io import BytesIO
from typing import TYPE_CHECKING
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from solver.errors import Place, Problem, SpecError
from solver.render.clean import clean
from solver.spec.prose.passages import unmarked

if TYPE_CHECKING:
    from docx.document import Document

    from solver.render.format import Shown

ENDINGS = (".docx",)
FOR_PROGRAMS = False

_NAMES = {
    "w": "http://schemas.openxmlformats.org/wordprocessingml/2006/main",
    "m": "http://schemas.openxmlformats.org/officeDocument/2006/math",
    "r": "http://schemas.openxmlformats.org/officeDocument/2006/relationships",
}
SPACES = " ".join(f'xmlns:{name}="{address}"' for name, address in _NAMES.items())
"""What the prefixes of a document's body stand for."""
_FONT = "Cambria"
_SIZES = {1: 18, 2: 14, 3: 12, 4: 11}
_WHEN = datetime(2000, 1, 1)
"""The date of each file, so that the same question gives the same bytes."""


def page(shown: Shown) -> bytes:
    """The solutions; raises SpecError where python-docx is not installed, or a picture cannot be read."""
    if find_spec("docx") is None:
        said = "python-docx, which writes the file, is not installed"
        raise SpecError([Problem(Place("--format docx"), said, "pip install 'nnsolve[docx]'")])
    from docx import Document

    from solver.render.docx.page_docx import DocxPage

    document = Document()
    _prepare(document, unmarked(shown.title))
    body = DocxPage(document).body(shown.blocks())
    made = BytesIO()
    document.save(made)
    return _filled(made, body)


def _prepare(document: Document, title: str) -> None:
    """The page, its fonts and its foot."""
    from docx.oxml import parse_xml
    from docx.shared import Cm, Pt, RGBColor

    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = section.top_margin = section.bottom_margin = Cm(2)
    for name, size in (("Normal", 11), *((f"Heading {level}", size) for level, size in _SIZES.items())):
        font = document.styles[name].font
        font.size, font.color.rgb, font.italic = Pt(size), RGBColor(0, 0, 0), False
        font.name = _FONT
        fonts = font.element.rPr.rFonts
        for key in [key for key in fonts.attrib if key.endswith("Theme")]:
            del fonts.attrib[key]
    document.styles["Normal"].paragraph_format.space_after = Pt(6)
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    for k, field in enumerate(("PAGE", "NUMPAGES")):
        if k:
            foot.add_run(" / ")
        word = f'<w:fldSimple xmlns:w="{_NAMES["w"]}" w:instr="{field}"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
        foot._p.append(parse_xml(word))
    about = document.core_properties
    about.title, about.author, about.comments = clean(title)[:255], "", ""
    about.created = about.modified = _WHEN


def _filled(file: BytesIO, body: str) -> bytes:
    """The same file, of which every part has one date, with a body before what says how its pages look.

    As text: a tree of a long document takes seconds, and half a gigabyte.
    """
    made = BytesIO()
    with ZipFile(file) as old, ZipFile(made, "w") as new:
        for name in old.namelist():
            part, data = ZipInfo(name, _WHEN.timetuple()[:6]), old.read(name)
            part.compress_type, part.create_system = ZIP_DEFLATED, 0
            if name == "word/document.xml":
                data = data.replace(b"<w:body>", f"<w:body {SPACES}>{body}".encode(), 1)
            new.writestr(part, data)
    return made.getvalue()
