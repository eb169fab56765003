"""Bad input of every kind: each error with its file, line and column, all of them at once, never a traceback."""

import io
import random
import re
import sys
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.spec.reader import load, load_text
from solver.working.solve import solve_paper
from tests.places import PROBLEMS
from tests.tables import each

COUNT = "given: {family: count, inputs: 2, layers: [5, 5]}\n"
MLP = "title: T\ngiven:\n  family: mlp\n  x: [1.0, 2.0]\n  layers:\n"
PARTS = "parts: [{label: a}]\n"


def problems_of(text: str, file: str = "q.yaml") -> list[tuple[int, int, str]]:
    """Each problem of a spec: line, column, and message with its hint."""
    with pytest.raises(SpecError) as caught:
        load_text(text, file)
    return [(p.place.line, p.place.column, f"{p.message} {p.hint}") for p in caught.value.problems]


NOT_YAML = [
    ("", 1, 1, "the file is empty"),
    ("# a comment\n", 1, 1, "the file is empty"),
    ("---\n", 2, 1, "found nothing, expected a map"),
    ("hello", 1, 1, "found 'hello', expected a map"),
    ("- a\n- b", 1, 1, "found a list of 2, expected a map"),
    ("title: a: b", 1, 9, "not YAML: mapping values are not allowed"),
    ("title:\n\t- b", 2, 1, "spaces, no tabs"),
    ("title: 'T\nparts: []", 2, 10, "not YAML"),
    ("title: [1, 2\n", 2, 1, "not YAML"),
    ("a: 1\n---\nb: 2", 2, 1, "a second document starts here"),
    ("%YAML 9.9\n---\na: 1", 1, 1, "not YAML"),
    ("title: x\nprompt: é\x07", 2, 10, "U+0007 is not allowed"),
    ("title: \x00", 1, 8, "U+0000 is not allowed"),
    ("title: \ud800", 1, 8, "U+D800 is not allowed"),
    ("a: *b", 1, 4, "*b names no finished &b"),
    ("a: &a [*a]", 1, 8, "*a names no finished &a"),
    ("a: &a\n- *a", 2, 3, "*a names no finished &a"),
    ("a: " + "[" * 50 + "]" * 50, 1, 44, "nested too deeply"),
]

