"""`notation:` decides how formulas are written, in every format alike, and nothing else."""

import re
from collections.abc import Callable
from functools import cache
from io import BytesIO
from pathlib import Path
from unicodedata import normalize
from zipfile import ZipFile

import numpy as np
import pytest

import solver.api  # noqa: F401  (says how notebooks show a solution)
from solver.errors import SpecError
from solver.formula.tree import Array, Name, names
from solver.formula.walks.value import value
from solver.mark.out.template import template
from solver.mark.sheet import sheet
from solver.render.figures.draw import scene_of
from solver.render.format import Shown, format_file
from solver.render.views.view import View
from solver.spec.reader import load, load_text
from solver.working.items import Step
from solver.working.solution import Drawn, Solution, Solved
from solver.working.solve import solve_question
from tests.questions import FILES, PROBLEM_NAMES, solutions
from tests.reader.page import check
from tests.tables import each

ROOT = Path(__file__).parents[2]
Q2 = (ROOT / "problems/q2.yaml").read_text()
TABLE = re.findall(r"^\| `(\w+)` \| `(\S+)` \| `(\S+)` \| `(.+)` \|$", (ROOT / "README.md").read_text(), re.MULTILINE)


@cache
def q2(notation: str) -> Solution:
    return solve_question(load_text(Q2.replace("given:", f"notation: {notation}\ngiven:")).questions[0])


def page(solution: Solution, name: str = "text") -> str:
    made = format_file(name).page(Shown(solution.title, [solution]))
    return made if isinstance(made, str) else made.decode("latin-1")


@cache
def usual_page() -> str:
    return page(q2("{}"))


def test_the_table_is_read() -> None:
    assert [key for key, *_ in TABLE] == ["sigmoid", "log", "transpose", "gradient", "names", "products", "vectors"]


@pytest.mark.parametrize(("key", "usual", "other", "line"), TABLE)
def test_what_the_readme_says(key: str, usual: str, other: str, line: str) -> None:
    assert line in page(q2(f"{{{key}: {other}}}"))
    assert page(q2(f"{{{key}: {usual}}}")) == usual_page()


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


@pytest.mark.parametrize("notation", ["{}", ALL, "{vectors: row}"])
def test_every_line_is_still_read(notation: str) -> None:
    check(q2(notation), turn=len(notation))


def pdf(solution: Solution) -> str:
    pdfium = pytest.importorskip("pypdfium2", reason="pypdfium2: pip install pypdfium2")
    pages = pdfium.PdfDocument(format_file("pdf").page(Shown(solution.title, [solution])))
    return "".join(page.get_textpage().get_text_range() for page in pages)


def docx(solution: Solution) -> str:
    made = format_file("docx").page(Shown(solution.title, [solution]))
    assert isinstance(made, bytes)
    return re.sub("<[^>]*>", "", ZipFile(BytesIO(made)).read("word/document.xml").decode())


def notebook(solution: Solution) -> str:
    return re.sub("<[^>]*>", "", solution._repr_html_() or "")


@pytest.mark.parametrize("read", [pdf, docx, notebook])
def test_letters_on_pages_that_are_no_text(read: Callable[[Solution], str]) -> None:
    def letters(notation: str) -> str:
        """What a reader sees, bold letters as plain ones, without spaces."""
        return re.sub(r"[\s\u200b]", "", normalize("NFKC", read(q2(notation))))

    usual, other, rows = map(letters, ("{}", ALL, "{vectors: row}"))
    assert all(sign in other for sign in ("⊤", "∂", "log", "sigmoid", "z3", "a2"))
    assert not re.search("∇|σ|u[123]|ln", other.replace("multiplied", ""))
    assert all(sign in usual for sign in ("∇", "σ", "u3", "h2", "ln"))
    assert "⊤" not in usual
    assert "u1=xW1+b1" in rows
    assert "u1=xW1+b1" not in usual


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


