"""Solves a checked question: each step once, with rounded values carried and exactly."""

from collections.abc import Callable, Iterable, Mapping
from decimal import Decimal
from functools import partial
from typing import TypeAlias

import numpy as np

from solver.errors import FormulaError, Problem, SpecError
from solver.formula.calculus.check import TOLERANCE
from solver.formula.walks.together import Definition, Program, Worths
from solver.rounding import Carry, Floats, Format, Rounding
from solver.working.items import Item
from solver.working.page import Proof, Working
from solver.working.question import Paper, Part, Question, Wanted, worths
from solver.working.solution import Context, Drawn, Solution, Solved, SolvedPart

Progressed: TypeAlias = Callable[[int, int], None]


def solve_paper(
    paper: Paper, *, carry: Carry | None = None, decimals: int | None = None, progress: Progressed | None = None
) -> list[Solution]:
    """Solves every question of a paper; raises SpecError with the problems of all of them.

    progress: gets how many of how many parts are solved, after each.
    """
    solutions, problems = [], []
    done, total = 0, sum(len(question.parts) for question in paper.questions)
    for question in paper.questions:
        part = None if progress is None else partial(_shifted, progress, done, total)
        try:
            solutions.append(solve_question(question, carry=carry, decimals=decimals, progress=part))
        except SpecError as error:
            problems.extend(error.problems)
        done += len(question.parts)
    if problems:
        raise SpecError(problems)
    return solutions


def _shifted(progress: Progressed, before: int, total: int, done: int, _: int) -> None:
    progress(before + done, total)


def solve_question(
    question: Question, *, carry: Carry | None = None, decimals: int | None = None, progress: Progressed | None = None
) -> Solution:
    """Solves one checked question; raises SpecError where the arithmetic of a step has no value. progress: as above."""
    solver = _Solver(carry or question.carry, None if decimals is None else Rounding(decimals))
    parts = []
    worth = worths(question.parts)
    for part in question.parts:
        parts.append(solver.part(part, worth[part.label]))
        if progress is not None:
            progress(len(parts), len(question.parts))
    if not solver.problems:
        solver.prove(question, parts)
    if solver.problems:
        raise SpecError(solver.problems)
    rounding = solver.override or question.rounding
    figure = solver.drawn(question.figure)
    return Solution(
        question.title, question.file, question.prompt, rounding, solver.carry, parts, question.warnings, figure
    )


def program(working: Working, names: Iterable[str], forms: Mapping[str, Format]) -> Program[Item]:
    """Items, in the order of the page, for `numbers`. forms: how each is written."""
    size, made = working.shapes.__getitem__, list[Definition[Item]]()
    for name, item in working.program(names):
        kind, uses = item.alike
        if kind is not None:
            kind = (kind, forms[name], *map(size, uses))
        made.append(Definition(name, item, uses, kind))
    return Program(made)


def numbers(program: Program[Item], env: dict[str, Floats], forms: Mapping[str, Format] | None = None) -> Worths:
    """Adds the numbers of items to `env`: each rounded as `forms` says before the next one uses it, or none rounded.

    env: what is known, over any leading axes (variants of a question, students).
    """
    if forms is None:
        return program.evaluate(
            env, lambda item, known: item.precise(known), formula=lambda item: item.computed(exact=True)
        )
    return program.evaluate(
        env,
        lambda item, known: item.value(known),
        lambda name, found: forms[name].round(found),
        lambda item: item.computed(exact=False),
    )


MOST_PROOFS = 16
"""Of more gradients, derived once for all of them, a sample is checked."""

_TINY = 1e-12
"""What is smaller may be noise of the arithmetic of floats."""
_FEW = 1_000

_WORDS = np.zeros((1, 1))  # a statement has no number, nor has a derivation in symbols


