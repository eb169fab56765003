"""The command as its users meet it: formats, options, and errors that end with status 2."""

import json
import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from solver.cli.main import main
from tests.places import ROOT
from tests.tables import each

Q2 = str(ROOT / "problems" / "q2.yaml")

BAD = """title: Bad
given:
  family: mlp
  x: [1.0, oops]
  layerss: []
  layers:
    - {W: [[1.0, 2.0], [3.0]], activation: tahn}
parts:
  - {label: a}
  - {label: a}
"""


def run(*args: str, text: str | None = None) -> Result:
    return CliRunner().invoke(main, ["run", *args], input=text)


def test_markdown_is_the_default_in_a_pipe() -> None:
    result = run(Q2)
    assert result.exit_code == 0
    assert result.output.startswith("# Question 2 — 25 marks\n")
    assert result.output.count("\n$$\n") % 2 == 0
    assert "\x1b" not in result.output


@pytest.mark.parametrize("unwanted", ["", "1"])
def test_no_color_is_respected(unwanted: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("NO_COLOR", unwanted)
    assert ("\x1b" not in run(Q2, "--format", "terminal").output) == bool(unwanted)


def test_json_of_several_files_and_of_an_exam() -> None:
    several = json.loads(run(Q2, Q2, "--format", "json").output)
    assert [q["title"] for q in several["questions"]] == ["Question 2", "Question 2"]
    exam = json.loads(run(str(ROOT / "problems" / "exam.yaml"), "--format", "json").output)
    assert [q["title"] for q in exam["questions"]] == [f"Question {k}" for k in (1, 2, 3, 4)]


def test_a_folder_is_its_files(tmp_path: Path) -> None:
    for name in ("q2", "q1"):
        (tmp_path / f"{name}.yaml").symlink_to(ROOT / "problems" / f"{name}.yaml")
    result = run(str(tmp_path), "--format", "json")
    assert result.exit_code == 0
    assert [q["title"] for q in json.loads(result.output)["questions"]] == ["Question 1", "Question 2"]


def test_standard_input() -> None:
    result = run("-", "--format", "json", text=Path(Q2).read_text(encoding="utf-8"))
    assert json.loads(result.output)["answers"]["c/J"] == 1.66


def test_part_shows_only_that_part_with_what_it_starts_from() -> None:
    result = run(Q2, "--part", "c", "--format", "text")
    assert "(c)" in result.output
    assert "(b) ·" not in result.output
    assert "From part (b)" in result.output
    both = run(Q2, "--part", "c", "--part", "d", "--format", "json")
    assert [p["label"] for p in json.loads(both.output)["parts"]] == ["c", "d"]


def test_a_part_holds_its_inner_parts() -> None:
    result = run(str(ROOT / "problems" / "q3.yaml"), "--part", "a", "--format", "json")
    assert [p["label"] for p in json.loads(result.output)["parts"]] == ["a", "a.i", "a.ii"]


@each(
    ("options", "key", "value"),
    [
        (["--carry", "exact"], "c/J", 1.68),
        (["--decimals", "4"], "c/J", 1.6793),
        (["--decimals", "1"], "b/u2", [[2.6], [7.2]]),
    ],
)
def test_overrides(options: list[str], key: str, value: object) -> None:
    assert json.loads(run(Q2, "--format", "json", *options).output)["answers"][key] == value


def test_detail() -> None:
    lengths = [len(run(Q2, "--detail", d).output) for d in ("brief", "normal", "full")]
    assert lengths == sorted(lengths)
    assert lengths[0] < lengths[2]


def test_compare_lists_the_eight_that_differ() -> None:
    table = [line for line in run(Q2, "--compare").output.splitlines() if line.startswith("| (")]
    assert len(table) == 8
    assert r"$`1.66`$ | $`1.68`$" in "\n".join(table)


def test_compare_says_so_where_nothing_differs() -> None:
    assert "prints the same" in run(str(ROOT / "problems" / "q1.yaml"), "--compare").output


@pytest.mark.parametrize(("name", "start"), [("q.md", "# Q"), ("q.json", "{"), ("q.txt", "Question 2"), ("q", "# Q")])
def test_output_file_by_its_ending(tmp_path: Path, name: str, start: str) -> None:
    target = tmp_path / name
    assert run(Q2, "-o", str(target)).exit_code == 0
    assert target.read_text(encoding="utf-8").startswith(start)
    assert {p.name for p in tmp_path.iterdir()} <= {name, "q-network.svg"}


def test_a_part_by_its_printed_label() -> None:
    for label in ("a.ii", "(a)(ii)", "a(ii)"):
        result = run(str(ROOT / "problems" / "q3.yaml"), "--part", label, "--format", "json")
        assert [p["label"] for p in json.loads(result.output)["parts"]] == ["a", "a.ii"]


def test_titles_in_json_have_no_braces() -> None:
    made = json.loads(run(Q2, "--format", "json").output)
    titles = [step["title"] for part in made["parts"] for step in part["steps"]]
    assert "Synaptic input to h₁" in titles
    assert not any("{" in title for title in titles)


def test_output_that_cannot_be_written(tmp_path: Path) -> None:
    result = run(Q2, "-o", str(tmp_path / "missing" / "q.md"))
    assert result.exit_code == 2
    assert "cannot be written" in result.output


def test_every_problem_is_named_at_once_with_its_place(tmp_path: Path) -> None:
    path = tmp_path / "bad.yaml"
    path.write_text(BAD, encoding="utf-8")
    result = run(str(path))
    assert result.exit_code == 2
    for place, word in [
        ("4:12", "'oops'"),
        ("5:3", "did you mean 'layers'"),
        ("7:24", "rows of 2 and 1"),
        ("7:44", "'tanh'"),
        ("10:13", "twice"),
    ]:
        assert f"{path}:{place}: " in result.output, result.output
        assert word in result.output
    assert "5 problems found" in result.output
    assert "Traceback" not in result.output


def test_problems_of_several_files_are_all_named(tmp_path: Path) -> None:
    result = run(str(tmp_path / "one.yaml"), str(tmp_path / "two.yaml"))
    assert result.exit_code == 2
    assert result.output.count("does not exist") == 2


@each("args", [["--part", "z"], ["--format", "wordperfect"], ["--decimals", "99"], ["--carry", "maybe"]])
def test_wrong_options(args: list[str]) -> None:
    result = run(Q2, *args)
    assert result.exit_code == 2
    assert "Traceback" not in result.output


def test_an_empty_folder(tmp_path: Path) -> None:
    result = run(str(tmp_path))
    assert result.exit_code == 2
    assert "without YAML" in result.output


@each(
    ("formula", "carry", "words"),
    [
        ("y = log(a - a)", "rounded", "a/y: log(0) has no value"),
        ("y = a/(a - a)", "rounded", "a/y: a division by 0"),
        ("y = (a - a)/(a - a)", "exact", "a/y: 0/0"),
        ("y = exp(a**9)", "exact", "a/y: exp("),
        ("y = log(1 - a/3.001)", "rounded", "log(0)"),
    ],
)
def test_arithmetic_without_a_value_is_reported_at_its_step(formula: str, carry: str, words: str) -> None:
    spec = f"""title: T
carry: {carry}
given:
  family: formula
  quantities: {{a: 3}}
  formulas: ["r = a/3.001", "{formula.replace("a/3.001", "r") if "r" not in formula else formula}"]
parts:
  - {{label: a, find: y}}
"""
    result = run("-", text=spec)
    assert result.exit_code == 2, result.output
    assert words in result.output
    assert "standard input:8:5" in result.output


def test_hostile_words_reach_no_output_unescaped() -> None:
    spec = 'title: "x\\e[31m<script>alert(1)</script>"\nparts:\n  - {label: a, prompt: "[red]\\\\input{x}$\\u202e", given: {family: concept, points: ["<img src=x onerror=y>"]}}\n'
    for form in ("markdown", "text", "json", "terminal"):
        result = CliRunner().invoke(main, ["run", "-", "--format", form], input=spec, env={"NO_COLOR": "1"})
        assert result.exit_code == 0, result.output
        assert "\x1b" not in result.output
        if form == "markdown":
            assert "<script" not in result.output.replace("\\<", "")
            assert "<img" not in result.output.replace("\\<", "")
        if form != "json":
            assert "\u202e" not in result.output


@each("args", [["--help"], ["run", "--help"], ["families", "--help"], ["--version"]])
def test_help(args: list[str]) -> None:
    assert CliRunner().invoke(main, args).exit_code == 0


def test_an_unreadable_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "secret.yaml"
    path.write_text("title: x", encoding="utf-8")
    path.chmod(0)

    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    if os.access(path, os.R_OK):  # root may read what others may not
        monkeypatch.setattr("builtins.open", refuse)
    result = run(str(path))
    path.chmod(stat.S_IRUSR | stat.S_IWUSR)
    assert result.exit_code == 2
    assert "Permission denied" in result.output


def test_a_closed_standard_input() -> None:
    done = subprocess.run(f"{sys.executable} -m solver run - <&-", shell=True, stderr=subprocess.PIPE, text=True)
    assert "Traceback" not in done.stderr
    assert done.returncode == 2


def test_a_loss_that_learns_from_nothing() -> None:
    spec = (
        "title: t\ngiven: {family: optimizer, quantities: {x: 10}, loss: 2, parameters: x, optimizer: sgd, rate: 0.2,"
        " iterations: 2}\nparts: [{label: a, find: history}]\n"
    )
    result = run("-", text=spec)
    assert result.exit_code == 2
    assert "J does not depend on any parameter" in result.output
