"""A long chain is passed through once for all definitions of one form: what the first of them does is done to the others."""

from __future__ import annotations

from collections.abc import Callable, Container, Hashable, Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TypeAlias

from solver.formula.calculus.derived import Definition, Derived, Kind, Label, Names, Share
from solver.formula.calculus.pairs import ALONG, Distribution, Match, sharing
from solver.formula.calculus.reverse import Reverse
from solver.formula.form import Form, form, form_together, stamp
from solver.formula.functions import FUNCTIONS
from solver.formula.tree import Call, Name, Sum, Tree, bare, replace_names, walk
from solver.formula.walks.shape import Shape
from solver.named import NamedTuple

_ADJOINT: Callable[[Share], Tree] = attrgetter("adjoint")
_Stamp: TypeAlias = Callable[[Sequence[str]], Tree]
_Pairing: TypeAlias = Callable[[Sequence[str]], Match]


class _StampedStep(NamedTuple):
    """A step by the numbers of its name and of what it is of; what makes its formula, and its pair."""

    step: Derived
    name: int
    of: int
    formula: _Stamp
    match: _Pairing | None


class _Passed(NamedTuple):
    """What it comes to that one definition passes its adjoint on, in the numbers of its names: those that it uses, then
    those that are made.
    """

    labels: tuple[tuple[Kind, int, int, bool, Shape], ...]
    adjoints: tuple[tuple[int, tuple[_Stamp, ...]], ...]
    behind: tuple[tuple[int, tuple[_Stamp, ...]], ...]
    pairs: tuple[tuple[int, _Pairing], ...]
    noted: tuple[tuple[tuple[int, tuple[str, ...] | None], ...], ...]
    centred: tuple[int, ...]
    slopes: tuple[_StampedStep, ...]
    backward: tuple[_StampedStep, ...]


class _Roles(dict[str, Hashable]):
    """What names are throughout a pass."""

    def __init__(self, of: Reverse) -> None:
        self.of = of

    def __missing__(self, name: str) -> Hashable:
        of = self.of
        found = self[name] = (of.shapes[name], name in of.relevant, name in of.wrt)
        return found


