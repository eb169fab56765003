"""What intermediate results do: rounded on the way, lines of working or every operation."""

import numpy as np

from solver.formula.parse import parse
from solver.formula.walks.stages import staged
from solver.formula.walks.value import value
from solver.rounding import Rounding
from tests.tables import each

ROUND = Rounding(2).round
ENV = {"u": np.array([[-2.6], [-3.1]]), "x": np.array([[1.234]]), "W": np.array([[1.11, 2.22], [3.33, 4.44]])}


@each(
    ("text", "lines", "every"),
    [
        ("softmax(u)", [[0.07 / 0.12], [0.05 / 0.12]], [[0.07 / 0.12], [0.05 / 0.12]]),
        ("sigmoid(x)", [[1 / 1.29]], [[1 / 1.29]]),
        ("x*x*x", [[1.234**3]], [[1.52 * 1.234]]),
        ("1 - (x*x)", [[1 - 1.52]], [[1 - 1.52]]),
        ("x**2/3 + x", [[0.51 + 1.234]], [[0.51 + 1.234]]),
        ("-(x*x)", [[-1.52]], [[-1.52]]),
        ("W @ W", [[1.11**2 + 2.22 * 3.33, 12.321], [18.4815, 27.1062]], [[8.62, 12.32], [18.49, 27.10]]),
    ],
)
def test_rounded_on_the_way(text: str, lines: list[list[float]], every: list[list[float]]) -> None:
    tree = parse(text)
    assert np.allclose(staged(tree, ENV, ROUND, every=False), lines, atol=1e-9)
    assert np.allclose(staged(tree, ENV, ROUND, every=True), every, atol=1e-9)
    assert np.allclose(staged(tree, ENV, lambda x: x), value(tree, ENV))