QUESTION = [
    ("title: T\n" + COUNT, 1, 1, "'parts' is missing"),
    ("titel: T\n" + COUNT + PARTS, 1, 1, "unknown key 'titel' did you mean 'title'?"),
    ("title: T\ntitle: U\n" + COUNT + PARTS, 2, 1, "the key 'title' stands twice"),
    ("title: [T]\n" + COUNT + PARTS, 1, 8, "found a list of 1 for title, expected text"),
    ("[title]: T\n" + COUNT + PARTS, 1, 1, "found a list of 1 as a key, expected a word"),
    ("<<: {title: T}\n" + COUNT + PARTS, 1, 1, "unknown key '<<'"),
    ("round: 2\n" + COUNT + PARTS, 1, 8, "found '2' for round, expected {decimals: N}"),
    ("round: {decimals: two}\n" + COUNT + PARTS, 1, 19, "found 'two' for decimals, expected a whole number"),
    ("round: {decimals: -1}\n" + COUNT + PARTS, 1, 19, "decimals is -1, expected at least 0"),
    ("round: {figures: 0}\n" + COUNT + PARTS, 1, 18, "figures is 0, expected at least 1"),
    ("round: {decimals: 99}\n" + COUNT + PARTS, 1, 19, "decimals is 99, expected at most 12"),
    ("carry: round\n" + COUNT + PARTS, 1, 8, "found 'round' for carry, expected rounded or exact"),
    (COUNT + "parts: []", 2, 8, "expected a list of parts"),
    (COUNT + "parts: {a: 1}", 2, 8, "found a map of 1 for parts, expected a list of parts"),
    (COUNT + "parts: [a]", 2, 9, "found 'a', expected a part"),
    (COUNT + "parts: [{marks: 1}]", 2, 9, "'label' is missing"),
    (COUNT + "parts: [{label: a-b}]", 2, 17, "found 'a-b' for label, expected letters or digits"),
    (COUNT + "parts:\n- {label: a}\n- {label: b}\n- {label: a}", 5, 11, "'a' stands twice first at line 3"),
    (COUNT + "parts:\n- {label: a, parts: [{label: i}, {label: i}]}", 3, 42, "'a.i' stands twice"),
    (COUNT + "parts: [{label: a, mark: 1}]", 2, 20, "unknown key 'mark' did you mean 'marks'?"),
    (COUNT + "parts: [{label: a, marks: lots}]", 2, 27, "found 'lots' for marks, expected a number"),
    (COUNT + "parts: [{label: a, marks: -1}]", 2, 27, "marks is -1, expected 0 to 1000"),
    (COUNT + "parts: [{label: a, marks: .nan}]", 2, 27, "numbers must be finite"),
    (COUNT + "parts: [{label: a, marks: 1, parts: [{label: i, marks: 2}, {label: j}]}]", 2, 27, "of a have 2 together"),
    (
        COUNT + "parts: [{label: a, marks: 5, parts: [{label: i, marks: 2}, {label: ii, marks: 2.5}]}]",
        2,
        27,
        "marks is 5, but the parts of a have 4.5 together",
    ),
    (COUNT + "parts: [{label: a, find: prams}]", 2, 26, "unknown find 'prams' did you mean 'params'?"),
    (COUNT + "parts: [{label: a, find: [params, totl]}]", 2, 35, "unknown find 'totl' did you mean 'total'?"),
    (COUNT + "parts: [{label: a, find: []}]", 2, 26, "find names nothing"),
    (COUNT + 'parts: [{label: a, find: ""}]', 2, 26, "find names nothing"),
    (COUNT + "parts: [{label: a, find: {gradients of: []}}]", 2, 26, "find names nothing"),
    (
        "given: {family: formula, quantities: {a: 1}, formulas: [J = 3], output: J}\nparts: [{label: a, find: gradients}]",
        2,
        26,
        "there are no gradients here",
    ),
    (COUNT + "parts: [{label: a, find: {params: 1}}]", 2, 26, "found a map of 1 for find, expected text"),
    (COUNT + "parts: [{label: a, find: params, parts: [{label: i}]}]", 2, 26, "finds nothing itself"),
    ("parts: [{label: a}]", 1, 9, "part a has nothing to work with"),
    (
        COUNT
        + "parts: [{label: a, parts: [{label: a, parts: [{label: a, parts: [{label: a, parts: [{label: a}]}]}]}]}]",
        2,
        84,
        "4 levels deep at the most",
    ),
]

