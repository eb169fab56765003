"""Numbers in files of their own: read as typed or as saved, and never out of reach, evaluated or waited for."""

import os
import pickle
from pathlib import Path

import numpy as np
import pytest

from solver import solve
from solver.errors import SpecError
from solver.spec import attached
from tests.tables import each

W = np.array([[1.5, -2.0], [0.25, 4.0]])


def spec(folder: Path, file: str = "w.csv", field: str = "W", x: str = "[1, 2]") -> Path:
    path = folder / "q.yaml"
    layer = f"{{{field}: {{file: '{file}'}}}}" if field == "W" else "{W: [[1], [2]]}"
    x = f"{{file: '{file}'}}" if field == "x" else x
    path.write_text(f"given:\n  family: mlp\n  x: {x}\n  layers:\n    - {layer}\nparts: [{{label: a, find: u1}}]\n")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(SpecError) as caught:
        solve(path)
    [problem] = caught.value.problems
    assert (problem.place.file, problem.place.line) == (str(path), 5)
    return problem.message


def save(path: Path, array: object) -> None:
    np.save(path, array, allow_pickle=True)


@each("dtype", ["f8", ">f4", "f2", "i1", "u8"])
@each("order", ["C", "F"])
def test_an_array_saved_by_numpy(tmp_path: Path, dtype: str, order: str) -> None:
    whole = np.asarray(np.abs(W).round() if dtype[-2] in "iu" else W, order=order).astype(dtype)
    np.save(tmp_path / "w.npy", np.asarray(whole, order=order))
    assert solve(spec(tmp_path, "w.npy"))["a/u1"].exact.tolist() == (whole.astype(float).T @ [[1], [2]]).tolist()


def test_a_table_keeps_its_digits(tmp_path: Path) -> None:
    (tmp_path / "below").mkdir()
    (tmp_path / "below/w.csv").write_text("\ufeff1.50, -2\n\n0.250 ,+4\n", encoding="utf-8")
    solved = solve(spec(tmp_path, "below/w.csv"))
    assert solved["a/u1"].exact.tolist() == (W.T @ [[1], [2]]).tolist()
    [weights] = [s for s in solved.parts[0].uses if s.name == "W1"]
    assert weights.text == "[1.50 -2; 0.250 4]"


@pytest.mark.parametrize("array", [np.array([1, 2]), np.array([[1.0], [2.0]])])
def test_a_vector(tmp_path: Path, array: np.ndarray) -> None:
    np.save(tmp_path / "x.npy", array)
    assert solve(spec(tmp_path, "x.npy", "x"))["a/u1"].value == 5
    (tmp_path / "x.csv").write_text("1\n2\n")
    assert solve(spec(tmp_path, "x.csv", "x"))["a/u1"].value == 5


TEXTS = [
    ("", "is empty"),
    ("\n \n", "is empty"),
    ("a,b\n1,2\n", "line 1 is 'a,b'"),
    ("1,2\n3\n", "line 2 has 1 numbers, line 1 has 2"),
    ("1,2\n3,nan\n", "line 2 is '3,nan'"),
    ("1,2\n3,1e999\n", "too large"),
    ("1;2\n", "line 1 is '1;2'"),
    ("1,2]\n", "line 1 is '1,2]'"),
    ("1,\n", "line 1 is '1,'"),
    ("é", "line 1 is 'é'"),
]


@each(("text", "message"), TEXTS)
def test_a_bad_table(tmp_path: Path, text: str, message: str) -> None:
    (tmp_path / "w.csv").write_text(text, encoding="utf-8")
    assert message in refusal(spec(tmp_path))


ARRAYS = [
    (np.array([[1, np.nan]]), "row 1, column 2 is nan"),
    (np.array([[1], [-np.inf]]), "row 2, column 1 is -inf"),
    (np.array([[1j]]), "holds '<c16'"),
    (np.array([["a"]]), "holds '<U1'"),
    (np.array([[None]]), "holds '|O'"),
    (np.array([[True]]), "holds '|b1'"),
    (np.zeros((0, 2)), "the shape (0, 2)"),
    (np.zeros((2, 2, 2)), "the shape (2, 2, 2)"),
    (np.array(1.0), "the shape ()"),
    (np.zeros(2, dtype=[("a", "f8")]), "holds [('a', '<f8')]"),
]


@each(("array", "message"), ARRAYS)
def test_a_bad_array(tmp_path: Path, array: np.ndarray, message: str) -> None:
    save(tmp_path / "w.npy", array)
    assert message in refusal(spec(tmp_path, "w.npy"))


def header(text: str) -> bytes:
    return b"\x93NUMPY\x01\x00" + len(text).to_bytes(2, "little") + text.encode()


SHAPE = "{'descr': '<f8', 'fortran_order': False, 'shape': %s}\n"
BYTES = [
    (b"", "no array"),
    (pickle.dumps(print), "no array"),
    (b"PK\x03\x04", "no array"),
    (b"\x93NUMPY\x09\x00", "no array"),
    (header("__import__('os').system('x')"), "no array"),
    (header("(" * 9_000), "no array"),
    (header(SHAPE % "(1000000000, 1000000000)"), "is cut off"),
    (header(SHAPE % "(-1, -1)") + b"\0" * 8, "no array"),
    (header(SHAPE % "(2, 2)") + b"\0" * 8, "is cut off"),
    (header(SHAPE % "(1, 1)") + b"\0" * 16, "is cut off"),
]


@each(("data", "message"), BYTES)
def test_bytes_that_are_no_array(tmp_path: Path, data: bytes, message: str) -> None:
    (tmp_path / "w.npy").write_bytes(data)
    assert message in refusal(spec(tmp_path, "w.npy"))


NAMES = [
    ("../w.csv", "leads out of the question's folder"),
    ("/etc/w.csv", "leads out of the question's folder"),
    ("link.csv", "leads out of the question's folder"),
    ("gone.csv", "does not exist"),
    ("folder.csv", "is no regular file"),
    ("pipe.csv", "is no regular file"),
    ("w.txt", "is no .npy and no .csv"),
    ("w" * 5000 + ".csv", "does not exist"),
]


@pytest.fixture
def inside(tmp_path: Path) -> Path:
    """A folder with a folder, a pipe and a link that leads out of it."""
    inside = tmp_path / "inside"
    (inside / "folder.csv").mkdir(parents=True)
    os.mkfifo(inside / "pipe.csv")
    (tmp_path / "w.csv").write_text("1\n2\n")
    (inside / "link.csv").symlink_to(tmp_path / "w.csv")
    return inside


@each(("name", "message"), NAMES)
def test_a_name_that_leads_nowhere(inside: Path, name: str, message: str) -> None:
    assert message in refusal(spec(inside, name))


def test_a_matrix_that_does_not_fit_is_a_problem_of_the_spec(tmp_path: Path) -> None:
    (tmp_path / "w.csv").write_text("1,2,3\n")
    assert "W1 is 1×3, but the input x" in refusal(spec(tmp_path))


def test_a_row_is_no_vector(tmp_path: Path) -> None:
    (tmp_path / "x.csv").write_text("1,2\n")
    with pytest.raises(SpecError, match=r"q.yaml:3:6: x in the file is 1×2, expected a vector"):
        solve(spec(tmp_path, "x.csv", "x"))


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "w.csv").write_text("1\n2\n")
    monkeypatch.setattr(attached, "MAX_BYTES", 3)
    assert "is larger than 3 bytes" in refusal(spec(tmp_path))
