"""Whole-number equations: every solution is found by brute force here, and every line holds for it."""

from math import floor

import numpy as np
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from solver.errors import FormulaError
from solver.formula.parse import parse
from solver.formula.print.printer_text import TextPrinter, words_text
from solver.formula.source import source
from solver.formula.tree import Name, Num
from solver.formula.walks.bounds import point
from solver.formula.walks.isolate import isolate
from solver.formula.walks.value import value
from solver.rounding import EXACT, Rounding
from solver.working.equation import Equation, Floored, equation, unfloored
from solver.working.items import Line
from tests.tables import each

SIZE = "H2 = floor((H1 - F1 + 2*p1)/s1) + 1"
BACK = "H2 = (H1 - 1)*s1 - 2*p1 + F1"
Numbers = dict[str, int]


def env(numbers: Numbers) -> dict[str, np.ndarray]:
    return {name: np.array([[float(n)]]) for name, n in numbers.items()}


def solve(made: Equation, numbers: Numbers) -> int:
    return int(made.value(env(numbers)).item())


def lines(made: Equation, numbers: Numbers, detail: str = "normal") -> list[Line]:
    operands = {name: Num(str(n)) for name, n in numbers.items()}
    return made.lines(lambda guard: operands, made.value(env(numbers)), EXACT, detail)  # type: ignore[arg-type]


def typed(made: Equation, numbers: Numbers, detail: str = "normal") -> list[str]:
    shown = []
    for line in lines(made, numbers, detail):
        left = "" if line.left is None else source(line.left) + " "
        shown.append(f"{left}= {source(line.right)}" + (f"  [{words_text(line.note)}]" if line.note else ""))
    return shown


CASES = [
    ("F1", SIZE, {"H2": 49, "H1": 55, "p1": 0, "s1": 1}, 7, ["48 = 55 - F1", "F1 = 55 - 48", "= 7"]),
    ("p1", SIZE, {"H2": 25, "H1": 49, "F1": 3, "s1": 2}, 1, ["48 = 46 + 2*p1", "p1 = (48 - 46)/2", "= 1"]),
    ("s1", SIZE, {"H2": 25, "H1": 49, "F1": 3, "p1": 1}, 2, ["24 = 48/s1", "s1 = 48/24", "= 2"]),
    ("H1", SIZE, {"H2": 25, "F1": 3, "p1": 0, "s1": 1}, 27, ["24 = H1 - 3", "H1 = 24 + 3", "= 27"]),
    ("H1", BACK, {"H2": 10, "F1": 2, "p1": 0, "s1": 2}, 5, ["4 = H1 - 1", "H1 = 4 + 1", "= 5"]),
    ("p1", BACK, {"H2": 8, "F1": 2, "H1": 5, "s1": 2}, 1, ["2 = 2*p1", "p1 = 2/2", "= 1"]),
    ("F1", BACK, {"H2": 10, "H1": 5, "p1": 0, "s1": 2}, 2, ["10 = 8 + F1", "F1 = 10 - 8", "= 2"]),
    ("n", "P = (d*F**2 + 1)*n", {"P": 3534, "d": 12, "F": 7}, 6, ["3534 = 589*n", "n = 3534/589", "= 6"]),
    ("x", "A = -x", {"A": -4}, 4, ["x = -(-4)", "= 4"]),
    ("x", "A = x/3", {"A": 4}, 12, ["x = 4*3", "= 12"]),
    ("F", "P = (d*F**2 + 1)*n", {"P": 3534, "d": 12, "n": 6}, 7, ["F = 7"]),  # a power is not isolated
]


@each(("unknown", "text", "numbers", "solution", "between"), CASES)
def test_the_unknown_is_isolated(unknown, text, numbers, solution, between):
    made = equation(unknown, text, least=0 if unknown == "p1" else 1)
    assert solve(made, numbers) == solution
    shown = typed(made, numbers)
    assert shown[0] == source(parse(text.split(" = ")[0])) + " = " + source(unfloored(parse(text.split(" = ")[1])))
    assert shown[2:-1] == between
    assert shown[-1].endswith("[check]")