GIVEN = [
    ("given: 1\n" + PARTS, 1, 8, "'family' is missing"),
    ("given: {x: 1}\n" + PARTS, 1, 8, "'family' is missing"),
    ("given: {family: mpl}\n" + PARTS, 1, 17, "unknown family 'mpl' did you mean 'mlp'?"),
    ("given: {family: [mlp]}\n" + PARTS, 1, 17, "unknown family 'a list of 1'"),
    ("given: {family: ../os}\n" + PARTS, 1, 17, "unknown family '../os'"),
    ("given: {family: __init__}\n" + PARTS, 1, 17, "unknown family '__init__'"),
    ("given: {family: count, inputs: 2}\n" + PARTS, 1, 8, "'layers' is missing"),
    ("given: {family: count, inputs: , layers: [1]}\n" + PARTS, 1, 8, "'inputs' is missing"),
    ("given: {family: count, inputs: &x 2, layers: *x, laxers: *x}\n" + PARTS, 1, 50, "did you mean 'layers'?"),
    ("given: {family: count, inputs: 2.0, layers: [1]}\n" + PARTS, 1, 32, "expected a whole number"),
    ("given: {family: count, inputs: ٣, layers: [1]}\n" + PARTS, 1, 32, "expected a whole number"),
    ("given: {family: count, inputs: 2, layers: [1, 0]}\n" + PARTS, 1, 47, "layers is 0, expected at least 1"),
    ("given: {family: count, inputs: 2, layers: [1], bias: maybe}\n" + PARTS, 1, 54, "expected true or false"),
    (MLP + "    - {W: [[1, 2], [3]], activation: tanh}\n" + PARTS, 6, 20, "rows of 2 and 1"),
    (MLP + "    - {W: [[1, 2]], activation: tanh}\n" + PARTS, 6, 11, "W1 is 1×2, but the input x"),
    (MLP + "    - {W: [[1], [2]], b: [1, 2], activation: tanh}\n" + PARTS, 6, 26, "b1 is 2×1, but W1 is 2×1"),
    (
        MLP + "    - {W: [[1], [2]], activation: than}\n" + PARTS,
        6,
        35,
        "unknown activation 'than' did you mean 'tanh'?",
    ),
    (MLP + "    - {W: [[1], [.nan]], activation: tanh}\n" + PARTS, 6, 18, "found '.nan' for W, expected a number"),
    (MLP + "    - {W: [[1], [-.inf]], activation: tanh}\n" + PARTS, 6, 18, "numbers must be finite"),
    (MLP + "    - {W: [[1], [1e999]], activation: tanh}\n" + PARTS, 6, 18, "too large"),
    (MLP + "    - {W: [[1], [one]], activation: tanh}\n" + PARTS, 6, 18, "found 'one' for W, expected a number"),
    (MLP + "    - {W: [[1], [[1]]], activation: tanh}\n" + PARTS, 6, 18, "found a list of 1 for W, expected a number"),
    (MLP + "    - {W: [[]], activation: tanh}\n" + PARTS, 6, 11, "W is empty"),
    (MLP + "    - {W: 3, activation: tanh}\n" + PARTS, 6, 11, "W1 is 1×1, but the input x is 2×1"),
    (MLP + "    - {W: [[1], [2]], W: [[1], [2]]}\n" + PARTS, 6, 23, "the key 'W' stands twice"),
    (MLP + "    - {W: [[1], [2]]}\n  los: none\n" + PARTS, 7, 3, "unknown key 'los' did you mean 'loss'?"),
    (MLP + "    - {W: [[1], [2]]}\n  loss: square-error\n" + PARTS, 7, 9, "'d' is missing"),
    (MLP + "    - {W: [[1], [2]]}\n  loss: square-eror\n" + PARTS, 7, 9, "did you mean 'square-error'?"),
]


@each(("text", "line", "column", "message"), [*NOT_YAML, *QUESTION, *GIVEN])
def test_bad_input_is_one_error_at_its_place(text: str, line: int, column: int, message: str) -> None:
    [(found_line, found_column, found)] = problems_of(text)
    assert (found_line, found_column) == (line, column)
    assert message in found


def test_all_errors_come_at_once_in_the_order_of_the_file() -> None:
    text = """titel: T
round: {decimals: x}
given:
  family: mlp
  x: [1, two]
  layers:
    - {W: [[1], [2, 3]], activation: than}
parts:
  - {label: a, marks: many}
  - {label: a}
  - {label: c, given: {family: cnm}}
"""
    found = problems_of(text)
    assert [(line, column) for line, column, _ in found] == sorted((line, column) for line, column, _ in found)
    assert [line for line, _, _ in found] == [1, 2, 5, 7, 7, 9, 10, 11]


def test_a_given_with_problems_is_not_held_against_the_parts_that_use_it() -> None:
    text = "given: {family: count, inputs: two, layers: [1]}\nparts:\n- {label: a, find: params}\n- {label: b}\n"
    assert [line for line, _, _ in problems_of(text)] == [1]


def test_a_part_without_a_given_is_found_beside_a_broken_one() -> None:
    found = problems_of("parts:\n- {label: a, given: {family: counts}}\n- {label: b}\n")
    assert [(line, column) for line, column, _ in found] == [(2, 30), (3, 3)]


def test_aliases_cannot_multiply_without_end() -> None:
    lines = ["a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1, 1]"]
    lines += [f"a{k}: &a{k} [{', '.join([f'*a{k - 1}'] * 10)}]" for k in range(1, 30)]
    [(line, _, message)] = problems_of("\n".join(lines))
    assert line <= 7
    assert "aliases count each time" in message


