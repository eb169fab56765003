"""Processes as shells start them: encodings, full and closed outputs, files that are none, and what is said of them."""

from __future__ import annotations

import errno
import io
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import pytest
from click.testing import CliRunner
from hypothesis import given
from hypothesis import strategies as st

from solver.cli.describe import describe, overview
from solver.cli.main import main
from solver.cli.streams import ESCAPED, READABLE
from tests.cli.terminals import on_a_terminal
from tests.places import PROBLEMS, ROOT
from tests.tables import each
from tests.trials import CHARACTERS

Q2 = str(PROBLEMS / "q2.yaml")


def shell(command: str, folder: Path = ROOT, **env: str) -> subprocess.CompletedProcess[bytes]:
    """The command in a shell, NNSOLVE standing for this one; it never shows a traceback."""
    text = command.replace("NNSOLVE", f"{sys.executable} -m solver")
    here = {**os.environ, "PYTHONPATH": str(ROOT), **env}
    done = subprocess.run(["sh", "-c", text], cwd=folder, env=here, capture_output=True, timeout=60)
    assert b"Traceback" not in done.stderr, done.stderr.decode()
    assert b"Exception ignored" not in done.stderr, done.stderr.decode()
    return done


# -- encodings --------------------------------------------------------------------------------------------------------
@each(
    ("encoding", "form"), [*product(["ascii"], ["text", "markdown", "json"]), *product(["cp1252", "cp437"], ["text"])]
)
def test_an_encoding_that_lacks_characters(encoding: str, form: str) -> None:
    done = CliRunner(charset=encoding).invoke(main, ["run", Q2, "--part", "c", "--format", form])
    assert done.exit_code == 0, done.output
    text = done.stdout_bytes.decode(encoding)
    assert "1.48" in text
    assert "?" not in text
    if form == "json":
        plain = CliRunner().invoke(main, ["run", Q2, "--part", "c", "--format", "json"]).stdout
        assert json.loads(text) == json.loads(plain)


@each(
    ("text", "ascii_"),
    [
        ("10⁻¹¹", "10^-11"),
        ("e⁻ᵘ", "e^-u"),
        ("u₁₂ᵀ", "u_12^T"),
        ("δ₁ Δ ŷ é ß", "delta_1 Delta y^ e \\u00df"),
        ("1 ≤ x → ∞ …", "1 <= x -> inf ..."),
        ("山😀\ud800", "\\u5c71\\ud83d\\ude00\\ud800"),
        (
            "⎡ 1 ⎤ ⎛⎜⎝ ⎞⎟⎠ ⋮ ⋱ ≈ ≥ ≠ ← ∇ ∂ √ ∑ ‖ ∈ ½ × · ⊙ • ─ − – ‘’ “”",
            "[ 1 ] ((( ))) : .. ~ >= != <- grad d sqrt sum || in 1/2 x * * - - - - '' \"\"",
        ),
    ],
)
def test_what_reads_like_a_character(text: str, ascii_: str) -> None:
    assert text.encode("ascii", READABLE).decode() == ascii_


@given(st.text(CHARACTERS))
def test_every_text_can_be_written(text: str) -> None:
    assert text.encode("ascii", READABLE).isascii()
    plain = "".join(c for c in text if c not in '"\\')
    assert json.loads(f'"{plain.encode("ascii", ESCAPED).decode()}"', strict=False) == plain


def test_what_stands_for_a_character_that_is_lacking() -> None:
    done = shell(f"NNSOLVE run {Q2} --part c --format text", PYTHONIOENCODING="ascii", NO_COLOR="1")
    assert b"J = -d ln(y) - (1 - d) ln(1 - y)" in done.stdout
    assert b"u_3 = W_3^T h_2 + b_3" in done.stdout


