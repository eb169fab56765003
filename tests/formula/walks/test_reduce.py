"""Each printed line of working follows from the one above it: checked on what is printed, with its own arithmetic."""

import pytest
from hypothesis import HealthCheck, given, reject, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.formula.print.printer_text import TextPrinter
from tests.reader.formulas import expressions
from tests.reader.page import check, solved, steps
from tests.tables import each
from tests.trials import times

# -- random questions ---------------------------------------------------------------------------------------------------

DIGITS = st.integers(0, 3).flatmap(
    lambda places: st.integers(-99 * 10**places, 99 * 10**places).map(lambda k: f"{k / 10**places:.{places}f}")
)
SIZES = st.integers(1, 4)


@st.composite
def chains(draw: st.DrawFn) -> str:
    """Formulas over numbers, vectors and matrices, each of which may use those above it."""
    n, m = draw(SIZES), draw(SIZES)
    shapes: dict[str, tuple[int, int]] = {"a": (1, 1), "x": (n, 1), "z": (n, 1), "W": (n, m), "b": (m, 1)}
    lines = [f"    {name}: {_yaml(draw, shape)}" for name, shape in shapes.items()]
    formulas = []
    for k in range(draw(st.integers(1, 5))):
        shape = draw(st.sampled_from([(1, 1), (n, 1), (m, 1), (n, m)]))
        formulas.append(f"    - r{k} = {draw(expressions(shapes, shape, 3))}")
        shapes[f"r{k}"] = shape
    digits = draw(st.integers(0, 5))
    rule = f"{{figures: {digits + 1}}}" if draw(st.booleans()) else f"{{decimals: {digits}}}"
    carry = draw(st.sampled_from(["rounded", "exact"]))
    head = f"title: t\nround: {rule}\ncarry: {carry}\ngiven:\n  family: formula\n  quantities:\n"
    return "\n".join([head + "\n".join(lines), "  formulas:", *formulas, "parts: [{label: a}]"])


def _yaml(draw: st.DrawFn, shape: tuple[int, int]) -> str:
    if shape == (1, 1):
        return draw(DIGITS)
    return "[" + ", ".join(f"[{', '.join(draw(DIGITS) for _ in range(shape[1]))}]" for _ in range(shape[0])) + "]"


@settings(max_examples=times(12), suppress_health_check=[HealthCheck.too_slow])
@given(chains())
def test_each_line_follows_from_the_one_above(text: str) -> None:
    try:
        solution = solved(text)
    except SpecError as error:
        if "has no value" not in str(error):  # 0 to the power of −1
            raise
        reject()
    check(solution, turn=len(text))


# -- what once went wrong -----------------------------------------------------------------------------------------------


@each(
    ("head", "formulas"),
    [
        ("{figures: 1}\ncarry: exact", ["r = 11", "s = r/(1 + 1**2)"]),  # 11 in one figure would be shown as 10
        ("{figures: 1}", ["r = 17.783**4"]),  # 100000, not 99999.99999999999
        ("{decimals: 0}", ["r = 1 - 31640625**2"]),  # beyond 10**15 every digit counts
        ("{decimals: 2}", ["r = 1/(1 + exp(1000))"]),  # e**1000 has no digits
        ("{figures: 3}", ["r = sigmoid(-900)"]),
        ("{figures: 2}\ncarry: exact", ["r = 1/3", "s = r*10**15", "u = s - 333333333333333"]),  # cancellation
        ("{decimals: 2}\ncarry: exact", ["r = 1/7", "s = r*10**9", "u = sin(s)"]),
    ],
)
def test_lines_that_need_care(head: str, formulas: list[str]) -> None:
    listed = "".join(f"    - {formula}\n" for formula in formulas)
    check(solved(f"title: t\nround: {head}\ngiven:\n  family: formula\n  formulas:\n{listed}parts: [{{label: a}}]"))


def test_no_lines_are_shown_where_no_digits_are_enough() -> None:
    text = "title: t\nround: {decimals: 2}\ngiven: {family: formula, formulas: [r = 1e16 + 1 - 1e16, s = 0.1]}\n"
    solution = solved(text + "parts: [{label: a}]")
    check(solution)
    assert [len(step.lines()) for step in steps(solution)] == [2, 1]


def lines(formulas: str, quantities: str = "", head: str = "round: {decimals: 2}") -> list[str]:
    """The printed lines of the last formula."""
    text = f"title: t\n{head}\ngiven: {{family: formula, quantities: {{{quantities}}}, formulas: [{formulas}]}}\n"
    solution = solved(text + "parts: [{label: a}]")
    check(solution)
    *_, step = steps(solution)
    printer = TextPrinter(step.context.working.symbols)
    return [f"{line.relation} {printer.print(line.right)}" for line in step.lines()]


A_B = "a: [1, 2], b: [3, 4]"


