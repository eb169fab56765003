"""Solves a checked question: each step once, with rounded values carried and exactly."""

import numpy as np

from solver.errors import FormulaError, Problem, SpecError
from solver.formula.calculus.check import TOLERANCE
from solver.rounding import EXACT, Carry, Floats, Format, Rounding
from solver.working.items import Computed, Derivation, Item, Stated, Statement
from solver.working.question import Paper, Part, Question
from solver.working.solution import Context, Solution, Solved, SolvedPart


def solve_paper(paper: Paper, *, carry: Carry | None = None, decimals: int | None = None) -> list[Solution]:
    """Solves every question of a paper; raises SpecError with the problems of all of them."""
    solutions, problems = [], []
    for question in paper.questions:
        try:
            solutions.append(solve_question(question, carry=carry, decimals=decimals))
        except SpecError as error:
            problems.extend(error.problems)
    if problems:
        raise SpecError(problems)
    return solutions


def solve_question(question: Question, *, carry: Carry | None = None, decimals: int | None = None) -> Solution:
    """Solves one checked question; raises SpecError where the arithmetic of a step has no value."""
    solver = _Solver(carry or question.carry, None if decimals is None else Rounding(decimals))
    parts = [solver.part(part) for part in question.parts]
    if not solver.problems:
        solver.prove(question, parts)
    if solver.problems:
        raise SpecError(solver.problems)
    rounding = solver.override or question.rounding
    return Solution(question.title, question.file, question.prompt, rounding, solver.carry, parts, question.warnings)


_WORDS = np.zeros((1, 1))  # a statement has no number, nor has a derivation in symbols


class _Solver:
    def __init__(self, carry: Carry, override: Rounding | None) -> None:
        self.carry: Carry = carry
        self.override = override
        self.contexts: dict[int, Context] = {}
        self.problems: list[Problem] = []

    def part(self, part: Part) -> SolvedPart:
        solved = SolvedPart(part.label, part.prompt, part.note, part.marks)
        if part.task is None:
            return solved
        working = part.task.working
        context = self.contexts.setdefault(id(working), Context(working, self.carry))
        solved.context = context
        policy = self.override or part.rounding
        order = {name: i for i, name in enumerate(part.find)}
        for name in working.closure(part.find):
            item = working.items[name]
            known = context.solved.get(name)
            if known is None:
                known = self.item(item, context, part, policy)
                if known is None:
                    return solved
                context.solved[name] = known
            if name in order:
                solved.asked.append(known)
            if name in order or (known.label == part.label and not isinstance(item, Stated)):
                solved.steps.append(known)
        solved.uses = _uses(solved, context)
        solved.asked.sort(key=lambda s: order[s.name])
        return solved

    def item(self, item: Item, context: Context, part: Part, policy: Format) -> Solved | None:
        """Solves one item under both carry rules; None (and a problem) where the chosen rule has no value."""
        match item:
            case Stated():
                value = item.numbers.value
                for env in context.envs.values():
                    env[item.name] = value
                return Solved(item, context, part.label, EXACT, value, value, value)
            case Statement() | Derivation():
                return Solved(item, context, part.label, EXACT, _WORDS, None, None)
        form = item.form(policy)
        found: dict[Carry, Floats | None] = {"rounded": None, "exact": None}
        for rule, env in context.envs.items():
            if any(name not in env for name in item.needs):
                continue  # an operand has no value under the rule that was not chosen
            try:
                value = found[rule] = item.precise(env) if rule == "exact" else item.value(env)
            except FormulaError as error:
                if rule == self.carry:
                    self.problems.append(self.problem(item, part, error))
                    return None
                continue
            env[item.name] = form.round(value) if rule == "rounded" else value
        chosen = context.envs[self.carry][item.name]
        written = chosen if self.carry == "rounded" else form.round(chosen)
        return Solved(item, context, part.label, form, written, found["rounded"], found["exact"])

    def prove(self, question: Question, parts: list[SolvedPart]) -> None:
        """Checks the gradients of every part by central differences; a mismatch is a problem, never an answer."""
        places = [part.place for part in question.parts]
        shown = [(part, place, {s.name for s in part.steps}) for part, place in zip(parts, places, strict=True)]
        for context in self.contexts.values():
            exact = context.envs["exact"]
            for proof in context.working.proofs:
                gradients = {
                    made
                    for made in proof.variables.values()
                    if made in exact or (made in context.solved and isinstance(context.solved[made].item, Derivation))
                }
                if not gradients:
                    continue
                found = proof.largest_difference(exact)
                for part, place, steps in shown:
                    if part.context is not context or gradients.isdisjoint(steps):
                        continue
                    part.checked = max(found, part.checked or 0.0)
                    if not found <= TOLERANCE:
                        message = f"the gradients of part {part.label} differ from central differences by {found:.1g}"
                        self.problems.append(
                            Problem(place, message, "a value close to a kink or an overflow does that")
                        )

    def problem(self, item: Computed, part: Part, error: FormulaError) -> Problem:
        key = f"{part.label}/{item.name}"
        hint = error.hint
        if self.carry == "rounded":
            hint += "; a value that rounding made 0 or 1 is kept by more decimals, or by carry: exact"
        return Problem(part.place, f"{key}: {error.message}", hint.removeprefix("; "))


def _uses(part: SolvedPart, context: Context) -> list[Solved]:
    """The givens and earlier results that a part's steps use, in the order of the page."""
    shown = {solved.name for solved in part.steps}
    needed = {name for solved in part.steps for name in solved.item.needs} - shown
    return [context.solved[name] for name in context.working.items if name in needed]
