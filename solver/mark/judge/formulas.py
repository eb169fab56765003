"""Answers that are formulas: read by our own language, compared by value on random instances of several sizes.

A formula that is right in other words is right: `-2*(d - y)` and `2*(y - d)` have the same values everywhere. One that
is right for the student's own wrong formula of an earlier quantity is FOLLOWED.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from solver.errors import FormulaError
from solver.formula.calculus.instances import instances
from solver.formula.calculus.own_functions import own_function
from solver.formula.parse import parse_using
from solver.formula.tree import Tree, names
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.shape import Shape, shape
from solver.formula.walks.value import Env, value
from solver.mark.judge.numbers import Judged, Verdict
from solver.mark.sheet import Answer
from solver.rounding import Floats
from solver.working.page import Working

TOLERANCE = 1e-7
LAYOUT = "the other layout: transposed"
_FACTORS = {
    -1.0: "wrong sign",
    2.0: "twice as large",
    0.5: "half as large",
    -2.0: "wrong sign and twice as large",
    -0.5: "wrong sign and half as large",
}
_TYPED = str.maketrans({"−": "-", "–": "-", "·": "*", "⋅": "*", "×": "*", "\u00a0": " "})
_MOST_SEEN = 20_000


class Read(NamedTuple):
    """One student's formula: its verdict, the name of its mistake, and why it could not be read."""

    verdict: Verdict
    mistake: str = ""
    trouble: str = ""


@runtime_checkable
class _Proof(Protocol):
    """A proof with the instances that it drew, suited to what its formulas assume (one-hot targets).

    output: what was differentiated; the gradients stand below it.
    """

    output: str

    @property
    def instances(self) -> list[dict[str, Floats]]: ...


@dataclass(frozen=True, slots=True)
class Scope:
    """What a formula may use: shapes by name, and values of every name on each instance."""

    shapes: Mapping[str, Shape]
    envs: Sequence[Env]


class Formulas:
    """Judges the formulas of one working; one that was seen before is not computed again.

    asked: the names that are asked for, in the order of the sheet. A formula may use symbols, definitions and what is
    asked for before it; no other gradient, which would only give the work another name.
    """

    def __init__(self, working: Working, asked: Sequence[str]) -> None:
        self.asked = list(asked)
        self.items = {name: item for name, item in working.items.items() if item.kind == "formula"}
        self.truths = {name: item.formula for name, item in self.items.items() if item.formula is not None}
        self.own = {name: self.truths[name] for name in working.having("function")}
        chain = [(name, tree) for name, tree in self.truths.items() if name not in self.own]
        shapes = {name: size for name, size in working.shapes.items() if name not in self.own}
        symbols = {name: size for name, size in shapes.items() if name not in working.items}
        proof = next((p for p in working.proofs if isinstance(p, _Proof)), None)
        drawn = proof.instances if proof else instances(symbols, lambda env: evaluate(chain, dict(env), value))
        order = list(working.items)
        self.derived = set(order[order.index(proof.output) + 1 :]) if proof else set()
        self.scope = Scope(shapes, [evaluate(chain, dict(env), value) for env in drawn])
        self.seen: dict[tuple[str, str, tuple[tuple[str, str], ...]], Read] = {}

    def read(self, name: str, text: str, earlier: Mapping[str, str]) -> Read:
        """The verdict on one formula for a name. earlier: the student's formulas that are wrong, by name."""
        used = tuple((other, wrong) for other, wrong in earlier.items() if other in self.uses(name))
        key = (name, text, used)
        if key not in self.seen:
            if len(self.seen) >= _MOST_SEEN:
                self.seen.clear()
            self.seen[key] = self.judged(name, text, dict(used))
        return self.seen[key]

    def uses(self, name: str) -> set[str]:
        """The names that stand in any line of a derivation."""
        return {n for line in self.items[name].steps for n in names(line.right)}

    def judged(self, name: str, text: str, earlier: Mapping[str, str]) -> Read:
        """The verdict, not looked up."""
        scope = self.scope
        if name in self.own:  # a function of the author's own is a formula in u
            u = [{"u": x} for x in (np.linspace(-2.0, 2.0, 9)[:, None], np.linspace(0.1, 3.0, 7)[:, None])]
            scope = Scope({"u": ("n", 1)}, u)
        try:
            tree = self.parsed(name, text, scope)
        except FormulaError as error:
            hint = f"; {error.hint}" if error.hint else ""
            return Read(Verdict.BLANK, trouble=f"{error.message}{hint}")
        answers = [value(tree, env) for env in scope.envs]
        truths = [value(self.truths[name], env) for env in scope.envs]
        if _same(answers, truths):
            return Read(Verdict.CORRECT)
        if earlier and any(_same(answers, other) for other in self.following(name, earlier)):
            return Read(Verdict.FOLLOWED)
        return Read(Verdict.WRONG, _mistake(answers, truths))

    def parsed(self, name: str, text: str, scope: Scope) -> Tree:
        """The tree of a student's formula; raises FormulaError for what is none, or does not fit together."""
        typed = text.translate(_TYPED).replace("^T", ".T").replace("ᵀ", ".T").replace("^", "**").strip()
        left, sign, right = typed.partition("=")
        if sign and left.strip() == name:
            typed = right.strip()
        tree = parse_using(typed, {fn: own_function(fn, formula) for fn, formula in self.own.items() if fn != name})
        hidden = self.derived.difference(self.asked[: self.asked.index(name)]) | {name}
        shape(tree, {n: size for n, size in scope.shapes.items() if n not in hidden})
        return tree

    def following(self, name: str, earlier: Mapping[str, str]) -> Iterator[list[Floats]]:
        """What the lines of a derivation give with the student's own formulas in place of the right ones."""
        try:
            own = {other: self.parsed(other, text, self.scope) for other, text in earlier.items()}
            for line in self.items[name].steps:
                if line.relation == "=" and not own.keys().isdisjoint(names(line.right)):
                    envs = [{**env, **{n: value(tree, env) for n, tree in own.items()}} for env in self.scope.envs]
                    yield [value(line.right, env) for env in envs]
        except (FormulaError, ValueError):
            return  # the student's own shapes do not fit: nothing follows