@pytest.mark.parametrize(
    ("formula", "quantities", "expected"),
    [
        # a 1×1 matrix product keeps its brackets
        ("1 - (a.T @ b)", A_B, ["1 - (aᵀ b)", "1 - ([1 2] [3; 4])", "1 - ((1)(3) + (2)(4))", "1 - 11", "-10.00"]),
        ("(a.T @ b)**2", A_B, ["(aᵀ b)²", "([1 2] [3; 4])²", "((1)(3) + (2)(4))²", "11²", "121.00"]),
        (
            "(a.T @ b)*c",
            A_B + ", c: 2",
            ["(aᵀ b) c", "([1 2] [3; 4]) · 2", "((1)(3) + (2)(4)) · 2", "11 · 2", "22.00"],
        ),
        # a product of two numbers is written out already
        ("w @ x + b", "w: 0.6, x: 1, b: 0.9", ["w x + b", "(0.6)(1) + 0.9", "0.6 + 0.9", "1.50"]),
        # no line says nothing new
        ("1", "", ["1.00"]),
        ("2*3", "", ["2 · 3", "6.00"]),
        ("-c", "c: 2.0", ["-c", "-2.00"]),
        ("c", "c: 1.2", ["c", "1.20"]),
        ("c", "c: 1.234", ["c", "1.234", "1.23"]),
        # no sign follows a sign
        ("c + c*2*c", "c: -8", ["c + c · 2c", "-8 + (-8 · 2 · (-8))", "-8 + 128", "120.00"]),
        # a factor 0 leaves a vector a vector
        (
            "d*log(2) + sum(x) + 2*d*x",
            "d: 0, x: [1, 2]",
            [
                "d ln(2) + sum(x) + 2d x",
                "0 ln(2) + sum([1; 2]) + 2 · 0 [1; 2]",
                "sum([1; 2]) + 0 [1; 2]",
                "sum([1; 2]) + [0 · 1; 0 · 2]",
                "3 + [0; 0]",
                "[3 + 0; 3 + 0]",
                "[3.00; 3.00]",
            ],
        ),
        (
            "d*log(2) + (d*A) @ x",
            "d: 0, x: [1, 2], A: [[1, 2]]",
            [
                "d ln(2) + (d A) x",
                "0 ln(2) + (0 [1 2]) [1; 2]",
                "(0 [1 2]) [1; 2]",
                "[0 · 1, 0 · 2] [1; 2]",
                "[0 0] [1; 2]",
                "(0)(1) + (0)(2)",
                "0.00",
            ],
        ),
        # no share of softmax that is no float
        (
            "log_softmax(x)",
            "x: [1, 999]",
            [
                "log softmax(x)",
                "log softmax([1; 999])",
                "[ln(e¹/(e¹ + e⁹⁹⁹)); ln(e⁹⁹⁹/(e¹ + e⁹⁹⁹))]",
                "[-998.00; 0.00]",
            ],
        ),
        # zeros and ones choose terms of a sum
        (
            "-sum(d*log(p))",
            "d: [0, 1], p: [0.8, 0.2]",
            ["-sum(d ⊙ ln(p))", "-sum([0; 1] ⊙ ln([0.8; 0.2]))", "-ln(0.2)", "1.61"],
        ),
        (
            "sum(d*log(p))/2",
            "d: [[1, 0], [0, 1]], p: [[1, 0], [0.9, 1]]",
            [
                "sum(d ⊙ ln(p))/2",
                "sum([1 0; 0 1] ⊙ ln([1 0; 0.9 1]))/2",
                "(ln(1) + ln(1))/2",
                "(0 + 0)/2",
                "0/2",
                "0.00",
            ],
        ),
    ],
)
def test_lines(formula: str, quantities: str, expected: list[str]) -> None:
    assert lines(f'"y = {formula}"', quantities) == [f"= {line}" for line in expected]


def test_small_numbers_are_not_zero() -> None:
    made = lines('"s = 0.9*v + 0.1*g**2"', "v: 0, g: 0.00002", "round: {figures: 4}")
    assert made[-2:] == ["= 0 + 4·10⁻¹¹", "= 4.000·10⁻¹¹"]


@pytest.mark.parametrize(
    ("formula", "quantities", "expected"),
    [
        ("exp(a) + 1", "a: 1.2", ["= e^a + 1", "= e^(1.2) + 1", "≈ 3.3201 + 1", "= 4.32"]),  # digits left out
        (
            "log_softmax(x)",
            "x: [1, 2]",
            [
                "= log softmax(x)",
                "= log softmax([1; 2])",
                "= [ln(e¹/(e¹ + e²)); ln(e²/(e¹ + e²))]",
                "≈ [ln(0.2689); ln(0.7311)]",
                "= [-1.31; -0.31]",
            ],
        ),
        ("a*b + 1", "a: 1.2, b: 0.03", ["= a b + 1", "= 1.2 · 0.03 + 1", "= 0.036 + 1", "= 1.04"]),  # none
    ],
)
def test_a_line_with_shortened_numbers_is_approximate(formula: str, quantities: str, expected: list[str]) -> None:
    assert lines(f'"y = {formula}"', quantities) == expected


def test_no_line_stands_there_twice() -> None:
    assert lines('r = 3100042153.129036 * 100, "s = r.T"')[1:] == ["= 310,004,215,312.90"]
    made = lines('"s = -sum(a*log(b) + (1 - a)*log(1 - b))"', "a: 0.5, b: 0.2")
    assert len(made) == len(set(made))
    assert lines('"c = 2*a", "d = 3*a", "s = vstack(c, d)"', "a: 0.5")[1:] == ["= [1.00; 1.50]"]
