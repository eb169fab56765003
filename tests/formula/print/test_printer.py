"""One tree in text and LaTeX: order, brackets and typed digits stay the author's."""

import numpy as np

from solver.formula.parse import parse
from solver.formula.print.printer_latex import LatexPrinter
from solver.formula.print.printer_text import TextPrinter, symbol_text
from solver.formula.print.setter_latex import escape
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Array, Bin, Group, Neg, Num
from tests.tables import each

SYMBOLS = {
    "W1": Symbol("W", "1", shape=(2, 3)),
    "x": Symbol("x", shape=(2, 1)),
    "M": Symbol("M", shape=(3, 3)),
    "h": Symbol("h", shape=(3, 1)),
    "g": Symbol("J", wrt=Symbol("u", "1", shape=(3, 1)), shape=(3, 1)),
}


@each(
    ("formula", "text", "latex"),
    [
        ("W1.T @ x", "W₁ᵀ x", r"\mathbf{W}_1^T \, \mathbf{x}"),
        ("h * g", "h ⊙ (∇_u₁ J)", r"\mathbf{h} \odot (\nabla_{\mathbf{u}_1} J)"),
        ("h*h @ x.T", "(h ⊙ h) xᵀ", r"(\mathbf{h} \odot \mathbf{h}) \, \mathbf{x}^T"),
        ("-h**2 @ x.T", "(-h ⊙ h) xᵀ", r"(-\mathbf{h} \odot \mathbf{h}) \, \mathbf{x}^T"),
        ("2*h @ x.T * M", "2h xᵀ ⊙ M", r"2\mathbf{h} \, \mathbf{x}^T \odot \mathbf{M}"),
        ("a*g", "a ∇_u₁ J", r"a \, \nabla_{\mathbf{u}_1} J"),
        ("a*g*b", "a ∇_u₁ J · b", r"a \, \nabla_{\mathbf{u}_1} J \cdot b"),
        ("2*g", "2∇_u₁ J", r"2\nabla_{\mathbf{u}_1} J"),
        ("2*a*b", "2a b", r"2a \, b"),
        ("(a + b)*c", "(a + b) c", r"(a + b) \, c"),
        ("a - (b - c)", "a - (b - c)", "a - (b - c)"),
        ("a/(b + c)", "a/(b + c)", r"\frac{a}{b + c}"),
        ("1 - h**2", "1 - h ⊙ h", r"1 - \mathbf{h} \odot \mathbf{h}"),
        ("exp(-u)", "e^(-u)", "e^{-u}"),
        ("-d*log(y)", "-d ln(y)", r"-d \, \ln(y)"),
        ("a*(-b)", "a (-b)", r"a \, (-b)"),
        ("abs(a) + norm(h)", "|a| + ‖h‖", r"\left|a\right| + \left\|\mathbf{h}\right\|"),
        ("alpha*beta1", "α β₁", r"\alpha \, \beta_1"),
        ("1.50e-7*a", "1.50·10⁻⁷ · a", r"1.50 \cdot 10^{-7} \cdot a"),
        ("flops_conv1 + 16941456", "flops_conv1 + 16,941,456", r"\text{flops}_{\text{conv 1}} + 16{,}941{,}456"),
        ("(a**b)**c", "(a^b)^c", "(a^{b})^{c}"),
        ("1 - tanh(u)**2", "1 - tanh²(u)", r"1 - \tanh^{2}(u)"),
        ("(sin(u)**2)**3", "(sin²(u))³", r"(\sin^{2}(u))^{3}"),
        ("tanh(u)**a", "tanh(u)^a", r"\tanh(u)^{a}"),
        ("log(u)**2", "ln(u)²", r"\ln(u)^{2}"),
        ("inv(M) @ h", "M⁻¹ h", r"\mathbf{M}^{-1} \, \mathbf{h}"),
        ("inv(M).T + inv(2*M)", "(M⁻¹)ᵀ + (2M)⁻¹", r"(\mathbf{M}^{-1})^T + (2\mathbf{M})^{-1}"),
        ("h**-1 + a**-1", "1/h + a⁻¹", r"\frac{1}{\mathbf{h}} + a^{-1}"),
        ("squared_distances(M, h.T)", "dist²(M, hᵀ)", r"\text{dist}^{2}(\mathbf{M}, \mathbf{h}^T)"),
        ("g.T", "(∇_u₁ J)ᵀ", r"(\nabla_{\mathbf{u}_1} J)^T"),
        ("(a/b) - c", "(a/b) - c", r"\frac{a}{b} - c"),
        ("exp(-(a/b))", "e^(-(a/b))", r"e^{-\frac{a}{b}}"),
    ],
)
def test_prints(formula: str, text: str, latex: str) -> None:
    tree = parse(formula)
    assert TextPrinter(SYMBOLS).print(tree) == text
    assert LatexPrinter(SYMBOLS).print(tree) == latex