def test_a_remainder_is_shown_honestly():
    made = equation("p1", SIZE, least=0)
    assert typed(made, {"H2": 25, "H1": 50, "F1": 3, "s1": 2}) == [
        "H2 = floor((H1 - F1 + 2*p1)/s1) + 1",
        "25 = floor((50 - 3 + 2*p1)/2) + 1",
        "p1 = 1  [the only whole number that fits]",
        "floor((50 - 3 + 2*1)/2) + 1 = floor(49/2) + 1  [check]",
        "= floor(24.5) + 1",
        "= 25",
    ]


def test_height_and_width_hold_together():
    width = SIZE.replace("H", "W")
    made = equation("F1", SIZE, width)
    square = {"H2": 25, "H1": 55, "p1": 0, "s1": 2}
    with pytest.raises(FormulaError, match="6, 7 all fit"):
        solve(equation("F1", SIZE), square)
    both = {**square, "W2": 25, "W1": 54}
    assert solve(made, both) == 6  # 7 fits the height alone, 5 and 6 fit the width
    assert [line for line in typed(made, both) if "[check]" in line or line.startswith("W2")] == [
        "W2 = floor((W1 - F1 + 2*p1)/s1) + 1",
        "floor((55 - 6 + 2*0)/2) + 1 = floor(49/2) + 1  [check]",
        "floor((54 - 6 + 2*0)/2) + 1 = floor(48/2) + 1  [check]",
    ]
    with pytest.raises(FormulaError, match="no whole number") as none:
        solve(made, {**square, "W2": 25, "W1": 60})
    assert "and" in none.value.message


def test_none_fits_names_the_nearest():
    with pytest.raises(FormulaError, match=r"no whole number from 1 to 50 for F1 fits 90 = ") as error:
        solve(equation("F1", SIZE, most=50), {"H2": 90, "H1": 50, "p1": 1, "s1": 1})
    assert error.value.hint == "the nearest is F1 = 1, which gives 52"


def test_several_fit_and_exact_keeps_one():
    numbers = {"H2": 25, "F1": 3, "p1": 1, "s1": 2}
    with pytest.raises(FormulaError, match="H1 is not determined: 49, 50 all fit") as error:
        solve(equation("H1", SIZE), numbers)
    assert "division: exact keeps 49" in error.value.hint
    assert solve(equation("H1", SIZE, exact=True), numbers) == 49
    with pytest.raises(FormulaError, match="without a remainder"):
        solve(equation("F1", SIZE, most=9, exact=True), {"H2": 25, "H1": 49, "p1": 0, "s1": 200})


def test_a_long_list_of_solutions_is_cut():
    with pytest.raises(FormulaError, match="1, 2, 3, 4, 5, 6, 7, 8 and 992 more all fit"):
        solve(equation("s1", SIZE, most=1000), {"H2": 1, "H1": 3, "F1": 3, "p1": 0})


def test_a_batch_is_solved_at_once():
    made = equation("F1", SIZE)
    numbers = {"H2": np.array([49.0, 10.0]).reshape(2, 1, 1), "H1": np.array([55.0, 12.0]).reshape(2, 1, 1)}
    found = made.value({**numbers, **env({"p1": 0, "s1": 1})})
    assert found.shape == (2, 1, 1)
    assert found.ravel().tolist() == [7, 3]
    wrong = {**numbers, "H2": np.array([49.0, 90.0]).reshape(2, 1, 1)}
    with pytest.raises(FormulaError, match=r"fits 90 = floor\(\(12 - F1"):
        made.value({**wrong, **env({"p1": 0, "s1": 1})})


def test_it_is_an_item_of_a_working():
    made = equation("F1", SIZE, title="Filter size")
    assert made.needs == ("H2", "H1", "p1", "s1")
    assert made.source == SIZE
    assert made.form(Rounding(2)) is EXACT
    assert [source(line.right) for line in lines(made, {"H2": 49, "H1": 55, "p1": 0, "s1": 1}, "brief")] == [
        "(H1 - F1 + 2*p1)/s1 + 1",
        "7",
    ]
    with pytest.raises(FormulaError, match="no equation"):
        equation("x", "1 + x")