class _Solver:
    def __init__(self, carry: Carry, override: Rounding | None) -> None:
        self.carry: Carry = carry
        self.override = override
        self.contexts: dict[int, Context] = {}
        self.problems: list[Problem] = []
        self.proved: dict[int, float] = {}

    def part(self, part: Part, worth: Decimal | None) -> SolvedPart:
        figure, rounding = self.drawn(part.figure), self.override or part.rounding
        solved = SolvedPart(part.label, part.prompt, part.note, part.marks, worth, rounding, figure=figure)
        if part.task is None:
            return solved
        working = part.task.working
        context = self.context(working)
        solved.context = context
        order = {name: i for i, name in enumerate(part.find)}
        wanted = working.closure(part.find)
        shown = {name for tally in working.tallies if tally.asked(wanted) for name in tally.sizes}
        tabled = working.closure({*wanted, *shown}) if shown else wanted
        if not self.evaluate([name for name in tabled if name not in context.solved], context, part):
            return solved
        for name in wanted:
            known = context.solved[name]
            if name in order:
                solved.asked.append(known)
            if name in order or (known.label == part.label and not known.item.given):
                solved.steps.append(known)
        solved.uses = _uses(solved, context)
        solved.asked.sort(key=lambda s: order[s.name])
        return solved

    def context(self, working: Working) -> Context:
        if id(working) not in self.contexts:
            self.contexts[id(working)] = Context(working, self.carry)
        return self.contexts[id(working)]

    def drawn(self, figure: Wanted | None) -> Drawn | None:
        return figure and Drawn(figure.word, self.context(figure.working))

    def evaluate(self, names: list[str], context: Context, part: Part) -> bool:
        """Solves items under both carry rules; False (and a problem) where the chosen rule has no value."""
        working, policy = context.working, self.override or part.rounding
        forms = {name: working.items[name].form(policy) for name in names}
        steps = program(working, names, forms)
        found = {rule: numbers(steps, env, forms if rule == "rounded" else None) for rule, env in context.envs.items()}
        self.settle(found["exact"].values, context)
        for name, error in found[self.carry].failed.items():
            self.problems.append(self.problem(name, part, error))
            return False
        chosen_env, rounded, exact = context.envs[self.carry], found["rounded"].values, found["exact"].values
        for name, form in forms.items():
            chosen = chosen_env.get(name, _WORDS)
            misfit = working.items[name].misfit(chosen)
            if misfit is not None:
                self.problems.append(Problem(part.place, f"{part.label}/{name}: {misfit.message}", misfit.hint))
                return False
            written = chosen if self.carry == "rounded" else form.round(chosen)
            context.solved[name] = Solved(
                working.items[name], context, part.label, form, written, rounded.get(name), exact.get(name)
            )
        return True

    def settle(self, exact: dict[str, Floats], context: Context) -> None:
        """Makes what is nothing but the noise of floats 0."""
        few: list[Floats] = [np.zeros(0)]
        many: list[Floats] = []
        for number in exact.values():
            (few if number.size <= _FEW else many).append(number.ravel())
        if not any(map(_tiny, (np.concatenate(few), *many))):  # of few cells each, all together in little time
            return
        for name, number in exact.items():
            if _tiny(number):
                from solver.working.noise import settle

                items, env = context.working.items, context.envs["exact"]
                given = {need for need in items[name].needs if need not in items or items[need].given}
                exact[name] = env[name] = settle(items[name], number, env, given, _TINY)

    def prove(self, question: Question, parts: list[SolvedPart]) -> None:
        """Checks the gradients of every part by central differences; a mismatch is a problem, never an answer."""
        for part, place in zip(parts, (part.place for part in question.parts), strict=True):
            for proof in _sample(_proofs(part)):
                assert part.context is not None
                found = self.proved.get(id(proof))
                if found is None:
                    try:
                        found = self.proved[id(proof)] = proof.largest_difference(part.context.envs["exact"])
                    except FormulaError as error:
                        self.problems.append(Problem(place, f"{part.label}/{error.message}", error.hint))
                        break
                part.checked = max(found, part.checked or 0.0)
                if not found <= TOLERANCE:
                    message = f"the gradients of part {part.label} differ from central differences by {found:.1g}"
                    self.problems.append(Problem(place, message, _doubt(proof, part.context.envs["exact"])))

    def problem(self, name: str, part: Part, error: FormulaError) -> Problem:
        key = f"{part.label}/{name}"
        hint = error.hint
        if self.carry == "rounded":
            hint += "; a value that rounding made 0 or 1 is kept by more decimals, or by carry: exact"
        return Problem(part.place, f"{key}: {error.message}", hint.removeprefix("; "))


def _tiny(numbers: Floats) -> bool:
    """Whether some number may be noise."""
    size = np.abs(numbers)
    return bool((size[size < _TINY] > 0).any())


def _proofs(part: SolvedPart) -> list[Proof]:
    """The proofs of the gradients among a part's steps."""
    context, steps = part.context, {solved.name for solved in part.steps}
    if context is None:
        return []
    exact = context.envs["exact"]

    def known(made: str) -> bool:
        return made in steps and (made in exact or context.solved[made].item.kind == "formula")

    return [proof for proof in context.working.proofs if any(map(known, proof.variables.values()))]


def _doubt(proof: Proof, exact: Mapping[str, Floats]) -> str:
    """Why central differences may not confirm a gradient."""
    known = [np.abs(exact[made]).max() for made in proof.variables.values() if made in exact]  # none, in symbols alone
    steepest = float(max(known, default=0.0))
    hint = "a value close to a kink or an overflow does that"
    if TOLERANCE < steepest * np.finfo(float).eps < np.inf:
        hint += f", or a gradient as large as {steepest:.0e}, where rounding leaves no digit: take fewer layers or smaller weights"
    return hint


def _sample(proofs: list[Proof]) -> list[Proof]:
    """All of a few, some of many: the iterations of a training have one formula, with the numbers of each."""
    if len(proofs) <= MOST_PROOFS:
        return proofs
    places = np.linspace(0, len(proofs) - 1, MOST_PROOFS).astype(int)
    return [proofs[k] for k in places]


def _uses(part: SolvedPart, context: Context) -> list[Solved]:
    """The givens and earlier results that a part's steps use, in the order of the page."""
    shown = {solved.name for solved in part.steps}
    needed = {name for solved in part.steps for name in solved.item.needs} - shown
    return [context.solved[name] for name in context.working.items if name in needed]