@each(
    ("symbol", "text", "latex"),
    [
        (Symbol("h", argument="t - 1"), "h(t - 1)", "h(t - 1)"),
        (Symbol("PE", argument="5, 2i + 1"), "PE(5, 2i + 1)", r"\text{PE}(5, 2i + 1)"),
        (Symbol("KL", argument="p, data"), "KL(p, data)", r"\text{KL}(p, \text{data})"),
        (Symbol("delta", "o2"), "δ_o2", r"\delta_{o_2}"),
        (Symbol("U", "1,all"), "U_1,all", r"U_{1,\text{all}}"),
        (Symbol("params", "conv 1"), "params_conv1", r"\text{params}_{\text{conv 1}}"),
        (Symbol("m", mark="bar"), "m\u0304", r"\bar{m}"),
        (Symbol("tanh", prime=True, argument=Symbol("u")), "tanh′(u)", r"\tanh'(u)"),
        (Symbol("∑", "j"), "∑_j", r"\sum_j"),
    ],
)
def test_what_stands_below_and_in_brackets_is_mathematics_or_words(symbol: Symbol, text: str, latex: str) -> None:
    assert symbol_text(symbol) == text
    assert LatexPrinter({"x": symbol}).print(parse("x")) == latex


@each(
    ("typed", "text", "latex"),
    [
        ("1010", "1,010", "1{,}010"),
        ("16941456.25", "16,941,456.25", "16{,}941{,}456.25"),
        ("-1000", "-1,000", "-1{,}000"),
        ("999.1234", "999.1234", "999.1234"),
        ("0012", "0,012", "0{,}012"),
    ],
)
def test_thousands_are_grouped_in_one_way(typed: str, text: str, latex: str) -> None:
    assert (TextPrinter().print(Num(typed)), LatexPrinter().print(Num(typed))) == (text, latex)


def test_products_of_typed_numbers_are_juxtaposed() -> None:
    tree = Bin("+", Bin("*", Group(Num("3.2")), Group(Num("1.0"))), Bin("*", Group(Num("-1.2")), Group(Num("2.0"))))
    assert TextPrinter().print(tree) == "(3.2)(1.0) + (-1.2)(2.0)"


def test_a_negative_number_behind_a_sign_is_bracketed() -> None:
    assert TextPrinter().print(Bin("-", Num("1"), Num("-2"))) == "1 - (-2)"
    assert TextPrinter().print(Neg(Num("-2"))) == "-(-2)"


def test_long_arrays_are_elided() -> None:
    array = Array(np.arange(100.0).reshape(100, 1))
    text = TextPrinter(most=5).print(array)
    assert text == "[0.0; 1.0; 2.0; …; 99.0]"


@each(
    ("name", "text"),
    [
        ("W1", "W₁"),
        ("grad_W12", "∇_W₁₂ J"),
        ("eta", "η"),
        ("params_fc", "params_fc"),
        ("h1_new", "h_1,new"),
        ("_", "_"),
    ],
)
def test_default_symbols(name: str, text: str) -> None:
    assert symbol_text(default_symbol(name)) == text


def test_symbol_parts() -> None:
    assert symbol_text(Symbol("f", prime=True, argument=Symbol("u", "1"))) == "f′(u₁)"
    assert symbol_text(Symbol("h", argument="2")) == "h(2)"


def test_latex_escapes_words() -> None:
    assert escape(r"\input{x}$&#_%") == r"\backslash input\{x\}\$\&\#\_\%"


@each(
    ("text", "plain", "latex"),
    [
        ("W[1, 2]*u[2]", "w₁,₂ u₂", r"w_{1,2} \, u_2"),
        ("W[2, :] @ u", "W[2, :] u", r"\mathbf{W}[2, :] \, \mathbf{u}"),
        ("W1[1, 2]", "W₁[1, 2]", r"\mathbf{W}_1[1, 2]"),
        ("v[2]", "v[2]", r"\mathbf{v}[2]"),
    ],
)
def test_an_entry_has_its_place_below(text: str, plain: str, latex: str) -> None:
    """v₂ is another quantity here."""
    shapes = {"W": (2, 2), "u": (2, 1), "W1": (2, 2), "v": (3, 1), "v2": (1, 1)}
    symbols = {name: default_symbol(name).shaped(size) for name, size in shapes.items()}
    assert TextPrinter(symbols).print(parse(text)) == plain
    assert LatexPrinter(symbols).print(parse(text)) == latex


def test_a_transposed_exponent_has_brackets() -> None:
    """e^xᵀ would be read as (e^x)ᵀ."""
    assert TextPrinter().print(parse("exp(x.T)")) == "e^(xᵀ)"


@each(
    ("symbol", "formula", "text", "latex"),
    [
        (Symbol("x", argument="1"), "q.T", "x(1)", "x(1)"),  # one number is its own transpose
        (Symbol("J", wrt=Symbol("u")), "q.T", "(∇_u J)ᵀ", r"(\nabla_u J)^T"),
        (Symbol("gamma", "sigma"), "q", "γ_σ", r"\gamma_{\sigma}"),
        (Symbol("H", argument="p, q"), "q", "H(p, q)", "H(p, q)"),
        (Symbol("u", "d1,real"), "q", "u_d1,real", r"u_{d_1,\text{real}}"),
        (Symbol("tanh", prime=True), "q", "tanh′", r"\tanh'"),
        (Symbol("y", "A", shape=(3, 1)), "q[2]", "y_A,2", "y_{A,2}"),
        (Symbol("s", argument="0", shape=(3, 1)), "q[2]", "s₂(0)", "s_2(0)"),
        (Symbol("u", "1", shape=(3, 1)), "q[2]", "u₁[2]", r"\mathbf{u}_1[2]"),  # u₁,₂ could be a matrix's
    ],
)
def test_symbols_in_formulas(symbol: Symbol, formula: str, text: str, latex: str) -> None:
    assert TextPrinter({"q": symbol}).print(parse(formula)) == text
    assert LatexPrinter({"q": symbol}).print(parse(formula)) == latex
