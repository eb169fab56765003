"""What the last digits of floats alone have made is 0; a number that is small is not."""

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.noise import settle
from solver.working.solve import solve_question
from tests.places import PROBLEMS

SPEC = """title: T
round: {{figures: 3}}
given:
  family: formula
  quantities:
    A: [[1, 0.1353300914], [0.3678723933, 0.3678723933]]
    d: [1, 1]
    e: 1.0e-13
    f: 0.25
    g: 1.0000000000000022
  formulas: {}
parts: [{{label: a, find: J}}]
"""


@pytest.mark.parametrize(
    ("formulas", "expected"),
    [
        (["w = inv(A) @ d", "y = A @ w * 3 / 3", "v = 3*y", "J = sum((3*d - v)**2)"], 0.0),
        (["s = sqrt(f + 0.04)", "t = s**2 - f", "J = (t - 0.04)**2"], 0.0),
        (["s = f*1", "J = e*s"], 2.5e-14),  # a small product
        (["s = e*f", "t = s**2", "J = t/4"], 1.5625e-28),
        (["J = (g - 1)**2"], 4.930380657631324e-30),  # the digits of what is given are meant
        (["u = 40*1", "J = 1 - sigmoid(u)"], 4.248354255291589e-18),  # worked out in its stable form
    ],
)
def test_noise_is_nothing(formulas: list[str], expected: float) -> None:
    question = load_text(SPEC.format(formulas)).questions[0]
    found = solve_question(question, carry="exact").parts[0].asked[0].exact
    assert found is not None
    assert found.item() == pytest.approx(expected, rel=1e-6, abs=0)


@pytest.mark.parametrize("sigma", ["0.7071", "0.66", "0.81"])
def test_a_network_of_bells_that_fits_has_no_error(sigma: str) -> None:
    text = (PROBLEMS / "competitive.yaml").read_text().replace("0.7071", sigma)
    question = load_text(text).questions[0]
    assert solve_question(question, carry="exact").answers["e.iii/J"] == 0


def test_what_a_step_does_not_need_is_not_gone_through() -> None:
    class Once(dict[str, Floats]):
        """Numbers that are asked for by name alone."""

        def __iter__(self) -> Iterator[str]:
            raise AssertionError

        keys: Any = __iter__

    part = solve_question(load_text(SPEC.format(["s = e*f", "t = s**2", "J = t/4"])).questions[0], carry="exact").parts[
        0
    ]
    assert part.context is not None
    (step,) = part.asked
    known = Once(part.context.envs["exact"])
    assert settle(step.item, np.full((1, 1), 1.0), known, (), 1e-9).item() == 1.0