def judge_formulas(
    formulas: Formulas, answers: Sequence[Answer], given: Mapping[str, Sequence[str | None]], count: int
) -> tuple[dict[str, Judged], dict[str, dict[tuple[int, int, int], str]], list[tuple[int, str, str]]]:
    """The verdicts on the formulas of one working, shapes (students, 1, 1), in the order of the page.

    given: each student's text by answer. Returns verdicts by answer, mistakes by answer and student, and what could
    not be read: (student, answer, reason). What cannot be read is BLANK.
    """
    judged: dict[str, Judged] = {}
    mistakes: dict[str, dict[tuple[int, int, int], str]] = {}
    troubles: list[tuple[int, str, str]] = []
    wrong: list[dict[str, str]] = [{} for _ in range(count)]
    for answer in answers:
        name, texts = answer.solved.name, given.get(answer.key) or [None] * count
        verdicts = np.zeros(count, dtype=np.uint8)
        for i, text in enumerate(texts):
            if text is None or not text.strip():
                continue
            found = formulas.read(name, text, wrong[i])
            verdicts[i] = found.verdict
            if found.mistake:
                mistakes.setdefault(answer.key, {})[i, 0, 0] = found.mistake
            if found.trouble:
                troubles.append((i, answer.key, found.trouble))
            if found.verdict in (Verdict.WRONG, Verdict.FOLLOWED):
                wrong[i][name] = text
        shape_ = (count, 1, 1)
        nothing = np.zeros(shape_, dtype=np.uint8)
        judged[answer.key] = Judged(verdicts.reshape(shape_), nothing, np.broadcast_to(np.nan, shape_))
    return judged, mistakes, troubles


@np.errstate(over="ignore")  # what is too far apart for a float is not equal
def _same(a: Sequence[Floats], b: Sequence[Floats]) -> bool:
    """Whether two formulas have equal values, of equal shapes, on every instance."""
    if not a:
        return False
    return all(
        x.shape == y.shape and np.allclose(x, y, rtol=TOLERANCE, atol=TOLERANCE) for x, y in zip(a, b, strict=True)
    )


@np.errstate(over="ignore")
def _mistake(answers: Sequence[Floats], truths: Sequence[Floats]) -> str:
    """The name of what went wrong, where one thing explains it: the layout, a sign, a factor of 2."""
    turned = [x.T for x in answers]
    if _same(turned, truths):
        return LAYOUT
    for factor, name in _FACTORS.items():
        scaled = [factor * x for x in truths]
        if _same(answers, scaled):
            return name
        if _same(turned, scaled):
            return f"{name}, and {LAYOUT}"
    return ""