def test_full_detail_shows_every_operation():
    shown = typed(equation("p1", SIZE, least=0), {"H2": 25, "H1": 49, "F1": 3, "s1": 2}, "full")
    assert shown[2:-1] == ["24 = (46 + 2*p1)/2", "48 = 46 + 2*p1", "2 = 2*p1", "p1 = 2/2", "= 1"]
    shown = typed(equation("F1", SIZE), {"H2": 49, "H1": 55, "p1": 0, "s1": 1}, "full")
    assert shown[2:-1] == ["48 = 55 - F1", "F1 = 55 - 48", "= 7"]


def test_floored_hides_a_floor_that_changes_nothing():
    step = Floored("H2", parse("floor((H1 - F1)/s1) + 1"), whole=True)
    for numbers, first in (
        ({"H1": 5, "F1": 3, "s1": 2}, "(H1 - F1)/s1 + 1"),
        ({"H1": 6, "F1": 3, "s1": 2}, "floor((H1 - F1)/s1) + 1"),
    ):
        operands = {name: Num(str(n)) for name, n in numbers.items()}
        made = step.lines(lambda guard, o=operands: o, step.value(env(numbers)), EXACT, "normal")
        assert source(made[0].right) == first
        assert made[-1].right == Num("2")


@given(st.integers(1, 60), st.integers(1, 12), st.integers(1, 8), st.integers(0, 5), st.sampled_from("HFsp"))
def test_every_solution_by_brute_force(height, size, stride, padding, which):
    assume(height + 2 * padding >= size)
    numbers = {"H1": height, "F1": size, "s1": stride, "p1": padding}
    numbers["H2"] = floor((height - size + 2 * padding) / stride) + 1
    name = f"{which}1"
    expected = numbers.pop(name)
    least, most = int(which != "p"), 80

    def fits(candidate: int) -> bool:
        n = {**numbers, name: candidate}
        return (n["H1"] - n["F1"] + 2 * n["p1"]) // n["s1"] + 1 == n["H2"]

    solutions = [c for c in range(least, most + 1) if fits(c)]
    made = equation(name, SIZE, least=least, most=most)
    if len(solutions) > 1:
        with pytest.raises(FormulaError, match=", ".join(map(str, solutions[:8]))):
            solve(made, numbers)
        return
    assert solutions == [expected] == [solve(made, numbers)]
    for detail in ("normal", "full"):
        left = None
        for line in lines(made, numbers, detail):
            left = line.left if line.left is not None else left
            solved = env({**numbers, name: expected})
            assert value(left, solved) == value(line.right, solved), TextPrinter().print(line.right)


@each("text", ["x*x", "2**x", "sqrt(x)", "x + sqrt(2)", "2*3", "0*x", "x*y"])
def test_other_forms_are_left_alone(text):
    assert isolate(Num("4"), parse(text), "x") == []


@each(
    ("text", "alone"),
    [
        ("x", "12"),
        ("(x)", "12"),
        ("5 - (2 - x)", "12 - 3"),
        ("-(x - 1)", "-12 + 1"),
        ("6 - 2*(x + 1)", "(12 - 6)/-2 - 1"),
    ],
)
def test_the_last_line_gives_the_unknown(text, alone):
    states = isolate(Num("12"), parse(text), "x")
    assert states[-1].right == Name("x")
    found = value(states[-1].left, {})
    assert value(parse(text), {"x": found}) == 12
    assert found == value(parse(alone), {})


@pytest.mark.parametrize("exact", [False, True])
def test_bounds_are_the_solutions_of_every_student(exact: bool) -> None:
    """Each student's own numbers: the lowest and the highest whole number that fits, nan where none does."""
    rng = np.random.default_rng(0)
    made = Equation("p1", equation("p1", SIZE).sides, least=0, most=1_000, exact=exact)
    own = {name: rng.integers(1, 30, (200, 1, 1)).astype(float) for name in ("H1", "H2", "F1", "s1")}
    low, high = made.bounds({name: point(numbers) for name, numbers in own.items()})
    p = np.arange(1_001.0)
    for i in range(200):
        h1, h2, f1, s1 = (float(own[name][i].item()) for name in ("H1", "H2", "F1", "s1"))
        rest = (h1 - f1 + 2 * p) / s1 + 1
        fits = p[(np.floor(rest) == h2) & ((rest == h2) | (not exact))]
        expected = (fits[0], fits[-1]) if fits.size else (np.nan, np.nan)
        assert np.array_equal([low[i].item(), high[i].item()], expected, equal_nan=True)
