"""A program of definitions, those of one form evaluated together: the outputs of a thousand time steps in one stack.

What needs its own kind of result first, as a recurrent state does, goes one by one, but for what `lift` finds in it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Container, Hashable, Iterable, Iterator, Mapping, Sequence
from functools import cache, reduce
from itertools import groupby
from operator import or_
from typing import TYPE_CHECKING, Generic, TypeAlias, TypeVar

import numpy as np

from solver.errors import FormulaError
from solver.formula.tree import Tree
from solver.formula.walks.stack import FEW, MOST_CELLS, stacked
from solver.named import NamedTuple
from solver.rounding import Floats

if TYPE_CHECKING:
    from solver.formula.walks.lift import Recurring

D = TypeVar("D")


class Definition(NamedTuple, Generic[D]):
    """What gives a name its value.

    uses: the names that it is made of. kind: what definitions that differ in these names alone have in common; None
    for one that goes by itself.
    """

    name: str
    by: D
    uses: Sequence[str]
    kind: Hashable = None


class Worths(NamedTuple):
    """What names are worth: their values before anything else stands for them, and why others have none."""

    values: dict[str, Floats]
    failed: dict[str, FormulaError]


Rule: TypeAlias = Callable[[D, Mapping[str, Floats]], Floats | None]
Stands: TypeAlias = Callable[[str, Floats], Floats]


class Program(Generic[D]):
    """Definitions, each of which uses names above it or known before."""

    def __init__(self, definitions: Iterable[Definition[D]]) -> None:
        definitions = list(definitions)
        self.recurrent: list[list[Definition[D]]] = []
        if len(definitions) > 2 * FEW:
            self.jobs = [[each] for each in definitions if not each.uses]
            self.jobs += _jobs([each for each in definitions if each.uses], self.recurrent)
        else:
            self.jobs = [[each] for each in definitions]
        self.places = {each.name: (g, k) for g, group in enumerate(self.recurrent) for k, each in enumerate(group)}
        if self.recurrent:
            self.jobs = list(_runs(self.jobs, self.places))

    @np.errstate(all="ignore")  # what is not finite is looked at
    def evaluate(
        self,
        env: dict[str, Floats],
        rule: Rule[D],
        stands: Stands | None = None,
        formula: Callable[[D], Tree | None] = lambda by: None,
    ) -> Worths:
        """Adds the value of each definition to `env`, as `evaluate` does; names that use one without a value have none.

        rule: what a definition gives, over any leading axes; where it raises FormulaError, there is no value. stands:
        what stands for a result from there on, alike for all of one kind. formula: that whose value the rule gives,
        where it is finite.
        """
        found = Worths({}, {})
        recurring: dict[int, Recurring | None] = {}

        def recurs(group: int) -> Recurring | None:
            if group not in recurring:
                recurring[group] = _recurring(self.recurrent[group], env, formula)
            return recurring[group]

        for job in self.jobs:
            if job[0].name in self.places:
                if not self._through(job, recurs, env, rule, stands, found):
                    recurring.clear()
                    self._one_by_one(job, recurs, env, rule, stands, found)
            elif len(job) == 1 or not _together(job, env, rule, stands, found):
                for definition in job:
                    _alone(definition, env, rule, stands, found)
        return found

    def _one_by_one(
        self,
        run: Sequence[Definition[D]],
        recurs: Callable[[int], Recurring | None],
        env: dict[str, Floats],
        rule: Rule[D],
        stands: Stands | None,
        found: Worths,
    ) -> None:
        """Evaluates recurrent definitions, each behind those that it needs."""
        for definition in run:
            group, k = self.places[definition.name]
            ready = recurs(group)
            if ready and (made := ready.value(k, env)) is not None:
                _keep(definition.name, made, env, stands, found)
            else:
                _alone(definition, env, rule, stands, found)

    def _through(
        self,
        run: Sequence[Definition[D]],
        recurs: Callable[[int], Recurring | None],
        env: dict[str, Floats],
        rule: Rule[D],
        stands: Stands | None,
        found: Worths,
    ) -> bool:
        """The same without a look at each number, then at all of one kind in a stack; False, and nothing done, where
        these are not the very same."""
        made: dict[str, Floats] = {}
        kinds = defaultdict[int, list[Definition[D]]](list)
        try:
            for definition in run:
                group, k = self.places[name := definition.name]
                if (ready := recurs(group)) is None:
                    break
                number = made[name] = ready.unguarded(k, env)
                env[name] = number if stands is None else stands(name, number)
                kinds[group].append(definition)
                if number.size * len(run) > MOST_CELLS:
                    break
            else:
                if all(_alike(members, made, env, rule) for members in kinds.values()):
                    found.values.update(made)
                    return True
        except (KeyError, ValueError, FormulaError):
            pass
        for name in made:
            env.pop(name, None)
        return False


def _recurring(
    members: Sequence[Definition[D]], env: Mapping[str, Floats], formula: Callable[[D], Tree | None]
) -> Recurring | None:
    from solver.formula.walks.lift import recurrence  # few pages have one

    tree = formula(members[0].by)
    return None if tree is None else recurrence(tree, [each.uses for each in members], env)


def _keep(
    name: str,
    made: Floats,
    env: dict[str, Floats],
    stands: Stands | None,
    found: Worths,
) -> None:
    found.values[name] = made
    env[name] = made if stands is None else stands(name, made)


def _alone(
    definition: Definition[D],
    env: dict[str, Floats],
    rule: Rule[D],
    stands: Stands | None,
    found: Worths,
) -> None:
    name, by, uses, _ = definition
    for used in uses:
        if used not in env:
            return
    try:
        made = rule(by, env)
    except FormulaError as error:
        found.failed[name] = error
        return
    if made is not None:
        _keep(name, made, env, stands, found)


def _together(
    job: Sequence[Definition[D]],
    env: dict[str, Floats],
    rule: Rule[D],
    stands: Stands | None,
    found: Worths,
) -> bool:
    """Evaluates definitions of one kind as the first of them, its names standing for stacks; False where that fails."""
    try:
        made = _in_stack(job, env, rule)
    except (KeyError, ValueError, FormulaError):
        return False
    if made is None:
        return False
    stood = made if stands is None else stands(job[0].name, made)
    for definition, value, standing in zip(job, made, stood, strict=True):
        found.values[definition.name] = value
        env[definition.name] = standing
    return True


def _in_stack(job: Sequence[Definition[D]], env: Mapping[str, Floats], rule: Rule[D]) -> Floats | None:
    """The values of definitions of one kind, one behind the other; raises what a rule or `stacked` does."""
    stacks, depth = stacked([each.uses for each in job], env)
    made = rule(job[0].by, stacks)
    return made if made is not None and made.ndim == depth and len(made) == len(job) else None


def _alike(job: Sequence[Definition[D]], made: Mapping[str, Floats], env: Mapping[str, Floats], rule: Rule[D]) -> bool:
    """Whether definitions of one kind have the very values that are made of them, to the last bit."""
    expected = _in_stack(job, env, rule)
    found = np.stack([made[each.name] for each in job])
    return expected is not None and expected.shape == found.shape and expected.tobytes() == found.tobytes()


def _runs(jobs: Iterable[list[Definition[D]]], recurrent: Container[str]) -> Iterator[list[Definition[D]]]:
    """The jobs, those recurrent ones together that stand one behind the other."""
    for recurs, some in groupby(jobs, lambda job: job[0].name in recurrent):
        if recurs:
            yield [each for job in some for each in job]
        else:
            yield from some


def _jobs(definitions: list[Definition[D]], recurrent: list[list[Definition[D]]]) -> list[list[Definition[D]]]:
    """The definitions in an order in which all of one kind come together where none of them needs another.

    recurrent: gets those of each kind of which some need others.
    """
    kinds = defaultdict[Hashable, list[int]](list)
    for k, definition in enumerate(definitions):
        if definition.kind is not None:
            kinds[definition.kind].append(k)
    groups = [members for members in kinds.values() if len(members) > FEW]
    if not groups:
        return [[each] for each in definitions]
    bit = {k: 1 << g for g, members in enumerate(groups) for k in members}

    leads = defaultdict[str, int](int)  # to the groups that a name needs, and to its own
    needed = []
    for k, definition in enumerate(definitions):
        mask = reduce(or_, map(leads.__getitem__, definition.uses), 0)
        needed.append(mask)
        leads[definition.name] = mask | bit.get(k, 0)
    behind = _closed([_union(needed[k] for k in members) for members in groups])
    single = sum(1 << g for g, mask in enumerate(behind) if mask >> g & 1)  # they need themselves
    recurrent += [[definitions[k] for k in groups[g]] for g in _bits(single)]
    behind = [mask & ~single for mask in behind]

    @cache
    def reach(mask: int) -> int:
        """How many groups are evaluated before what needs these."""
        return (mask | _union(behind[g] for g in _bits(mask))).bit_count()

    jobs = {}  # by their places: one for each group, one for each that goes by itself
    for g, members in enumerate(groups):
        if not single >> g & 1:
            jobs[reach(behind[g]), g + 1, 0] = [definitions[k] for k in members]
    for k, mask in enumerate(needed):
        if not bit.get(k, 0) & ~single:
            jobs[reach(mask & ~single), 0, k] = [definitions[k]]
    return [jobs[place] for place in sorted(jobs)]


def _union(masks: Iterable[int]) -> int:
    made = 0
    for mask in masks:
        made |= mask
    return made


def _bits(mask: int) -> Iterable[int]:
    return (g for g in range(mask.bit_length()) if mask >> g & 1)


def _closed(needs: list[int]) -> list[int]:
    """The groups that each group needs, and those that they need."""
    while True:
        wider = [mask | _union(needs[g] for g in _bits(mask)) for mask in needs]
        if wider == needs:
            return needs
        needs = wider
