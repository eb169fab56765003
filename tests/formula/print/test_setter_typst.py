"""Typeset trees in Typst's mathematics: by a table, and hostile text that stays text."""

from solver.formula.print.setter_typst import TypstSetter
from solver.formula.typeset import Letters, Named, Said, Sign, Typeset
from tests.formula.print.test_setters import NODES
from tests.tables import each

MADE = [
    "x", "bf(W)", "bold(θ)", "bb(R)", "cal(L)", '"16,941.5"', "x + y = 1", "x ∈ bb(R)", "- x", "tanh x",
    'op("softmax") (x)', '"if $x$ is #1"', "x quad y", "x #h(0.3em) y", "x_i^2", 'x_("out")', "x_γ", "bf(W)_1^(⊤)",
    "x_(i 1)", "attach(x_i, b: 1)", "attach(x^n, t: n)", "f_1^(′)", "f_1^(′ 2)", "∑_(i = 1)^n x_i", 'limits(=)^("def")', "frac(x + 1, y)", "binom(n, i)",
    "sqrt(x + 1)", "root(3, x)", "(frac(x, y))", "lr(⌊ x ⌋)", "lr(x \\|)", "hat(y)", "hat(x y)", "underbrace(x)",
    'mat(delim: "[", x, y; 1, n)', 'mat(delim: #("{", none), &x, &"if so"; &1, &"else")',
    'mat(delim: #none, column-gap: #0em, x&, &= y; ""&, &= 1)', "mat(row-gap: #0.8em, display(frac(x, y)), n; 1, x)", "mat(delim: #none, &x, y&)",
]  # fmt: skip


@each(("node", "made"), [(node, made) for (node, *_), made in zip(NODES, MADE, strict=True)])
def test_each_node(node: Typeset, made: str) -> None:
    assert TypstSetter().set(node).replace("\\⌊", "⌊").replace("\\⌋", "⌋") == made


@each("text", ['"', "\\", '\\"); #read("a")', "$", "#", "//", "/*", "@a", "`", "_", "^", ",", ";", ")", "a:b"])
def test_words_and_letters_stay_what_they_are(text: str) -> None:
    """Everything is one string, or one character behind a backslash."""
    string = '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'
    forms = ("{}", "upright({})", "italic({})", "op({})")
    for node in (Said(text), Letters(text, "upright"), Letters(text), Named(text), Sign(text)):
        assert TypstSetter().set(node) in {form.format(made) for form in forms for made in (string, "\\" + text)}
