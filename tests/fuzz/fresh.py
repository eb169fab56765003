"""Questions made from nothing: quantities of odd shapes under random formulas, and gradients in symbols."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from solver.formula.walks.shape import Shape
from tests.fuzz.formulas import expression, fitting
from tests.fuzz.trees import Map, Tree

SIZES = (1, 1, 2, 2, 3, 4, 10)
DIGITS = ("0", "1", "2", "-1", "0.5", "-0.25", "3.0", "1.25", "-2", "0.1", "7", "0.00")
ODD = ("1e-12", "1e12", "1e308", "-1e308", "1e-308", "5e-324", "-0", "1e15", "123456789.125", "0.0000001", "1e155")


def fresh(rng: Random) -> Tree:
    """A question about formulas."""
    return (symbolic if rng.random() < 0.25 else numeric)(rng)


def numeric(rng: Random) -> Tree:
    """Quantities with numbers, formulas over them, and anything to find."""
    odd = rng.choice((0.0, 0.0, 0.1, 0.5))
    shapes: dict[str, Shape] = {}
    quantities = Map()
    for name in rng.sample(("x", "w", "A", "B", "b", "q", "d", "W1", "y0", "grad_x"), rng.randint(1, 4)):
        rows, columns = rng.choice(((1, 1), (rng.choice(SIZES), 1), (rng.choice(SIZES), rng.choice(SIZES))))
        shapes[name] = (rows, columns)
        quantities.pairs.append((name, _numbers(rng, rows, columns, odd)))
    formulas: list[Tree] = []
    given = list(shapes)
    for k in range(rng.randint(1, 4)):
        last = rng.random() < 0.5
        made = fitting(rng, shapes, rng.randint(1, 4), scalar=last) if rng.random() < 0.95 else None
        name = rng.choice(("u", "e", "s", "J", "k")) + str(k)
        text, size = made or (expression(rng, list(shapes), 3), (1, 1))
        shapes[name] = size
        formulas.append(f"{name} = {text}")
    task = Map([("family", "formula"), ("quantities", quantities), ("formulas", formulas)])
    if rng.random() < 0.2:
        task.pairs.append(("output", rng.choice([name for name in shapes if name not in given])))
    return _question(rng, task, list(shapes), given)


def _numbers(rng: Random, rows: int, columns: int, odd: float) -> Tree:
    def number() -> str:
        return rng.choice(ODD) if rng.random() < odd else rng.choice(DIGITS)

    if (rows, columns) == (1, 1) and rng.random() < 0.8:
        return number()
    if columns == 1 and rng.random() < 0.8:
        return [number() for _ in range(rows)]
    return [[number() for _ in range(columns)] for _ in range(rows)]


def symbolic(rng: Random) -> Tree:
    """A scalar differentiated by names whose sizes are letters or numbers."""
    letters = ("n", "m", "K", "2", "1", "3")
    sizes = {
        "x": (rng.choice(letters), "1"),
        "W": (rng.choice(letters), rng.choice(letters)),
        "d": (rng.choice(letters), "1"),
        "beta": ("1", "1"),
    }
    if rng.random() < 0.8:  # sizes that fit each other
        sizes["d"] = (sizes["W"][1], "1")
        sizes["x"] = (sizes["W"][0], "1")
    symbols = Map([(name, "scalar" if s == ("1", "1") else f"{s[0]} x {s[1]}") for name, s in sizes.items()])
    shapes: dict[str, Shape] = {n: (_size(r), _size(c)) for n, (r, c) in sizes.items()}
    formulas: list[Tree] = []
    by = rng.sample(list(shapes), rng.randint(1, 3))
    for name in rng.sample(("y", "u", "h"), rng.randint(0, 2)):
        made = fitting(rng, shapes, rng.randint(1, 3))
        if made:
            formulas.append(f"{name} = {made[0]}")
            shapes[name] = made[1]
    made = fitting(rng, shapes, rng.randint(1, 3), scalar=True)
    task = Map([("family", "gradient"), ("symbols", symbols), ("formulas", formulas)])
    task.pairs += [("J", made[0] if made else "norm(x)**2"), ("by", list(by))]
    if not formulas:
        task.pairs = [pair for pair in task.pairs if pair[0] != "formulas"]
    if rng.random() < 0.3:
        task.pairs.append(("layout", rng.choice(("numerator", "denominator"))))
    return _question(rng, task, list(shapes), by)


def _size(text: str) -> int | str:
    return int(text) if text.isdigit() else text


def _question(rng: Random, task: Map, names: Sequence[str], given: Sequence[str]) -> Tree:
    parts: list[Tree] = []
    for label in "ab"[: rng.randint(1, 2)]:
        part = Map([("label", label)])
        if rng.random() < 0.6:
            asked: list[Tree] = [
                rng.choice((rng.choice(names), "gradients", f"grad_{rng.choice(given)}"))
                for _ in range(rng.randint(1, 3))
            ]
            part.pairs.append(("find", asked if len(asked) > 1 else asked[0]))
        if rng.random() < 0.3:
            part.pairs.append(("marks", rng.choice(("1", "2.5", "0", "3"))))
        parts.append(part)
    question = Map([("title", "Made at random")])
    if rng.random() < 0.7:
        kind = rng.choice(("decimals", "figures"))
        question.pairs.append(("round", Map([(kind, str(rng.randint(kind == "figures", 6)))])))
    if rng.random() < 0.3:
        question.pairs.append(("carry", "exact"))
    question.pairs += [("given", task), ("parts", parts)]
    return question
