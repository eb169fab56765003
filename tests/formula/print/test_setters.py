"""Typeset trees in one line of text and in LaTeX: every node, by tables; a format cannot forget one."""

from typing import get_args

import pytest

from solver.formula.print.setter import Setter
from solver.formula.print.setter_latex import LatexSetter
from solver.formula.print.setter_text import TextSetter
from solver.formula.typeset import (
    Accented,
    Digits,
    Enclosed,
    Gap,
    Lattice,
    Letters,
    Named,
    Over,
    Root,
    Said,
    Scripts,
    Sign,
    Together,
    Typeset,
    together,
)
from tests.tables import each

X, Y, N, J, ONE = Letters("x"), Letters("y"), Letters("n"), Letters("i"), Digits("1")
PLUS, EQUALS = Sign("+", "binary"), Sign("=", "relation")
SUM = Scripts(Sign("∑", "large"), together(J, EQUALS, ONE), N, True)

NODES: list[tuple[Typeset, str, str]] = [
    (X, "x", "x"),
    (Letters("W", "bold"), "W", r"\mathbf{W}"),
    (Letters("θ", "bold italic"), "θ", r"\boldsymbol{\theta}"),
    (Letters("R", "double"), "ℝ", r"\mathbb{R}"),
    (Letters("L", "script"), "ℒ", r"\mathcal{L}"),
    (Digits("16,941.5"), "16,941.5", "16{,}941.5"),
    (together(X, PLUS, Y, EQUALS, ONE), "x + y = 1", "x + y = 1"),
    (together(X, Sign("∈", "relation"), Letters("R", "double")), "x ∈ ℝ", r"x \in \mathbb{R}"),
    (together(Sign("-", "prefix"), X), "-x", "-x"),
    (together(Named("tanh"), X), "tanh x", r"\tanh x"),
    (together(Named("softmax"), Enclosed("(", X, ")")), "softmax(x)", r"\text{softmax}(x)"),
    (Said("if $x$ is #1"), "if $x$ is #1", r"\text{if }\$\text{x}\$\text{ is }\#\text{1}"),
    (together(X, Gap(1.0), Y), "x y", r"x \quad y"),
    (together(X, Gap(0.3), Y), "x y", r"x \hspace{0.3em} y"),
    (Scripts(X, J, Digits("2")), "xᵢ²", "x_i^{2}"),
    (Scripts(X, Said("out")), "xₒᵤₜ", r"x_{\text{out}}"),
    (Scripts(X, Letters("γ")), "x_γ", r"x_{\gamma}"),
    (Scripts(Letters("W", "bold"), ONE, Sign("⊤")), "W₁ᵀ", r"\mathbf{W}_1^{\top}"),
    (Scripts(X, together(J, ONE)), "xᵢ₁", "x_{i1}"),
    (Scripts(Scripts(X, J), ONE), "xᵢ₁", "{x_i}_1"),
    (Scripts(Scripts(X, above=N), above=N), "xⁿⁿ", "{x^{n}}^{n}"),
    (Scripts(Letters("f"), ONE, Sign("′")), "f₁′", "f'_1"),
    (Scripts(Letters("f"), ONE, together(Sign("′"), Digits("2"))), "f₁′²", "f'_1^{2}"),
    (together(SUM, Scripts(X, J)), "∑ᵢ₌₁ⁿ xᵢ", r"\sum_{i = 1}^{n} x_i"),
    (Scripts(EQUALS, above=Said("def"), limits=True), "=ᵈᵉᶠ", r"\overset{\text{def}}{=}"),
    (Over(together(X, PLUS, ONE), Y), "(x + 1)/y", r"\frac{x + 1}{y}"),
    (Over(N, J, rule=False), "binom(n, i)", r"\binom{n}{i}"),
    (Root(together(X, PLUS, ONE)), "√(x + 1)", r"\sqrt{x + 1}"),
    (Root(X, Digits("3")), "∛x", r"\sqrt[{3}]{x}"),
    (Enclosed("(", Over(X, Y), ")"), "(x/y)", r"\left(\frac{x}{y}\right)"),
    (Enclosed("⌊", X, "⌋"), "⌊x⌋", r"\left\lfloor x\right\rfloor"),
    (Enclosed("", X, "|"), "x|", r"\left.x\right|"),
    (Accented("hat", Letters("y")), "y\u0302", r"\hat{y}"),
    (Accented("hat", together(X, Y)), "hat(xy)", r"\widehat{xy}"),
    (Accented("underbrace", X), "x", r"\underbrace{x}"),
    (Enclosed("[", Lattice(((X, Y), (ONE, N))), "]"), "[x y; 1 n]", r"\begin{bmatrix} x & y \\ 1 & n \end{bmatrix}"),
    (
        Enclosed("{", Lattice(((X, Said("if so")), (ONE, Said("else"))), ("left",)), ""),
        "{ x, if so; 1, else",
        r"\begin{cases} x & \text{if so} \\ 1 & \text{else} \end{cases}",
    ),
    (
        Lattice(((X, together(EQUALS, Y)), (Said(""), together(EQUALS, ONE))), ("right", "left"), True),
        "x = y; = 1",
        r"\begin{aligned} x & = y \\  & = 1 \end{aligned}",
    ),
    (
        Enclosed("(", Lattice(((Over(X, Y), N), (ONE, X))), ")"),
        "[x/y n; 1 x]",
        r"\begin{pmatrix} \displaystyle \frac{x}{y} & n \\[0.5em] 1 & x \end{pmatrix}",
    ),
    (Lattice(((X, Y),), ("left", "right")), "x y", r"\begin{array}{lr} x & y \end{array}"),
]


@each(("node", "text", "latex"), NODES)
def test_each_node(node: Typeset, text: str, latex: str) -> None:
    assert TextSetter().set(node) == text
    assert LatexSetter().set(node) == latex


def test_every_kind_of_node_is_tried() -> None:
    tried = {type(part) for node, _, _ in NODES for part in (node, *(node.parts if isinstance(node, Together) else ()))}
    assert tried == set(get_args(Typeset))


def test_a_format_that_forgets_a_node_is_told_which() -> None:
    class Forgetful(LatexSetter):
        over = Setter.over

    with pytest.raises(TypeError, match="over"):
        Forgetful()


def test_what_is_no_node_is_an_error() -> None:
    with pytest.raises(TypeError, match="cannot set a str"):
        LatexSetter().set("x")  # type: ignore[arg-type]


@each("text", [r"\write18{ls}", "}$\\input{x}", "a%b", "&", "^^M", "~"])
def test_words_and_letters_stay_what_they_are(text: str) -> None:
    """No backslash that is not our own, no brace that is not escaped or ours."""
    for node in (Said(text), Letters(text, "upright"), Letters(text), Named(text), Sign(text)):
        made = LatexSetter().set(node)
        assert "\\write" not in made
        assert "\\input" not in made
        assert "%" not in made.replace(r"\%", "")
        assert "$" not in made.replace(r"\$", "")