def test_problems_in_a_poor_encoding(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("títle ₃: x\n", encoding="utf-8")
    done = CliRunner(charset="ascii").invoke(main, ["run", str(tmp_path / "a.yaml")])
    assert done.exit_code == 2
    assert done.stderr_bytes.isascii()
    assert b"_3" in done.stderr_bytes


def test_marks_in_a_poor_encoding(tmp_path: Path) -> None:
    """Names keep apart what an encoding lacks, and JSON loses nothing."""
    (tmp_path / "a.csv").write_text("student,c/J\n山田,1.66\n鈴木,1.66\n", encoding="utf-8")
    poor = CliRunner(charset="cp1252")
    made = poor.invoke(main, ["grade", Q2, str(tmp_path / "a.csv"), "--format", "csv"])
    names = [line.split(b",")[0] for line in made.stdout_bytes.splitlines()[1:]]
    assert names == [rb"\u5c71\u7530", rb"\u9234\u6728"]
    made = poor.invoke(main, ["grade", Q2, str(tmp_path / "a.csv"), "--format", "json"])
    assert [student["student"] for student in json.loads(made.stdout)["students"]] == ["山田", "鈴木"]


# -- outputs that cannot be written -----------------------------------------------------------------------------------
def test_a_standard_output_that_is_full() -> None:
    done = shell("NNSOLVE --help >/dev/full")
    assert done.returncode == 2
    assert done.stderr == b"standard output cannot be written: No space left on device\n"


class Full(io.StringIO):
    """A stream as of a full device."""

    def flush(self) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


@pytest.mark.parametrize("command", [f"run {Q2}", "families mlp", f"template {Q2}", f"grade {Q2} a.csv"])
def test_a_command_whose_output_is_full(
    command: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("student,c/J\nann,1.66\n")
    monkeypatch.setattr(sys, "stdout", Full())
    with pytest.raises(SystemExit) as ended:
        main(command.split())
    assert ended.value.code == 2
    assert capsys.readouterr().err == "standard output cannot be written: No space left on device\n"


def test_a_standard_output_that_is_closed() -> None:
    done = shell(f"NNSOLVE run {Q2} >&-")
    assert done.returncode == 2
    assert done.stderr == b"standard output cannot be written: it is closed\n"


def test_a_closed_standard_output_is_not_needed_for_a_file(tmp_path: Path) -> None:
    assert shell(f"NNSOLVE run {Q2} -o q.md >&-", tmp_path).returncode == 0
    assert (tmp_path / "q.md").read_text(encoding="utf-8").startswith("# Question 2")


def test_a_closed_standard_error() -> None:
    assert shell("NNSOLVE run missing.yaml 2>&-").returncode == 2


def test_a_reader_that_has_seen_enough() -> None:
    page = CliRunner().invoke(main, ["run", Q2, "--detail", "full", "--format", "html"]).stdout
    assert len(page) > 1 << 16  # more than a pipe holds
    assert shell(f"NNSOLVE run {Q2} --detail full --format html | head -c 10").stderr == b""


def test_a_folder_that_is_gone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    done = CliRunner().invoke(main, ["run", Q2, "-o", "q.txt"])
    assert done.exit_code == 2
    assert done.stderr.startswith("q.txt: cannot be written")


def test_an_error_of_a_file_is_not_one_of_standard_output(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "q.yaml").write_text("title: x")

    listed = Path.iterdir

    def refuse(self: Path) -> Iterator[Path]:
        if self == tmp_path:
            raise PermissionError(13, "Permission denied", str(self))
        return listed(self)

    monkeypatch.setattr(Path, "iterdir", refuse)
    done = CliRunner().invoke(main, ["run", str(tmp_path)])
    assert done.exit_code == 2
    assert f"{tmp_path}: cannot be read: Permission denied" in done.stderr
    assert "standard output" not in done.stderr
    marked = CliRunner().invoke(main, ["grade", Q2, str(tmp_path)])
    assert marked.exit_code == 2
    assert f"{tmp_path}: cannot be read: Permission denied" in marked.stderr


@pytest.mark.parametrize(
    ("command", "words"),
    [
        (f"run {Q2} -o x.odt", "no format ends in .odt"),
        (f"run {Q2} -o x.odt", "write x.md, which other programs turn into .odt"),
        (f"run {Q2} -o x.jsn", "did you mean x.json?"),
        (f"run {Q2} -o x.y.doc", "write x.y.md, which other programs turn into .doc"),
        (f"run {Q2} -o x.qq", "known here: .docx, .htm, .html, .json, .md, .pdf, .tex, .txt, .typ; or say --format"),
        (f"template {Q2} -o x.xlsx", "write x.csv, which spreadsheets open"),
        (f"grade {Q2} a.csv -o x.xlsx", "write x.csv, which spreadsheets open"),
        (f"grade {Q2} a.csv -o x.pdf", "known here: .csv, .json, .jsonl, .ndjson, .txt; or say --format"),
    ],
)
def test_an_ending_without_a_format(command: str, words: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("a.csv").write_text("student,c/J\nann,0.86\n")
    done = CliRunner().invoke(main, command.split())
    assert done.exit_code == 2
    assert words in done.stderr
    assert [p.name for p in tmp_path.iterdir()] == ["a.csv"]


def test_a_form_by_the_ending_of_its_file(tmp_path: Path) -> None:
    for name, start in {
        "s.csv": "student,",
        "s.yaml": "# Question 2",
        "s.md": "# Question 2 — 25 marks\n\n",
        "s": "student,",
    }.items():
        assert CliRunner().invoke(main, ["template", Q2, "-o", str(tmp_path / name)]).exit_code == 0
        assert (tmp_path / name).read_text(encoding="utf-8").startswith(start)


# -- inputs -----------------------------------------------------------------------------------------------------------
def test_an_exam_lists_no_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    (tmp_path / "exam.yaml").write_text("title: E\nquestions: [pipe.yaml]\n")
    done = CliRunner().invoke(main, ["run", str(tmp_path / "exam.yaml")])
    assert done.exit_code == 2
    assert "exam.yaml:2:13: " in done.stderr
    assert "pipe.yaml: is no regular file" in done.stderr


def test_a_pipe_on_the_command_line_is_read(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.yaml")
    with subprocess.Popen(f"cat {Q2} > {tmp_path}/pipe.yaml", shell=True):
        done = CliRunner().invoke(main, ["run", str(tmp_path / "pipe.yaml"), "--format", "json"])
    assert json.loads(done.stdout)["answers"]["c/J"] == 1.66


@each("form", ["text", "markdown", "json", "terminal"])
def test_a_number_of_thousands_of_digits(form: str) -> None:
    for number in ("0" * 4301 + "3", "-" + "0" * 5000, "0." + "0" * 4301 + "3", "3." + "0" * 5000):
        spec = f"given: {{family: formula, quantities: {{a: {number}}}, formulas: [c = a*2]}}\n"
        spec = f"title: T\n{spec}parts: [{{label: a, find: [a, c]}}]\n"
        done = CliRunner().invoke(main, ["run", "-", "--format", form], input=spec)
        assert done.exit_code == 0 or "too long" in done.stderr, (number[:5], done.output[-300:], done.exception)


HIDDEN = "\x7f \x9b31m \u202e \u2066 \ufeff \ue000"


def test_json_hides_nothing_and_steers_nothing(tmp_path: Path) -> None:
    """DEL, the one-character CSI, marks of direction: escaped, so that they read back as they are."""
    escaped = json.dumps(HIDDEN.replace("\x7f", "\\x7f").replace("\x9b", "\\x9b")).replace("\\\\", "\\")
    spec = f"title: {escaped}\nparts: [{{label: a, prompt: {escaped}, given: {{family: concept, points: [x]}}}}]\n"
    done = CliRunner().invoke(main, ["run", "-", "--format", "json"], input=spec)
    assert done.exit_code == 0, done.output
    assert all(c.isprintable() or c == "\n" for c in done.stdout)
    assert json.loads(done.stdout)["parts"][0]["prompt"] == HIDDEN
    path = tmp_path / "a.csv"
    path.write_text(f"student,c/J\nann{HIDDEN}x,1.66\n", encoding="utf-8")
    for form in ("json", "gradescope"):
        done = CliRunner().invoke(main, ["grade", Q2, str(path), "--format", form])
        assert all(c.isprintable() or c == "\n" for c in done.stdout)
        json.loads(done.stdout)
    done = CliRunner().invoke(main, ["grade", Q2, str(path), "--format", "json"])
    assert json.loads(done.stdout)["students"][0]["student"] == f"ann{HIDDEN}x"


# -- help -------------------------------------------------------------------------------------------------------------
def test_help_cuts_no_sentence() -> None:
    text = CliRunner().invoke(main, ["--help"], terminal_width=80).stdout
    assert "..." not in text.partition("Options:")[2]
    assert "what it solves, its fields, an example." in " ".join(text.split())


@each("width", [40, 60, 100])
def test_families_fit_the_terminal(width: int) -> None:
    for text in (overview(width), describe("mlp", width), describe("cnn", width)):
        prose = text.partition("\nExample\n")[0]
        assert max(len(line) for line in prose.splitlines()) <= width
    assert " ".join(overview(width).split()) == " ".join(overview().split())


def test_families_are_wrapped_on_a_terminal_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    with on_a_terminal("families", columns=50) as terminal:
        assert terminal.end() == 0
    assert max(map(len, terminal.raw.splitlines())) <= 50
    monkeypatch.setenv("COLUMNS", "50")
    assert max(map(len, CliRunner().invoke(main, ["families"]).stdout.splitlines())) > 50
