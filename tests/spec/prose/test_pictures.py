"""Pictures in a prompt: beside the question, small, and what they say they are."""

from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.spec.prose import pictures
from solver.spec.reader import load
from solver.working.passage import Picture
from tests.tables import each

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
SVG = b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 1 1"><rect id="a"/><use href="#a"/></svg>'


def asked(folder: Path, name: str) -> Picture:
    (folder / "q.yaml").write_text(
        f'title: t\nprompt: "![A net]({name})"\nparts: [{{label: a, given: {{family: concept, points: [a]}}}}]\n'
    )
    (block,) = load(folder / "q.yaml").questions[0].prompt.blocks
    assert isinstance(block, Picture)
    return block


@pytest.mark.parametrize(
    ("name", "data", "kind"), [("a.png", PNG, "png"), ("B.JPG", b"\xff\xd8\xff\xe0", "jpeg"), ("a b.svg", SVG, "svg")]
)
def test_pictures(tmp_path: Path, name: str, data: bytes, kind: str) -> None:
    (tmp_path / name).write_bytes(data)
    made = asked(tmp_path, f"<{name}>" if " " in name else name)
    assert (made.alt, made.kind, made.data) == ("A net", kind, data)
    assert made.path == str(tmp_path / name)


@each(
    ("name", "data", "problem"),
    [
        ("a.png", None, "a.png: does not exist"),
        ("a.png", b"GIF89a", "a.png: is no png picture"),
        ("a.gif", b"GIF89a", "'a.gif' is no .png and no .jpg and no .jpeg and no .svg"),
        ("../a.png", None, "'../a.png' leads out of the question's folder"),
        ("/etc/a.png", None, "'/etc/a.png' leads out of the question's folder"),
        ("https://a.org/a.png", None, "https://a.org/a.png: does not exist"),
        ("a.svg", b"<html/>", "a.svg: is no plain drawing: <html> in it"),
        ("a.svg", b"<svg><script>1</script></svg>", "a.svg: is no plain drawing: <script> in it"),
        ("a.svg", b'<svg onload="x"/>', "a.svg: is no plain drawing: <svg> in it"),
        ("a.svg", b'<svg><use href="http://a.b/c#d"/></svg>', "a.svg: is no plain drawing: <use> in it"),
        ("a.svg", b'<!DOCTYPE a [<!ENTITY b "c">]><svg>&b;</svg>', "a.svg: is no plain drawing: it declares entities"),
        ("a.svg", b"<svg>", "a.svg: is no drawing: no element found: line 1, column 5"),
    ],
)  # fmt: skip
def test_what_is_no_picture(tmp_path: Path, name: str, data: bytes | None, problem: str) -> None:
    if data is not None:
        (tmp_path / name).write_bytes(data)
    with pytest.raises(SpecError) as caught:
        asked(tmp_path, name)
    (found,) = caught.value.problems
    assert (found.message, found.place.line, found.place.column) == (problem, 2, 19)


def test_a_large_picture(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "MAX_PICTURE", 10)
    (tmp_path / "a.png").write_bytes(PNG)
    with pytest.raises(SpecError, match="larger than 10 bytes"):
        asked(tmp_path, "a.png")