class Remembering(Reverse):
    """A backward pass that goes through definitions of one form, in one situation, only twice. Shares have no path."""

    def __init__(
        self,
        chain: Sequence[Definition],
        output: str,
        wrt: list[str],
        shapes: Mapping[str, Shape],
        distributions: Container[Distribution] | None,
        called: Names,
    ) -> None:
        super().__init__(chain, output, wrt, shapes, distributions, called)
        self.passed: dict[Hashable, _Passed | None] = {}
        self.plain: dict[Form, bool] = {}
        self.shared: dict[Form, bool] = {}
        self.roles = _Roles(self)

    def definition(self, name: str, tree: Tree) -> None:
        if isinstance(bare(tree), Sum):  # of everything there is: there is one
            super().definition(name, tree)
            return
        numbers = {name: 0}
        adjoints, behind = self.adjoints.get(name, ()), self.behind.get(name, ())
        match = self.pairs.get(name)
        around = tuple(map(self.defined.get, self.looked_at(tree)))
        defined = [definition for definition in around if definition is not None] if around else ()
        kind = form_together((tree, *map(_ADJOINT, adjoints), *map(_ADJOINT, behind), *defined), numbers)
        paired: tuple[Hashable, ...] = ()
        if match is not None:
            places = [numbers.setdefault(n, len(numbers)) for n in (match.output, match.target)]
            paired = (id(match.pair), match.factor.as_integer_ratio(), match.elementwise, *places)
        used = tuple(numbers)
        key = (
            kind,
            len(adjoints),
            len(behind),
            paired,
            name == self.output,
            tuple(definition is None for definition in around) if around else (),
            *map(self.roles.__getitem__, used),
            *(self.notes(used) if self.centred or any(_noted(self)) else ()),
            *(self.sums(used, defined) if defined else ()),
        )
        try:
            passed = self.passed[key]
        except KeyError:  # many forms come once: each of 1/t
            self.passed[key] = None
            super().definition(name, tree)
            return
        if passed is None:
            passed = self.passed[key] = self.pass_on(name, tree, used)
        self.apply(passed, used)

    def notes(self, used: Sequence[str]) -> list[Hashable]:
        """What is noted of names so far."""
        noted = [tuple(noted[n]) if n in noted else None for noted in _noted(self) for n in used]
        return [*noted, *[n in self.centred for n in used]]

    def looked_at(self, tree: Tree) -> tuple[str, ...]:
        """The names whose own definitions matter: none where all there is is an activation of sums and products."""
        kind, used = form(tree)
        if kind not in self.plain:
            top = bare(tree)
            alone = sum(isinstance(node, Call) for node in walk(tree)) == 1
            self.plain[kind] = isinstance(top, Call) and FUNCTIONS[top.fn].activation and alone
        return () if self.plain[kind] else used

    def sums(self, used: Iterable[str], around: Sequence[Tree]) -> list[bool]:
        """Whose columns or rows sum to 1, where an activation wants that of them."""
        if self.distributions is None or not any(map(self.sharing, around)):
            return []
        return [(name, along) in self.distributions for name in used for along in ALONG]

    def sharing(self, tree: Tree) -> bool:
        """Whether a definition is an activation that a known pair with shares of the desired output stands behind."""
        kind = form(tree)[0]
        if kind not in self.shared:
            self.shared[kind] = sharing(bare(tree))
        return self.shared[kind]

    def pass_on(self, name: str, tree: Tree, used: Sequence[str]) -> _Passed:
        """What passing through a definition does, in numbered names."""
        number = {n: f"#{k}" for k, n in enumerate(used)}
        trees = {n: Name(new) for n, new in number.items()}
        labels: list[Label] = []

        def called(label: Label) -> str:
            labels.append(label)
            return f"@{len(labels) - 1}"

        around = [n for n in self.looked_at(tree) if n in self.defined]
        chain = [(number[n], replace_names(self.defined[n], trees)) for n in around]
        chain.append((number[name], replace_names(tree, trees)))
        output = number[name] if name == self.output else ""
        shapes = {number[n]: self.shapes[n] for n in used}
        sums = (
            None
            if self.distributions is None
            else {(number[n], along) for n in used for along in ALONG if (n, along) in self.distributions}
        )
        inner = Reverse(chain, output, [number[n] for n in used if n in self.wrt], shapes, sums, called)
        inner.relevant = {number[n] for n in used if n in self.relevant}
        own = number[name]
        for of, inside in ((self.adjoints, inner.adjoints), (self.behind, inner.behind)):
            if name in of:
                inside[own] = [Share(replace_names(share.adjoint, trees)) for share in of[name]]
        if name in self.pairs:
            inner.pairs[own] = self.pairs[name].renamed(number)
        for noted, within in zip(_noted(self), _noted(inner), strict=True):
            within |= {number[n]: dict(noted[n]) for n in used if n in noted}
        inner.centred = {number[n] for n in used if n in self.centred}
        before = [{n: tuple(found) for n, found in noted.items()} for noted in _noted(inner)]
        inner.definition(own, chain[-1][1])
        numbers = [*number.values(), *(f"@{k}" for k in range(len(labels)))]
        place = {n: k for k, n in enumerate(numbers)}

        def terms(shares: Mapping[str, Sequence[Share]]) -> tuple[tuple[int, tuple[_Stamp, ...]], ...]:
            others = ((n, found) for n, found in shares.items() if n != own)
            return tuple((place[n], tuple(stamp(share.adjoint, numbers) for share in found)) for n, found in others)

        def steps(made: Iterable[Derived]) -> tuple[_StampedStep, ...]:
            return tuple(
                _StampedStep(
                    x, place[x.name], place[x.of], stamp(x.formula, numbers), x.match and _pairing(x.match, place)
                )
                for x in made
            )

        return _Passed(
            tuple(
                (kind, place[of], place[by], asked, inner.shapes[f"@{k}"])
                for k, (kind, of, by, asked) in enumerate(labels)
            ),
            terms(inner.adjoints),
            terms(inner.behind),
            tuple((place[n], _pairing(found, place)) for n, found in inner.pairs.items() if n != own),
            tuple(
                tuple((place[n], words) for n, words in _changed(then, now))
                for then, now in zip(before, _noted(inner), strict=True)
            ),
            tuple(place[n] for n in inner.centred),
            steps(inner.slopes),
            steps(inner.backward),
        )

    def apply(self, passed: _Passed, used: Sequence[str]) -> None:
        """Does the same to names of this chain."""
        real = list(used)
        for kind, of, own, asked, size in passed.labels:
            made = self.called(Label(kind, real[of], real[own], asked))
            self.shapes[made] = size
            real.append(made)
        for shares, found in ((self.adjoints, passed.adjoints), (self.behind, passed.behind)):
            for n, stamps in found:
                shares.setdefault(real[n], []).extend([Share(make(real)) for make in stamps])
        for n, pairing in passed.pairs:
            self.pairs[real[n]] = pairing(real)
        for noted, changed in zip(_noted(self), passed.noted, strict=True):
            for n, words in changed:
                if words is None:
                    del noted[real[n]]
                else:
                    noted[real[n]] = dict.fromkeys(words)
        for n in passed.centred:
            self.centred.add(real[n])
        for steps, also in ((self.slopes, passed.slopes), (self.backward, passed.backward)):
            for x, n, of, make, match in also:
                pair, what = match and match(real), (x.kinked, x.reasons, x.flat)
                steps.append(Derived(real[n], make(real), x.kind, real[of], pair, (), *what))


def _pairing(match: Match, place: Mapping[str, int]) -> _Pairing:
    """What makes a pair of other names."""
    output, target = place[match.output], place[match.target]
    return lambda real: Match(match.pair, real[output], real[target], match.factor, match.elementwise)


def _noted(of: Reverse) -> tuple[dict[str, dict[str, None]], ...]:
    """What is noted of names on the way."""
    return of.kinks, of.shortened


def _changed(
    before: Mapping[str, tuple[str, ...]], after: Mapping[str, Mapping[str, None]]
) -> tuple[tuple[str, tuple[str, ...] | None], ...]:
    """The notes that differ; None for those that are gone."""
    lost = [(n, None) for n in before if n not in after]
    return (*lost, *((n, tuple(words)) for n, words in after.items() if tuple(words) != before.get(n)))
