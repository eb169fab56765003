"""The language: what is read, what is refused, and that nothing is lost on the way."""

import contextlib
import re
import warnings

import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.functions import FUNCTIONS
from solver.formula.parse import MAX_DEPTH, MAX_LENGTH, parse
from solver.formula.source import source
from solver.formula.tree import Bin, Call, Group, Name, Neg, Num, Transpose, Tree, names
from solver.formula.walks.shape import shape
from solver.formula.walks.value import value as number
from tests.tables import each
from tests.trials import CHARACTERS


@each(
    ("text", "tree"),
    [
        ("1.00", Num("1.00")),
        ("W1.T @ x", Bin("@", Transpose(Name("W1")), Name("x"))),
        ("-d*log(y)", Bin("*", Neg(Name("d")), Call("log", (Name("y"),)))),
        ("-(d - y)", Neg(Group(Bin("-", Name("d"), Name("y"))))),
        ("(a + b).T", Transpose(Group(Bin("+", Name("a"), Name("b"))))),
        ("2**-1", Bin("**", Num("2"), Neg(Num("1")))),
    ],
)
def test_reads(text: str, tree: Tree) -> None:
    assert parse(text) == tree


@each(
    "text",
    [
        "__import__('os')",
        "x.__class__",
        "x.T.real",
        "x[0]",
        "lambda: 0",
        "a if b else c",
        "a < b",
        "a and b",
        "a := 1",
        "[1, 2]",
        "'text'",
        "f'{x}'",
        "True",
        "None",
        "1j",
        "0x10",
        "1_000",
        "a % b",
        "a // b",
        "~a",
        "+a",
        "tanh(u=1)",
        "tanh(*x)",
        "tanh()",
        "tanh(1, 2)",
        "max(1)",
        "a; b",
        "a # b",
        "a\nb",
        "é + 1",
        "",
        "   ",
        "1 +",
        "a b",
        "1e999",
        "tanh(" * 100 + "1" + ")" * 100,
        "-" * (MAX_DEPTH + 5) + "1",
        "1" + "+1" * MAX_LENGTH,
        "await x",
        "yield",
        "print(1)",
        "\x00",
    ],
)
def test_refuses(text: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert error.value.message


@each(
    ("text", "column", "hint"),
    [
        ("1 + tanhh(u)", 5, "did you mean 'tanh'?"),
        ("a + b[0]", 7, "counted from 1: the first is x[1]"),
        ("b[2:1]", 3, "X[1:3, :]"),
        ("b[1, 2, 3]", 3, "W[1, 2]"),
        ("b[i]", 3, "W[1, 2]"),
        ("u^2", 2, "write ** for a power: x**2"),
        ("u²", 2, "**2"),
        ("ln(x)", 1, "log is the natural logarithm: write log(x)"),
        ("1 - σ(u)", 5, "write sigmoid(u)"),
        ("σ + 1", 1, "sigma"),
        ("λ*w", 1, "lam"),
        ("a·b", 2, "write *"),
        ("ReLU(u)", 1, "write relu"),
        ("LeakyReLU(u)", 1, "write leaky_relu"),
        ("1 + cross_entropy(d, y)", 5, "-d*log(y) - (1 - d)*log(1 - y)"),
        ("2x + 1", 1, "write 2*x"),
        ("3 if x else 2", 1, ""),
        ("1if x else 2", 1, "write 1*i"),
        ("'a'", 1, "names, numbers"),
        ("ones(0)", 1, "ones(4) is a column of 4"),
        ("ones(2.5)", 1, "ones(4) is a column of 4"),
        ("eye(2, 3)", 1, "eye(3) is 3×3"),
        ("ones(3000, 3000)", 1, ""),
        ("correlate(X, K, strides=2)", 17, "stride, padding, dilation"),
        ("correlate(X, K, stride=1.5)", 24, "whole number"),
        ("tanh(u, axis=1)", 9, "no options"),
        ("max(X)", 1, "largest(X)"),
        ("zeros_around(u)", 1, "rows="),
    ],
)
def test_says_where_and_what(text: str, column: int, hint: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(text)
    assert error.value.column == column
    assert hint in error.value.hint


@each("word", ["ln", "lg", "mse", "pow", "conv2d", "dot", "transpose", "var", "relus", "maks"])
def test_a_hint_for_a_function_names_functions_alone(word: str) -> None:
    with pytest.raises(FormulaError) as error:
        parse(f"{word}(x)")
    hint = error.value.hint
    called = re.findall(r"(\w+)\(|'(\w+)'", hint)
    assert all((a or b) in FUNCTIONS for a, b in called)
    assert hint


@each(
    ("text", "value"),
    [("eye(2)", [[1, 0], [0, 1]]), ("ones(3)", [[1], [1], [1]]), ("ones(1, 2)", [[1, 1]]), ("2*ones(2)", [[2], [2]])],
)
def test_a_whole_number_is_a_size(text: str, value: list[list[float]]) -> None:
    tree = parse(text)
    assert shape(tree, {}) == (len(value), len(value[0]))
    assert number(tree, {}).tolist() == value
    assert parse(source(tree)) == tree


def test_parsing_leaves_the_warnings_of_other_threads_alone() -> None:
    with warnings.catch_warnings(record=True) as caught:
        warnings.simplefilter("always")
        for text in ("1if x else 2", "(1)(2)", "x is 1", "'\\d'", "1and x", "0x1for"):
            with pytest.raises(FormulaError):
                parse(text)
    assert not caught


def test_names_are_in_order_of_first_use() -> None:
    assert names(parse("b + a*b + c(1)".replace("c(1)", "exp(c)"))) == ["b", "a", "c"]


def trees() -> st.SearchStrategy[str]:
    leaves = st.sampled_from(["a", "b", "W1", "2", "0.50", "1e3"])
    return st.recursive(
        leaves,
        lambda inner: st.one_of(
            st.tuples(inner, st.sampled_from(["+", "-", "*", "/", "**", "@"]), inner).map(
                lambda t: f"({t[0]}) {t[1]} ({t[2]})"
            ),
            st.tuples(inner, st.sampled_from([" + ", "*", " - "]), inner).map("".join),
            inner.map(lambda x: f"-({x})"),
            inner.map(lambda x: f"tanh({x})"),
            inner.map(lambda x: f"({x}).T"),
        ),
        max_leaves=8,
    )


@given(trees())
def test_source_gives_the_tree_back(text: str) -> None:
    tree = parse(text)
    assert parse(source(tree)) == tree


@given(st.text(CHARACTERS, max_size=40))
def test_any_text_is_read_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(FormulaError):
        assert parse(source(parse(text))) == parse(text)


@each("number", ["2", "1.", ".5", "1e5", "0x1", "0b1", "0o7", "1j", "1_0", "f'{1"])
@each("word", ["and", "else", "for", "if", "in", "is", "not in", "or"])
def test_python_warns_of_nothing(number: str, word: str) -> None:
    """Warnings are caught for all threads at once; so none may come, which is tested where they are no errors."""
    with warnings.catch_warnings(record=True) as seen:
        warnings.simplefilter("always")
        with pytest.raises(FormulaError):
            parse(f"x + {number}{word} x" + ("}'" if number[0] == "f" else ""))
    assert not seen