@pytest.mark.parametrize("opening", ["[", "{a: ", "- "])
def test_a_megabyte_of_nesting_is_refused_at_once(opening: str) -> None:
    [(_, _, message)] = problems_of("a:\n " + opening * (1_000_000 // len(opening)))
    assert "nest" in message


def test_too_many_values_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.spec.nodes.MAX_NODES", 1_000)
    [(line, _, message)] = problems_of("a:\n" + "- [1]\n" * 100_000)
    assert line == 500
    assert "more than 1,000 values" in message


def test_problems_without_end_stop_early() -> None:
    found = problems_of("given: {family: mlp, x: [" + "a, " * 5_000 + "]}\n" + PARTS)
    assert len(found) == 1_002
    assert "more than 1,000 problems" in found[-1][2]


def test_a_long_word_is_cut_in_the_message() -> None:
    [(_, _, message)] = problems_of(f"given: {{family: {'x' * 100_000}}}\n{PARTS}")
    assert len(message) < 400


# -- files ------------------------------------------------------------------------------------------------------------


def file_error(path: str | Path) -> str:
    with pytest.raises(SpecError) as caught:
        load(path)
    return str(caught.value)


def test_a_folder(tmp_path: Path) -> None:
    assert file_error(tmp_path) == f"{tmp_path}: is a folder, expected a YAML file"


def test_a_missing_file(tmp_path: Path) -> None:
    assert file_error(tmp_path / "q9.yaml") == f"{tmp_path / 'q9.yaml'}: does not exist"


def test_names_that_no_file_can_have() -> None:
    assert "cannot be read" in file_error("q\0.yaml")
    assert "cannot be read" in file_error("q" * 5000)


def test_an_unreadable_file(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr("builtins.open", refuse)
    assert file_error("q.yaml") == "q.yaml: cannot be read: Permission denied"


@pytest.mark.parametrize(
    ("data", "place"), [("title: T\nprompt: é".encode("latin-1"), "2:9"), ("title: T".encode("utf-16"), "1:1")]
)
def test_a_file_that_is_not_utf8(tmp_path: Path, data: bytes, place: str) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(data)
    assert file_error(path).startswith(f"{path}:{place}: not UTF-8 text")


def test_a_file_that_is_too_large(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("solver.spec.reader.MAX_BYTES", 100)
    path = tmp_path / "q.yaml"
    path.write_text("#" * 101)
    assert "is larger than 100 bytes" in file_error(path)


def test_a_byte_order_mark_is_no_error(tmp_path: Path) -> None:
    path = tmp_path / "q.yaml"
    path.write_bytes(b"\xef\xbb\xbf" + f"title: T\n{COUNT}{PARTS}".encode())
    assert load(path).title == "T"


def test_a_question_without_a_title_is_called_by_its_file(tmp_path: Path) -> None:
    path = tmp_path / "warmup.yaml"
    path.write_text(COUNT + PARTS)
    assert load(path).title == "warmup"


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(f"title: T\n{COUNT}{PARTS}".encode())))
    assert load("-").title == "T"
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(b"title: \xff")))
    assert file_error("-").startswith("standard input:1:8: not UTF-8 text")


# -- exams ------------------------------------------------------------------------------------------------------------


def exam_problems(folder: Path, text: str) -> list[tuple[str, int, int, str]]:
    path = folder / "exam.yaml"
    path.write_text(text)
    with pytest.raises(SpecError) as caught:
        load(path)
    return [(Path(p.place.file).name, p.place.line, p.place.column, p.message) for p in caught.value.problems]


