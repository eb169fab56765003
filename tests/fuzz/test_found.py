"""Questions that the fuzzer found, as small as they went: each is a solution, or an error at its line, ever since."""

import pytest

from tests.fuzz.trial import Options, trial

FOUND = {
    "the difference of rounded and exact overflows": """
given: {family: formula, quantities: {W1: 1}, formulas: [s1 = softplus(1e308)]}
parts: [{label: a}]
""",
    "the middle of what a student may have overflows": """
round: {figures: 5}
given: {family: formula, quantities: {g: [-1e308]}, formulas: [s0 = g, k1 = -(g / s0)]}
parts: [{label: a, find: gradients, marks: 1}, {label: b, find: gradients}]
""",
    "the proof of a gradient overflows": """
given: {family: mlp, x: [1, 1], d: [1e307, 1], layers: {W: [[1, 1], [1, 1]]}, loss: half-square-error, train: {rate: 1}}
parts: [{label: 1, find: updates}]
""",
    "two figures of the largest numbers are more than there is": """
round: {figures: 2}
given: {family: formula, quantities: {x: 1.797e308}, formulas: [y = x*1]}
parts: [{label: a}]
""",
}


@pytest.mark.parametrize("text", FOUND.values(), ids=FOUND)
@pytest.mark.parametrize("carry", ["rounded", "exact"])
def test_found_no_more(text, carry) -> None:
    finding, _ = trial(text, Options(carry, rolls=None))
    assert finding is None, f"{finding.kind}\n{finding.detail}"
