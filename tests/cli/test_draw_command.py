"""`nnsolve draw`, and figures beside a page."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from solver.cli.main import main
from tests.places import PROBLEMS
from tests.tables import each

Q2 = str(PROBLEMS / "q2.yaml")


def run(*args: str) -> Result:
    return CliRunner().invoke(main, args)


@pytest.mark.parametrize(
    ("ending", "start"), [("svg", b"<?xml"), ("tikz", b"\\begin{tikzpicture}"), ("png", b"\x89PNG"), ("pdf", b"%PDF")]
)
def test_writes_a_picture(tmp_path: Path, ending: str, start: bytes) -> None:
    path = tmp_path / f"net.{ending}"
    assert run("draw", Q2, "-o", str(path)).exit_code == 0
    assert path.read_bytes().startswith(start)
    assert [file.name for file in tmp_path.iterdir()] == [path.name]


def test_writes_svg_to_standard_output() -> None:
    made = run("draw", str(PROBLEMS / "training.yaml"), "--figure", "loss", "--view", "question")
    assert made.exit_code == 0
    assert "<svg" in made.stdout
    assert "Axes for the curve of J" in made.stdout


@each(
    ("args", "message"),
    [
        ([Q2, "--figure", "nework"], "what can be drawn here: network"),
        ([Q2, "--part", "z"], "no part is labelled 'z'"),
        ([Q2, "-o", "net.gif"], "no format ends in .gif"),
        ([str(PROBLEMS / "q1.yaml")], "nothing can be drawn of this question"),
        (["missing.yaml"], "does not exist"),
    ],
)
def test_refusals(args: list[str], message: str) -> None:
    made = run("draw", *args)
    assert made.exit_code == 2
    assert message in made.stderr
    assert made.stdout == ""


SPEC = """title: Two figures
figure: network
given: {family: mlp, x: [1], d: 1, layers: [{W: [[0.5]], b: 0, activation: sigmoid}], loss: cross-entropy, train: {rate: 1}}
parts:
  - {label: a, find: output}
  - {label: b, figure: loss, find: loss_after}
  - {label: c, figure: network, with: {x: [2]}, find: output}
"""


def test_figures_stand_beside_a_page(tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(SPEC)
    page = tmp_path / "out.md"
    assert run("run", str(tmp_path / "q.yaml"), "-o", str(page)).exit_code == 0
    named = re.findall(r"!\[([^\]]+)\]\(<([^>]+)>\)", page.read_text())
    assert [name for _, name in named] == ["out-network.svg", "out-loss.svg", "out-network-2.svg"]
    assert all((tmp_path / name).read_bytes().startswith(b"<?xml") for _, name in named)
    assert named[0][0].startswith("A feedforward network: 1 input, then 1 sigmoid neuron")


@pytest.mark.parametrize("form", ["markdown", "text", "terminal"])
def test_a_page_alone_says_what_is_drawn(tmp_path: Path, form: str) -> None:
    (tmp_path / "q.yaml").write_text(SPEC)
    made = run("run", str(tmp_path / "q.yaml"), "--format", form)
    assert made.exit_code == 0
    assert made.stdout.count("A feedforward network") == 2


def test_a_page_of_html_holds_its_figures(tmp_path: Path) -> None:
    (tmp_path / "q.yaml").write_text(SPEC)
    made = run("run", str(tmp_path / "q.yaml"), "--format", "html")
    assert made.exit_code == 0
    assert (
        len(re.findall('<img src="data:image/svg[+]xml;base64,[^"]+" alt="(?:A feedforward|The curve)', made.stdout))
        == 3
    )