@each(
    ("notation", "column", "message", "hint"),
    [
        ("{sigmoid: logistic}", 21, "unknown sigmoid 'logistic'", "sigmoid"),
        ("{log: log10}", 17, "unknown log 'log10'", "did you mean 'log'?"),
        ("{names: [u, h]}", 19, "found a list of 2 for names, expected", ""),
        ("{vectors: rows}", 21, "unknown vectors 'rows'", "did you mean 'row'?"),
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


# -- vectors as rows ----------------------------------------------------------------------------------------------------
ROWS = {
    "text": ("u₁ = x W₁ + b₁", "= [ 1.0  2.0 ] ⎡", "∇_u₂ J = (∇_u₃ J W₃ᵀ) ⊙ f′(u₂)", "∇_W₁ J = xᵀ (∇_u₁ J)"),
    "markdown": (r"\mathbf{x} \, \mathbf{W}_1 + \mathbf{b}_1", r"\begin{pmatrix} 1.30 & -4.70 & 3.60 \end{pmatrix}"),
    "latex": (r"\mathbf{x} \, \mathbf{W}_1 + \mathbf{b}_1", r"\begin{pmatrix*}[r] 1.30 & -4.70 & 3.60 \end{pmatrix*}"),
    "exam": (r"\mathbf{x} \, \mathbf{W}_1 + \mathbf{b}_1", r"\begin{pmatrix*}[r] 1.30 & -4.70 & 3.60 \end{pmatrix*}"),
    "json": ("u₁ = x W₁ + b₁", '"text": "[1.30 -4.70 3.60]"'),
}


@each("name", ROWS)
def test_vectors_stand_as_rows(name: str) -> None:
    made = page(q2("{vectors: row}"), name)
    for said in ROWS[name]:
        assert said in made
    assert not re.search(r"W₁ᵀ x|W}_1\^T", made)


@pytest.mark.parametrize(("notation", "said"), [("{vectors: row}", True), ("{}", False)])
def test_a_question_says_that_vectors_are_rows(notation: str, said: bool) -> None:
    made = str(format_file("text").page(Shown("t", [q2(notation)], View(kind="question"))))
    assert ("Vectors are rows. Round each result" in made) == said


@pytest.mark.parametrize(("notation", "said", "size"), [("{vectors: row}", True, "1×3"), ("{}", False, "3×1")])
def test_a_sheet_says_that_vectors_are_rows_and_has_room_for_them(notation: str, said: bool, size: str) -> None:
    solution = q2(notation)
    for made in (
        str(format_file("markdown").page(Shown("t", [solution], View(kind="sheet")))),
        template(sheet(solution), "yaml"),
    ):
        assert ("Vectors are rows." in made) == said
        assert re.search(rf"b/u1\b.*\b{size} numbers", made)
        assert re.search(r"a/W1\b.*\b2×3 numbers", made)


@pytest.mark.parametrize("name", [name for name in PROBLEM_NAMES if name != "training"])
def test_rows_change_no_answer(name: str) -> None:
    """Every problem but a long one is written with rows, its answers staying as they are, but for formulas, which are those in rows."""
    text = FILES[name].read_text()
    if "given:" not in text or "notation:" in text:
        return
    (plain,) = solutions(name)
    rows = solve_question(load_text(f"notation: {{vectors: row}}\n{text}").questions[0])
    numbers = [key for key, solved in plain if solved.item.kind != "formula"]
    assert rows.answers.keys() == plain.answers.keys()
    assert [rows.answers[key] for key in numbers] == [plain.answers[key] for key in numbers]
    for (_, one), (_, other) in zip(plain, rows, strict=True):
        turning = other.context.working.symbols.turning
        assert turning is not None
        if isinstance(one.shown, Array) and isinstance(other.shown, Array):
            assert (one.shown.value.shape != other.shown.value.shape) == (other.name in turning.rows)
    for part in rows.parts:
        for solved in part.steps:
            if isinstance(solved.item, Step):
                recomputed(solved)


def test_what_has_columns_alone_is_refused_by_name() -> None:
    text = """title: t
notation: {vectors: row}
given:
  one: {family: formula, quantities: {x: [1, 2]}, formulas: [y = 2*x]}
parts: [{label: a}]"""
    with pytest.raises(SpecError, match="one_y is worked out with vectors as columns alone"):
        load_text(text)


def recomputed(solved: Solved) -> None:
    """The formula that stands on the page gives the value that stands there, from the numbers that do."""
    turning = solved.context.working.symbols.turning
    assert turning is not None
    env = {name: x.T if name in turning.rows else x for name, x in solved.context.envs[solved.context.carry].items()}
    expected = solved.form.round(env[solved.name])
    lines = solved.lines()
    stated = next(
        (line for line in lines if line.left == Name(solved.name) and env.keys() >= set(names(line.right))), None
    )
    if stated is not None:
        np.testing.assert_array_equal(solved.form.round(value(stated.right, env)), expected)
    if lines and not names(lines[-1].right):
        np.testing.assert_allclose(value(lines[-1].right, {}), expected, rtol=1e-12)


def test_lines_with_a_students_own_numbers_stand_as_rows() -> None:
    solution = q2("{vectors: row}")
    solved = solution["b/u1"]
    own = {name: solution.parts[1].context.solved[name].literal() for name in solved.item.needs}  # type: ignore[union-attr]
    lines = solved.worked(lambda guard: own, solved.written)
    assert [line.right for line in lines][-1].value.shape == (1, 3)  # type: ignore[union-attr]


def test_figures_of_cells_have_the_formulas_of_the_page() -> None:
    text = (ROOT / "problems/gru.yaml").read_text()
    solution = solve_question(load_text(f"notation: {{vectors: row}}\n{text}").questions[0])
    context = next(part.context for part in solution.parts if part.context and "cell" in part.context.working.figures)
    alt = scene_of(Drawn("cell", context)).alt
    assert re.search(r"h₀ U_\wᵀ", alt)
