"""The update rules against the same rules written independently in decimal arithmetic."""

from collections.abc import Callable
from decimal import Decimal, localcontext
from math import cos, exp, pi

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.nets.training import UPDATES
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.tables import each
from tests.trials import times

ALPHA, BETA, BETA1, BETA2, EPS = Decimal("0.1"), Decimal("0.8"), Decimal("0.7"), Decimal("0.95"), Decimal("0.001")


def solved(fields: str, find: str = "history", head: str = "round: {decimals: 10}\ncarry: exact") -> Solution:
    text = f"title: t\n{head}\ngiven: {{family: optimizer, {fields}}}\nparts: [{{label: a, find: {find}}}]"
    return solve_question(load_text(text).questions[0])


def problems(fields: str) -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


# Each rule takes (w, g, t, memory) and returns the new w; memory starts empty.
Rule = Callable[[Decimal, Decimal, int, dict[str, Decimal]], Decimal]


def sgd(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    return w - ALPHA * g


def velocity(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["v"] = BETA * memory.get("v", Decimal(0)) - ALPHA * g
    return w + memory["v"]


def heavy_ball(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["v"] = BETA * memory.get("v", Decimal(0)) + g
    return w - ALPHA * memory["v"]


def averaged(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["v"] = BETA * memory.get("v", Decimal(0)) + (1 - BETA) * g
    return w - ALPHA * memory["v"]


def shifted(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    """Nesterov as w ← w − β v_old + (1 + β) v_new."""
    old = memory.get("v", Decimal(0))
    memory["v"] = BETA * old - ALPHA * g
    return w - BETA * old + (1 + BETA) * memory["v"]


def adagrad(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["s"] = memory.get("s", Decimal(0)) + g * g
    return w - ALPHA * g / (memory["s"].sqrt() + EPS)


def rmsprop(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["s"] = BETA * memory.get("s", Decimal(0)) + (1 - BETA) * g * g
    return w - ALPHA * g / (memory["s"].sqrt() + EPS)


def adam(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["m"] = BETA1 * memory.get("m", Decimal(0)) + (1 - BETA1) * g
    memory["v"] = BETA2 * memory.get("v", Decimal(0)) + (1 - BETA2) * g * g
    return w - ALPHA * memory["m"] / (1 - BETA1**t) / ((memory["v"] / (1 - BETA2**t)).sqrt() + EPS)


def adamw(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    return adam(w, g, t, memory) - ALPHA * Decimal("0.2") * w


def adadelta(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["s"] = BETA * memory.get("s", Decimal(0)) + (1 - BETA) * g * g
    step = ((memory.get("r", Decimal(0)) + EPS) / (memory["s"] + EPS)).sqrt() * g
    memory["r"] = BETA * memory.get("r", Decimal(0)) + (1 - BETA) * step * step
    return w - ALPHA * step


def adamax(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    memory["m"] = BETA1 * memory.get("m", Decimal(0)) + (1 - BETA1) * g
    memory["q"] = max(BETA2 * memory.get("q", Decimal(0)), abs(g))
    return w - ALPHA / (1 - BETA1**t) * memory["m"] / memory["q"]


def nadam(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    adam(w, g, t, memory)
    ahead = (BETA1 * memory["m"] + (1 - BETA1) * g) / (1 - BETA1**t)
    return w - ALPHA * ahead / ((memory["v"] / (1 - BETA2**t)).sqrt() + EPS)


def amsgrad(w: Decimal, g: Decimal, t: int, memory: dict[str, Decimal]) -> Decimal:
    adam(w, g, t, memory)
    memory["q"] = max(memory.get("q", Decimal(0)), memory["v"])
    return w - ALPHA * memory["m"] / (memory["q"].sqrt() + EPS)


RULES: dict[str, Rule] = {
    "sgd": sgd,
    "momentum": velocity,
    "velocity": velocity,
    "heavy-ball": heavy_ball,
    "averaged": averaged,
    "nesterov": velocity,  # where the gradients are given, they are those at the look ahead
    "nesterov-shifted": shifted,
    "adagrad": adagrad,
    "rmsprop": rmsprop,
    "adam": adam,
    "adamw": adamw,
    "adadelta": adadelta,
    "adamax": adamax,
    "nadam": nadam,
    "amsgrad": amsgrad,
}


def given_settings(name: str) -> str:
    values = {"beta": BETA, "beta1": BETA1, "beta2": BETA2, "eps": EPS}
    made = f"optimizer: {name}, rate: {ALPHA}"
    made += "".join(f", {key}: {values[key]}" for key in UPDATES[name].settings)
    return made + (", weight_decay: 0.2" if name == "adamw" else "")


def test_every_rule_has_an_oracle() -> None:
    assert set(RULES) == set(UPDATES)


@pytest.mark.parametrize("name", RULES)
@settings(max_examples=times(4))
@given(gradients=st.lists(st.integers(-50, 50).filter(bool), min_size=1, max_size=6), start=st.integers(-30, 30))
def test_each_rule(name: str, gradients: list[int], start: int) -> None:
    solution = solved(
        f"g: [{', '.join(str(g / 10) for g in gradients)}], w: {start / 10}, {given_settings(name)}, "
        f"iterations: {len(gradients)}"
    )
    with localcontext() as context:
        context.prec = 40
        w, memory = Decimal(start) / 10, dict[str, Decimal]()
        for t, g in enumerate(gradients, 1):
            w = RULES[name](w, Decimal(g) / 10, t, memory)
            assert solution[f"a/w_t{t}"].exact_value == pytest.approx(float(w), rel=1e-9, abs=1e-9)


@each("name", RULES)
def test_without_the_parameter_its_change_is_found(name: str) -> None:
    if name == "adamw":
        with pytest.raises(SpecError):
            solved(f"g: 4, {given_settings(name)}")
        return
    solution = solved(f"g: 4, {given_settings(name)}", find="updates")
    assert solution["a/change_w_t1"].exact_value == pytest.approx(float(RULES[name](Decimal(0), Decimal(4), 1, {})))


def test_epsilon_under_the_root() -> None:
    solution = solved("g: 3, w: 1, optimizer: rmsprop, rate: 0.5, beta: 0.5, eps: 0.25, eps_in_root: true")
    assert solution["a/w_t1"].exact_value == pytest.approx(1 - 0.5 * 3 / np.sqrt(4.5 + 0.25))


def test_weight_decay_joins_the_gradient() -> None:
    solution = solved("g: 3, w: 2, rate: 0.5, weight_decay: 0.1", find="[states, updates]")
    assert solution.answers == {"a/g_w_t1": 3.2, "a/w_t1": 0.4}


@each(
    ("schedule", "rate"),
    [
        ("kind: step, gamma: 0.5, every: 2", lambda t: 0.4 * 0.5 ** (t // 2)),
        ("kind: geometric, gamma: 0.9", lambda t: 0.4 * 0.9**t),
        ("kind: exponential, k: 0.3", lambda t: 0.4 * exp(-0.3 * t)),
        ("kind: inverse-time, k: 0.5", lambda t: 0.4 / (1 + 0.5 * t)),
        ("kind: linear, period: 4", lambda t: 0.1 * (4 - t)),
        ("kind: linear, period: 3, least: 0.1", lambda t: 0.1 + 0.3 * max(0, 1 - t / 3)),
        ("kind: warm-up, period: 4", lambda t: [0.1, 0.2, 0.3, 0.4, 0.4][t]),
        ("kind: inverse-root, period: 3", lambda t: 0.4 * (t + 1) * 3**-1.5 if t < 2 else 0.4 / (t + 1) ** 0.5),
        ("kind: cosine, period: 4", lambda t: 0.2 * (1 + cos(pi * t / 4))),
        ("kind: cosine, period: 4, least: 0.1", lambda t: 0.1 + 0.15 * (1 + cos(pi * t / 4))),
    ],
)
def test_schedules(schedule: str, rate: Callable[[int], float]) -> None:
    fields = f"g: [1, 1, 1, 1, 1], w: 0, rate: 0.4, schedule: {{{schedule}}}, iterations: 5"
    solution = solved(fields, find="[alpha_t1, alpha_t2, alpha_t3, alpha_t4, alpha_t5, updates]")
    total = 0.0
    for t in range(5):
        assert solution[f"a/alpha_t{t + 1}"].exact_value == pytest.approx(rate(t))
        total -= rate(t)
        assert solution[f"a/w_t{t + 1}"].exact_value == pytest.approx(total)


def test_a_list_of_rates() -> None:
    assert solved("g: [1, 1], w: 0, rate: [0.5, 0.25], iterations: 2").answers == {"a/w_t1": -0.5, "a/w_t2": -0.75}


@each(
    ("fields", "found"),
    [
        ("rate: 0", "rate is 0, expected more than 0"),
        ("rate: -0.1", "rate is -0.1, expected more than 0"),
        ("rate: [0.1, 0]", "rate is 0, expected more than 0"),
        ("rate: 0.1, optimizer: momentum, beta: 1", "beta is 1, expected 0 ≤ beta < 1"),
        ("rate: 0.1, optimizer: adam, beta1: -0.1", "beta1 is -0.1, expected 0 ≤ beta1 < 1"),
        ("rate: 0.1, optimizer: adam, beta2: 1.5", "beta2 is 1.5, expected 0 ≤ beta2 < 1"),
        ("rate: 0.1, optimizer: adam, eps: -1", "eps is -1, expected at least 0"),
        ("rate: 0.1, weight_decay: -1", "weight_decay is -1, expected at least 0"),
        ("rate: 0.1, beta: 0.9", "sgd has no beta"),
        ("rate: 0.1, optimizer: adam, beta: 0.9", "adam has no beta | it uses beta1, beta2, eps"),
        ("rate: 0.1, optimizer: momentum, beta2: 0.9", "momentum has no beta2 | it uses beta"),
        ("rate: 0.1, eps_in_root: true", "sgd has no eps"),
        ("rate: 0.1, optimizer: adadelta, eps_in_root: true", "adadelta always has eps in the roots"),
        ("rate: 0.1, schedule: {kind: warm-up, period: 4, least: 0.1}", "warm-up has no least | it uses period"),
        ("rate: 0.1, optimizer: adm", "unknown optimizer 'adm' | did you mean 'adam'?"),
        ("rate: 0.1, iterations: 0", "iterations is 0, expected at least 1"),
        ("rate: 0.1, schedule: {kind: step, gamma: 0.5}", "'every' is missing: step needs it"),
        ("rate: 0.1, schedule: {kind: geometric, gamma: 1.5}", "gamma is 1.5, expected 0 < gamma ≤ 1"),
        ("rate: 0.1, schedule: {kind: geometric, gamma: 0.5, k: 1}", "geometric has no k | it uses gamma"),
        ("rate: 0.1, schedule: {kind: inverse-time, k: -1}", "k is -1, expected at least 0"),
        ("rate: [0.1, 0.2], schedule: {kind: inverse-time, k: 1}", "a schedule and a list of rates"),
    ],
)
def test_settings_out_of_range(fields: str, found: str) -> None:
    messages = problems(f"g: 1, w: 1, {fields}")
    assert len(messages) == 1
    assert found in messages[0]


def test_too_few_rates() -> None:
    messages = problems("g: [1, 1, 1], w: 1, rate: [0.1, 0.2], iterations: 3")
    assert messages == ["rate lists 2 rates, but iterations is 3 | "]
