"""How a learning rate changes from one update to the next, and with it whatever else falls while a network learns."""

from typing import Annotated, Literal

import numpy as np

from solver.formula.parse import parse
from solver.formula.symbol import Symbol, default_symbol
from solver.formula.tree import Name, Num, Tree, replace_names
from solver.spec.fields import AtLeast, Scalar, Spec
from solver.spec.nodes import Report
from solver.working.page import Working

ScheduleKind = Literal[
    "step", "geometric", "exponential", "inverse-time", "linear", "cosine", "warm-up", "inverse-root"
]

_DOWN = "alpha_min + (alpha - alpha_min)"
SCHEDULES: dict[str, tuple[str, tuple[str, ...]]] = {
    "step": ("alpha*gamma**floor(t/every)", ("gamma", "every")),
    "geometric": ("alpha*gamma**t", ("gamma",)),
    "exponential": ("alpha*exp(-k*t)", ("k",)),
    "inverse-time": ("alpha/(1 + k*t)", ("k",)),
    "linear": (f"{_DOWN}*max(0, 1 - t/period)", ("period",)),
    "cosine": (f"{_DOWN}*(1 + cos(pi*t/period))/2", ("period",)),
    "warm-up": ("alpha*min(1, (t + 1)/period)", ("period",)),
    "inverse-root": ("alpha*min((t + 1)**(-0.5), (t + 1)*period**(-1.5))", ("period",)),
}
"""The rate of each update, where t updates were made before: the first one uses alpha itself."""


class Schedule(Spec):
    """How the learning rate falls from one iteration to the next."""

    kind: Annotated[
        ScheduleKind,
        "α after t updates: step α·γ^⌊t/every⌋, geometric α·γ^t, exponential α·e^(−kt), inverse-time α/(1 + kt), "
        "linear and cosine from α down to `least` over `period` updates; warm-up: up to α in the first `period` updates, "
        "inverse-root α·min(n^(−½), n·period^(−3/2)) for the nth, as in Attention Is All You Need with α = d_model^(−½)",
    ]
    gamma: Annotated[Scalar | None, "the factor γ of step and geometric"] = None
    every: Annotated[int | None, AtLeast(1), "step: after how many updates the rate falls"] = None
    k: Annotated[Scalar | None, "the decay of exponential and inverse-time"] = None
    period: Annotated[int | None, AtLeast(1), "how many updates linear, cosine and warm-up take"] = None
    least: Annotated[Scalar | None, "linear, cosine: the last rate; 0 if left out"] = None


def check_schedule(schedule: Schedule, report: Report) -> None:
    """Notes what a schedule lacks, has no use for, or has out of its range."""
    _, needed = SCHEDULES[schedule.kind]
    for name in ("gamma", "every", "k", "period", "least"):
        value = getattr(schedule, name)
        used = name in needed or (name == "least" and schedule.kind in ("linear", "cosine"))
        if value is None and name in needed:
            report.add(schedule.place("kind"), f"{name!r} is missing: {schedule.kind} needs it")
        elif value is not None and not used:
            report.add(schedule.place(name), f"{schedule.kind} has no {name}", f"it uses {', '.join(needed)}")
    if schedule.gamma is not None and not 0 < float(schedule.gamma.text) <= 1:
        report.add(schedule.place("gamma"), f"gamma is {schedule.gamma.text}, expected 0 < gamma ≤ 1")
    in_range(schedule, "k", 0, np.inf, report)
    in_range(schedule, "least", 0, np.inf, report)


def schedule_givens(working: Working, schedule: Schedule, falls: str, ending: str = "") -> None:
    """States what a schedule says. falls: the first value of what falls; ending: of the names of what is said."""
    for name in SCHEDULES[schedule.kind][1]:
        value = getattr(schedule, name)
        symbol = default_symbol(name)._replace(sub=ending[1:]) if ending else None
        working.given(f"{name}{ending}", Num(str(value)) if isinstance(value, int) else value, "", symbol)
    if schedule.kind in ("linear", "cosine"):
        title = "Least learning rate" if falls in ("alpha", "eta") else "Least value"
        working.given(f"{falls}_min", schedule.least or Num("0"), title, Symbol(falls, "min"))
        if schedule.kind == "cosine" and "pi" not in working.items:
            working.given("pi", Num("3.141592653589793"))


def scheduled(schedule: Schedule, falls: str, t: int, ending: str = "") -> Tree:
    """The value after t updates, or whatever a schedule counts."""
    formula, said = SCHEDULES[schedule.kind]
    called: dict[str, Tree] = {name: Name(f"{name}{ending}") for name in said}
    called |= {"alpha": Name(falls), "alpha_min": Name(f"{falls}_min"), "t": Num(str(t))}
    return replace_names(parse(formula), called)


def in_range(spec: Spec, name: str, least: float, below: float, report: Report) -> None:
    """Notes a setting that is less than `least`, or not below `below`."""
    value = getattr(spec, name)
    if value is not None and not least <= float(value.text) < below:
        expected = f"{least} ≤ {name} < {below}" if np.isfinite(below) else f"at least {least}"
        report.add(spec.place(name), f"{name} is {value.text}, expected {expected}")
