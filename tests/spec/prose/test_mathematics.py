r"""An author's LaTeX: what is read, how it is written again, and where what is not known stands."""

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.macros import LETTERS, MARKS, NAMES, SIGNS
from solver.formula.print.setter_latex import LatexSetter
from solver.formula.print.setter_text import TextSetter
from solver.spec.prose.mathematics import MAX_DEPTH, typeset
from tests.tables import each
from tests.trials import CHARACTERS


@each(
    ("latex", "text", "again"),
    [
        ("x", "x", "x"),
        (r"\mathbf{W}_1^\top x", "W₁ᵀx", r"\mathbf{W}_1^{\top} x"),
        (r"\frac12", "1/2", r"\frac{1}{2}"),
        ("x^12", "x¹2", "x^{1}2"),
        (r"\frac{a+b}{c}", "(a + b)/c", r"\frac{a + b}{c}"),
        (r"\sum_{i=1}^n w_i x_i", "∑ᵢ₌₁ⁿ wᵢxᵢ", r"\sum_{i = 1}^{n} w_i x_i"),
        (r"\hat y = \sigma(z)", "y\u0302 = σ(z)", r"\hat{y} = \sigma(z)"),
        (r"f'(x)", "f′(x)", "f'(x)"),
        (r"h^{(t)}", "h⁽ᵗ⁾", "h^{(t)}"),
        (r"\mathbb{R}^{n \times m}", "ℝ^(n × m)", r"\mathbb{R}^{n \times m}"),
        (r"-x - -1", "-x - -1", "-x - -1"),
        (r"\left\| \frac{a}{b} \right\|_2", "‖a/b‖₂", r"\left\|\frac{a}{b}\right\|_2"),
        (r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}", "[1 2; 3 4]", r"\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix}"),
        (
            r"\begin{cases} 1 & \text{if } u > 0 \\ 0 & \text{else} \end{cases}",
            "{ 1, if u > 0; 0, else",
            r"\begin{cases} 1 & \text{if } u \gt 0 \\ 0 & \text{else} \end{cases}",
        ),
        (r"\operatorname{softmax}(z)_k", "softmax(z)ₖ", r"\text{softmax}(z)_k"),
        (r"\mathrm{ReLU}(u)", "ReLU(u)", r"\mathrm{ReLU}(u)"),
        (r"\sqrt[3]{x}", "∛x", r"\sqrt[{3}]{x}"),
        (r"\log_2 n", "log₂ n", r"\log_2 n"),
        (r"e^{-u}", "e⁻ᵘ", "e^{-u}"),
        (r"\max_i x_i", "maxᵢ xᵢ", r"\max_i x_i"),
        (r"\underbrace{x+y}_{z}", "(x + y)_z", r"\underbrace{x + y}_z"),
        ("x∈ℝ", "x ∈ ℝ", r"x \in ℝ"),
        ("a{,}b", "a, b", "a, b"),
        ("{}", "", ""),
    ],
)  # fmt: skip
def test_what_is_read(latex: str, text: str, again: str) -> None:
    made = typeset(latex)
    assert TextSetter().set(made) == text
    assert LatexSetter().set(made) == again


@each(
    ("latex", "column", "message", "hint"),
    [
        (r"a + \foo", 4, r"unknown macro \foo", ""),
        (r"\write18{ls}", 0, r"unknown macro \write", ""),
        (r"x \input{y}", 2, r"unknown macro \input", ""),
        (r"\href{a}{b}", 0, r"unknown macro \href", ""),
        (r"\alhpa", 0, r"unknown macro \alhpa", r"did you mean \alpha?"),
        (r"\def\x{1}", 0, r"unknown macro \def", ""),
        (r"\csname x\endcsname", 0, r"unknown macro \csname", ""),
        (r"\frac{1}", 8, r"found the end after \frac, expected what it is about", ""),
        ("x^", 2, "found the end after ^, expected what it is about", ""),
        ("x^2^3", 3, "a second ^ at one base", ""),
        ("^2", 0, "^ without a base", ""),
        ("{a", 2, "found the end after {…, expected }", ""),
        ("a}", 1, "} without its beginning", ""),
        (r"\left(x", 0, r"\left without its \right", ""),
        (r"\left<x\right>", 5, r"found < after \left, expected a bracket", ""),
        (r"\begin{tikzpicture}", 0, "unknown environment 'tikzpicture'", ""),
        (r"\begin{matrix} 1", 0, r"\begin{matrix} without its \end", ""),
        (r"\begin{matrix}1\end{cases}", 15, r"\end{cases} ends \begin{matrix}", ""),
        ("a & b", 2, "& without its beginning", ""),
        ("50% of x", 2, "% has no meaning in mathematics", r"\text{…} holds words"),
        ("a # b", 2, "# has no meaning in mathematics", ""),
        (r"\text{a", 5, r"the brace behind \text is not closed", ""),
        ("`x", 0, "` has no meaning in mathematics", ""),
        ("a \x1b b", 2, "\x1b has no meaning in mathematics", ""),
    ],
)
def test_what_is_refused(latex: str, column: int, message: str, hint: str) -> None:
    with pytest.raises(FormulaError) as caught:
        typeset(latex)
    assert (caught.value.message, caught.value.column) == (message, column)
    assert hint in caught.value.hint


@each("start", ["{", "x^{", r"\sqrt{", r"\left(", r"\begin{matrix}", r"\frac{"])
def test_nesting_is_bounded(start: str) -> None:
    with pytest.raises(FormulaError, match="nested too deeply"):
        typeset(start * (MAX_DEPTH + 30))


def test_length_is_bounded() -> None:
    with pytest.raises(FormulaError, match="more than 3,000 signs"):
        typeset("x" * 100_000)


def test_every_macro_is_read_and_written() -> None:
    for name in LETTERS | SIGNS | NAMES:
        latex = f"\\{name}"
        assert LatexSetter().set(typeset(LatexSetter().set(typeset(latex)))) == LatexSetter().set(typeset(latex)), name
    for name in MARKS:
        assert LatexSetter().set(typeset(f"\\{name}{{x}}")).endswith("{x}")


SIGNS_AND_WORDS = [
    "{", "}", "^", "_", "&", "\\\\", "\\left(", "\\right)", "\\frac", "\\sqrt", "[", "]", "x", "12", " ", "'", "\\text{a}",
    "\\begin{cases}", "\\end{cases}", "\\mathbf", "\\sum", "\\hat", "\\,", "-", "=", "\\limits", "~", "\\binom", "\\",
]  # fmt: skip


@example("~'")
@example("x_{a~}^{b~}")
@example(r"\overset{a~}{b~} ~_1")
@given(st.lists(st.sampled_from(SIGNS_AND_WORDS), max_size=12).map("".join) | st.text(CHARACTERS, max_size=30))
def test_anything_is_read_or_refused_in_its_place(latex: str) -> None:
    try:
        made = typeset(latex)
    except FormulaError as error:
        wrong = error
    else:
        wrong = None
    if wrong is not None:
        assert 0 <= wrong.column <= len(latex)
        assert wrong.message
        return
    again = LatexSetter().set(made)
    assert LatexSetter().set(typeset(again)).replace(" ", "") == again.replace(" ", "")
    assert "\n" not in TextSetter().set(made)
