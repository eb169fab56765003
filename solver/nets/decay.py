"""Weight decay in a loss: the squares of the weights join the error, J = E + decay; biases stay out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, Protocol

from solver.errors import Place
from solver.formula.symbol import Symbol
from solver.formula.walks.shape import SCALAR
from solver.nets.training import Rule
from solver.spec.fields import Scalar
from solver.spec.nodes import Report
from solver.working.page import Working

Decay = Literal["half", "whole", "half-mean"]


class Decaying(Protocol):
    """What a question says of its loss and its weights. weight_decay: λ."""

    @property
    def weight_decay(self) -> Scalar | None: ...
    @property
    def decay(self) -> Decay: ...
    @property
    def loss(self) -> str: ...
    @property
    def written(self) -> list[str]: ...
    def place(self, field: str = "") -> Place: ...


def weight_decay(kind: Decay, working: Working, weights: Sequence[str], patterns: int | None = None) -> str:
    """What weight decay adds to a loss, λ/2 Σ w², λ Σ w² or, of m patterns, λ/(2m) Σ w²; λ is called lam."""
    squares = " + ".join(f"{w}**2" if working.shapes[w] == SCALAR else f"sum({w}**2)" for w in weights)
    squares = f"({squares})" if len(weights) > 1 else squares
    return {"half": "lam/2", "whole": "lam", "half-mean": f"lam/(2*{patterns or 1})"}[kind] + f"*{squares}"


def state_decay(working: Working, weight_decay: Scalar | None) -> None:
    """States λ, where there is one."""
    if weight_decay is not None:
        working.given("lam", weight_decay, "Weight decay", Symbol("lambda"))


def add_decay(working: Working, given: Decaying, weights: Sequence[str], patterns: int | None = None) -> None:
    """The decay and the loss J, behind the error E."""
    working.step("decay", weight_decay(given.decay, working, weights, patterns), "Weight decay")
    working.step("J", "E + decay", "Loss with weight decay")


def check_decay(given: Decaying, rule: Rule | None, report: Report) -> None:
    """Notes a λ that is missing, negative, without a loss, or given twice: weight decay joins a loss, or an update."""
    if given.weight_decay is None:
        if "decay" in given.written:
            report.add(given.place("decay"), "decay without weight_decay: λ is missing")
        return
    if float(given.weight_decay.text) < 0:
        report.add(given.place("weight_decay"), f"weight_decay is {given.weight_decay.text}, expected at least 0")
    if given.loss == "none":
        report.add(given.place("weight_decay"), "weight decay joins a loss", "such as loss: cross-entropy")
    if rule is not None and (rule.weight_decay is not None or rule.optimizer == "adamw"):
        field = "weight_decay" if rule.weight_decay is not None else "optimizer"
        report.add(rule.place(field), "weight decay stands in the loss, and in the update", "leave one of them out")