EXAMS = [
    ("questions: []", 12, "found a list of 0, expected a list of 1 to 200 question files"),
    ("questions: q1.yaml", 12, "found 'q1.yaml', expected a list"),
    ("questions: [{a: 1}]", 13, "found a map of 1 for a question file, expected text"),
    ("questions: [good.yaml], titel: T", 25, "unknown key 'titel'"),
    ("questions: [gone.yaml]", 13, "gone.yaml: does not exist"),
    ("questions: [folder]", 13, "folder: is a folder, expected a YAML file"),
    ("questions: [-]", 13, "-: does not exist"),
    ("questions: [../good.yaml]", 13, "'../good.yaml' leads out of the exam's folder"),
    ("questions: [folder/../../good.yaml]", 13, "leads out of the exam's folder"),
    ("questions: [/etc/passwd]", 13, "'/etc/passwd' leads out of the exam's folder"),
    ('questions: ["a\\0b"]', 13, "cannot be read"),
    ("questions: [exam.yaml]", 13, "exam.yaml is an exam itself"),
]


@each(("text", "column", "message"), EXAMS)
def test_a_bad_exam(tmp_path: Path, text: str, column: int, message: str) -> None:
    (tmp_path / "folder").mkdir(exist_ok=True)
    (tmp_path / "good.yaml").write_text(f"title: T\n{COUNT}{PARTS}")
    [(file, line, found_column, found)] = exam_problems(tmp_path, "{" + text + "}")
    assert (file, line, found_column) == ("exam.yaml", 1, column + 1)
    assert message in found


def test_an_exam_names_the_problems_of_all_its_files(tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_text("title: A\n")
    (tmp_path / "b.yaml").write_text("")
    (tmp_path / "c.yaml").write_text(f"title: C\n{COUNT}parts: [{{label: a, find: z}}]")
    found = exam_problems(tmp_path, "questions:\n- c.yaml\n- a.yaml\n- b.yaml\n- d.yaml\n")
    places = [(file, line, column) for file, line, column, _ in found]
    assert places == [("a.yaml", 1, 1), ("b.yaml", 1, 1), ("c.yaml", 3, 26), ("exam.yaml", 5, 3)]


def test_an_exam_holds_its_questions_in_order(tmp_path: Path) -> None:
    for name in "ab":
        (tmp_path / f"{name}.yaml").write_text(f"title: {name.upper()}\n{COUNT}{PARTS}")
    (tmp_path / "exam.yaml").write_text("title: The exam\nquestions: [b.yaml, a.yaml]\n")
    paper = load(tmp_path / "exam.yaml")
    assert (paper.title, paper.exam) == ("The exam", True)
    assert [question.title for question in paper.questions] == ["B", "A"]


# -- no input, however strange, ends in anything but a question or a SpecError ----------------------------------------


def survives(text: str) -> None:
    problems = None
    try:
        solve_paper(load_text(text, "q.yaml"))
    except SpecError as error:
        problems = error.problems
    assert problems is None or (problems and all(p.place.file == "q.yaml" and p.message for p in problems))


@given(st.text(st.characters(codec=None), max_size=80))
def test_any_text(text: str) -> None:
    survives(text)


words = st.sampled_from(["title", "given", "family", "count", "concept", "tensor", "parts", "label", "find", "a", "~"])
scalars = words | st.integers(-3, 10**20).map(str) | st.sampled_from(["''", "1.5", "true", ".nan", "'é'", "!!set"])
flow = st.recursive(
    scalars,
    lambda inner: (
        st.lists(inner, max_size=4).map(lambda items: f"[{', '.join(items)}]")
        | st.lists(st.tuples(words, inner), max_size=4).map(
            lambda pairs: "{" + ", ".join(f"{key}: {value}" for key, value in pairs) + "}"
        )
    ),
    max_leaves=20,
)


@given(flow)
def test_any_tree_of_known_words(text: str) -> None:
    survives(text)


@given(st.sampled_from(sorted(PROBLEMS.glob("q*.yaml"))), st.randoms(use_true_random=False))
def test_any_question_with_a_word_replaced(path: Path, chance: random.Random) -> None:
    text = path.read_text()
    spans = [match.span() for match in re.finditer(r"[\w.]+|[\[\]{},:]", text)]
    start, end = chance.choice(spans)
    survives(text[:start] + chance.choice(["0", "-1", "[", "]", "{a: 1}", "word", "", "1e308", "'"]) + text[end:])
