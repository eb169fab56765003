"""`notation:` decides how formulas are written, in every format alike, and nothing else."""

import re
from pathlib import Path

import pytest

from solver.errors import SpecError
from solver.render.format import Shown, format_file
from solver.spec.reader import load, load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.reader.page import check

ROOT = Path(__file__).parents[2]
Q2 = (ROOT / "problems/q2.yaml").read_text()
TABLE = re.findall(r"^\| `(\w+)` \| `(\S+)` \| `(\S+)` \| `(.+)` \|$", (ROOT / "README.md").read_text(), re.MULTILINE)


def q2(notation: str) -> Solution:
    return solve_question(load_text(Q2.replace("given:", f"notation: {notation}\ngiven:")).questions[0])


def page(solution: Solution, name: str = "text") -> str:
    made = format_file(name).page(Shown(solution.title, [solution]))
    return made if isinstance(made, str) else made.decode("latin-1")


def test_the_table_is_read() -> None:
    assert [key for key, *_ in TABLE] == ["sigmoid", "log", "transpose", "gradient", "names", "products"]


@pytest.mark.parametrize(("key", "usual", "other", "line"), TABLE)
def test_what_the_readme_says(key: str, usual: str, other: str, line: str) -> None:
    assert line in page(q2(f"{{{key}: {other}}}"))
    assert page(q2(f"{{{key}: {usual}}}")) == page(q2("{}"))


ALL = "{sigmoid: sigmoid, log: log, transpose: ⊤, gradient: ∂, names: z/a, products: dots}"
SIGNS = {
    "text": ("z₃ = W₃^⊤ a₂ + b₃", "-d · log(y)", "∂J/∂z₃"),
    "markdown": (r"\mathbf{W}_3^{\top} \, \mathbf{a}_2", r"-d \cdot \log(y)", r"\frac{\partial J}{\partial z_3}"),
    "latex": (r"\mathbf{W}_3^{\top} \, \mathbf{a}_2", r"-d \cdot \log(y)", r"\frac{\partial J}{\partial z_3}"),
    "exam": (r"\mathbf{W}_3^{\top} \, \mathbf{a}_2", r"-d \cdot \log(y)", r"\frac{\partial J}{\partial z_3}"),
    "html": ("⊤", "log", "∂"),
    "typst": ("bf(W)_3^(⊤)", "⋅ log", "frac(∂ J, ∂ z_3)"),
    "json": ("z₃ = W₃^⊤ a₂ + b₃", "-d · log(y)", "∂J/∂z₃"),
}


@pytest.mark.parametrize("name", SIGNS)
def test_every_format_follows(name: str) -> None:
    made = page(q2(ALL), name)
    for sign in SIGNS[name]:
        assert sign in made
    assert not re.search("∇|nabla|σ|sigma|u₁|h₁|u_1|h_1|\\\\ln", made)


@pytest.mark.parametrize("notation", ["{}", ALL.replace("transpose: ⊤, ", "")])
def test_every_line_is_still_read(notation: str) -> None:
    check(q2(notation))


def test_names_and_numbers_stay() -> None:
    assert q2(ALL).answers == q2("{}").answers


def test_an_authors_own_mathematics_stays() -> None:
    own = Q2.replace("Compute the synaptic inputs u", r"Compute $\sigma(\nabla h_9^T) \ln u_9$ and u")
    texts = (own, own.replace("given:", f"notation: {ALL}\ngiven:"))
    plain, other = (page(solve_question(load_text(text).questions[0]), "markdown") for text in texts)
    (line,) = re.findall("^Compute .* and u.*$", plain, re.MULTILINE)
    assert all(sign in line for sign in (r"\sigma", r"\nabla", r"\ln", "h_9^T", "u_9"))
    assert line in other


def test_a_sigma_on_the_page_leaves_the_function_its_name() -> None:
    text = """title: t
given: {family: formula, quantities: {sigma: 2, u: 1}, formulas: [y = sigmoid(u) + sigma*u]}
parts: [{label: a}]"""
    assert "y = sigmoid(u) + σ u" in page(solve_question(load_text(text).questions[0]))


def test_an_exam_decides_and_a_question_may_differ(tmp_path: Path) -> None:
    (tmp_path / "one.yaml").write_text(Q2)
    (tmp_path / "two.yaml").write_text(Q2.replace("given:", "notation: {log: ln}\ngiven:"))
    exam = tmp_path / "exam.yaml"
    exam.write_text("title: Exam\nnotation: {log: log, products: dots}\nquestions: [one.yaml, two.yaml]\n")
    one, two = (page(solve_question(question)) for question in load(exam).questions)
    assert "J = -d · log(y)" in one
    assert "J = -d · ln(y)" in two


@pytest.mark.parametrize(
    ("notation", "column", "message", "hint"),
    [
        ("{sigmoid: logistic}", 21, "unknown sigmoid 'logistic'", "sigmoid"),
        ("{log: log10}", 17, "unknown log 'log10'", "did you mean 'log'?"),
        ("{names: [u, h]}", 19, "found a list of 2 for names, expected", ""),
        ("{vectors: row}", 21, "vectors cannot stand as rows, expected column", "as rows, X: [[1, 2]]"),
        ("{colour: red}", 12, "unknown key 'colour'", "gradient, log"),
        ("none", 11, "found 'none'", ""),
    ],
)
def test_what_is_wrong_and_where(notation: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as raised:
        q2(notation)
    (problem,) = raised.value.problems
    assert (problem.place.line, problem.place.column) == (10, column)
    assert message in problem.message
    assert hint in problem.hint


def test_names_that_would_be_written_alike_are_refused() -> None:
    text = """title: t
notation: {names: z/a}
given: {family: formula, quantities: {z: 2, u: 1}, formulas: [y = u + z]}
parts: [{label: a}]"""
    with pytest.raises(SpecError) as raised:
        load_text(text)
    (problem,) = raised.value.problems
    assert problem.message == "z and u would be written alike with the names z/a"
