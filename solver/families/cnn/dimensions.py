"""Height and width of one layer's output, and the filter size, stride, padding or input that a given output implies."""

from typing import Any, NamedTuple

from solver.errors import FormulaError
from solver.families.cnn.given import MAX_SIZE, CnnLayer, MisfitError
from solver.families.cnn.ledger import Ledger
from solver.formula.parse import parse
from solver.formula.walks.evaluate import evaluate
from solver.formula.walks.value import value
from solver.nets import sliding
from solver.working.equation import equation, unfloored

Pair = tuple[str, str]
"""The names of a field for height and for width; one name twice where both are the same."""

AXES = ("depth", "height", "width")


class Volume(NamedTuple):
    """The names of a volume's channels, height and width."""

    D: str
    H: str
    W: str


class Stage(NamedTuple):
    """A layer at its place in the network. output: the numbers of the output volume that are given."""

    layer: CnnLayer
    title: str
    before: Volume
    after: Volume
    output: dict[str, int]


class Window(NamedTuple):
    """The names of a filter's size, stride, padding and dilation, each for height and width; None where it has none."""

    F: Pair
    s: Pair
    p: Pair | None
    r: Pair | None
    kind: str
    same: bool

    def extent(self, axis: int) -> str:
        """How far a filter reaches, as a formula."""
        return sliding.extent(self.F[axis], self.r and self.r[axis])

    def output(self, axis: int, size: str) -> str:
        """The output's size, as a formula in the input's."""
        rounds: sliding.Rounds = "transposed" if self.kind == "transposed" else "same" if self.same else "floor"
        p, r = self.p and self.p[axis], self.r and self.r[axis]
        return sliding.output(size, self.F[axis], self.s[axis], p, r, rounds)


class Sizes(Ledger):
    """Sizes of volumes, computed or compared with the given ones. told: whether the letters of one are explained."""

    told = False

    def window(self, at: Stage, kind: str, tag: str) -> Window:
        """States a layer's size, stride and padding, and notes which are unknown. tag: what stands behind F, s, p."""
        layer, point = at.layer, kind == "pointwise"
        size = (1,) if point or layer.size is None else layer.size
        stride = (1,) if point else layer.stride or (size if kind == "pool" else (1,))
        padding = (0,) if point else layer.padding or (() if kind == "pool" else (0,))
        F = self.pair(at, "size", f"F{tag}", size)
        moves_by_size = kind == "pool" and layer.stride is None and "unknown" in size
        s = F if moves_by_size else self.pair(at, "stride", f"s{tag}", stride)
        dilated = layer.dilation not in (None, 1) and not point
        r = self.pair(at, "dilation", f"r{tag}", (layer.dilation,)) if dilated else None
        if padding == ("same",):
            return self.same(at, Window(F, s, None, r, kind, True), f"p{tag}")
        numbers = (0,) if padding == ("valid",) else padding
        p = self.pair(at, "padding", f"p{tag}", numbers) if numbers else None
        return Window(F, s, p, r, kind, False)

    def pair(self, at: Stage, field: str, name: str, numbers: tuple[Any, ...]) -> Pair:
        """The names of a field for height and width: one name where both are the same."""
        alike = len(numbers) == 1 or (numbers[0] == numbers[1] and numbers[0] != "unknown")
        made = (name, name) if alike else (f"{name}_h", f"{name}_w")
        for i, (each, number) in enumerate(zip(made[: 1 if alike else 2], numbers, strict=False)):
            if number == "unknown":
                self.ask(each, at.layer.place(field, i), field)
            else:
                self.state(each, int(number), f"{at.title}: {field}")
        return made

    def same(self, at: Stage, window: Window, p: str) -> Window:
        """Padding that keeps the size, where each side gets equally much; otherwise the output's size says why."""
        lost = next((f for f in window.F if f not in self.known), None)
        if lost:
            hint = "give the padding as a number: with same, every size gives the same output"
            raise MisfitError(self.places[lost], f"{lost} is unknown, but the output does not depend on it", hint)
        extents = [self.worth(window.extent(axis)) for axis in (0, 1)]
        if any(s not in self.known or self.number(s) != 1 for s in window.s) or any(e % 2 == 0 for e in extents):
            return window
        square = extents[0] == extents[1]
        pads = (p, p) if square else (f"{p}_h", f"{p}_w")
        for axis in (0,) if square else (0, 1):
            why = "with stride 1, this much on each side keeps the size"
            formula = f"({window.extent(axis)} - 1)/2"
            self.step(pads[axis], formula, f"{at.title}: padding", at.layer.place("padding"), why=why)
        return window._replace(p=pads, same=False)

    def spatial(self, at: Stage, window: Window) -> None:
        """Height and width: unknowns solved for from the given output, then whatever is left computed."""
        axes = [(window.output(i, at.before[1 + i]), at.after[1 + i]) for i in (0, 1)]
        self.solve(at, window, axes)
        for i, (formula, name) in enumerate(axes):
            if name in self.known:
                continue
            if window.kind != "transposed" and not window.same:
                self.check_fit(at, window, i)
            if i == 1 and self.with_numbers(formula) == self.with_numbers(axes[0][0]):
                self.size(at, name, axes[0][1], "height and width are alike")
            else:
                self.size(at, name, formula, self.reason(at, window, i) if window.same else self.first(at, window, i))

    def first(self, at: Stage, window: Window, axis: int) -> str:
        """What the letters of a size are, where no layer above has one."""
        return "" if self.told else self.legend(at, window, axis)

    def legend(self, at: Stage, window: Window, axis: int) -> str:
        """What the letters of an output's size are."""
        self.told = True
        shape = "pool" if window.kind == "pool" else "filter"
        words = {
            at.after[1 + axis]: f"is the output's {AXES[1 + axis]}",
            at.before[1 + axis]: "the input's",
            window.F[axis]: f"the {shape}'s",
        }
        if window.p:
            words[window.p[axis]] = "the padding on each side"
        if window.r:
            words[window.r[axis]] = "the dilation"
        stride = window.s[axis]
        words[stride] = f"{words[stride]} and the stride" if stride in words else "the stride"
        return ", ".join(f"{{{name}}} {said}" for name, said in words.items())

    def reason(self, at: Stage, window: Window, axis: int) -> str:
        """Why padding: same gives the size that it gives, and how much padding follows from that size."""
        before, formula = at.before[1 + axis], window.output(axis, at.before[1 + axis])
        size = self.worth(formula)
        needed = f"({size} - 1)*{window.s[axis]} + {window.extent(axis)} - {before}"
        padding = self.worth(needed)
        told = "no padding is needed"
        if padding > 0:
            numbers = self.with_numbers(needed).replace("*", "·")
            told = f"{numbers} = {padding} of padding, {padding // 2} before and {padding - padding // 2} after"
        return f"padding: same gives ⌈{{{before}}}/{{{window.s[axis]}}}⌉, the division rounded up; {told}"

    def check_fit(self, at: Stage, window: Window, axis: int) -> None:
        """Refuses a filter larger than its padded input."""
        size, extent = self.number(at.before[1 + axis]), self.worth(window.extent(axis))
        padding = self.number(window.p[axis]) if window.p else 0
        if extent <= size + 2 * padding:
            return
        padded = f"{size} + 2·{padding} = {size + 2 * padding}" if padding else str(size)
        word = AXES[1 + axis]
        message = f"the {word} of {at.title.lower()}'s filter is {extent}, but its input's is only {padded}"
        raise MisfitError(at.layer.place("size"), message, "a filter must fit into its padded input")

    def size(self, at: Stage, name: str, formula: str, why: str = "") -> None:
        """A step for one size of the output; it must be at least 1 and be the given one."""
        axis = at.after.index(name)
        word = AXES[axis]
        self.step(name, formula, f"{at.title}: output {word}", at.layer.place(), why=why)
        found, numbers = self.number(name), self.with_numbers(formula)
        shown = f"{name} = {formula} = {found}" if numbers.isdigit() else f"{name} = {numbers} = {found}"
        if found < 1:
            raise MisfitError(at.layer.place(), f"the output's {word} is {shown}", "an output is at least 1×1")
        if self.given.division == "exact" and float(value(unfloored(parse(formula)), self.known).item()) != found:
            place = at.layer.place("stride" if at.layer.stride else "")
            hint = "division: floor rounds down"
            raise MisfitError(place, f"{shown} leaves a remainder, and division is exact", hint)
        if at.output.get(name, found) != found:
            message = f"the output's {word} is given as {at.output[name]}, but {shown}"
            raise MisfitError(at.layer.place("output", axis), message)

    # -- unknowns -----------------------------------------------------------------------------------------------------
    def solve(self, at: Stage, window: Window, axes: list[Pair]) -> None:
        """Finds each unknown of the two equations, height first, wherever one of them has no other."""
        while True:
            missing = [self.missing(formula) for formula, _ in axes]
            if not any(missing):
                return
            alone = next((m[0] for m in missing if len(m) == 1), None)
            if alone is None:
                first, second = next(m for m in missing if m)[:2]
                raise MisfitError(self.places[second], f"{first} and {second} are both unknown", "give one of the two")
            equations: dict[str, str] = {}
            for i, (formula, name) in enumerate(axes):
                if missing[i] == [alone]:
                    if name not in at.output:
                        raise self.undetermined(alone, "give this layer's output")
                    self.state(name, at.output[name], f"{at.title}: output")
                    equations.setdefault(f"{at.output[name]} = {self.with_numbers(formula)}", f"{name} = {formula}")
            self.solve_one(alone, list(equations.values()), at, window, missing.index([alone]))

    def solve_one(self, name: str, equations: list[str], at: Stage, window: Window, axis: int) -> None:
        """Solves the equations for one unknown; axis: of the first."""
        made = equation(
            name,
            *equations,
            title=f"{at.title}: {'filter size' if self.asked[name] == 'size' else self.asked[name]}",
            why=self.legend(at, window, axis),
            least=self.least(name, window),
            most=self.most(name, at, window),
            exact=self.given.division == "exact",
        )
        try:
            evaluate([(name, made)], self.known, type(made).value)
        except FormulaError as error:
            raise MisfitError(self.places[name], error.message, error.hint) from None
        self.working.add(made)

    def least(self, name: str, window: Window) -> int:
        """The smallest sensible value: a pool is larger than its padding."""
        if name in window.F and window.kind == "pool" and window.p:
            pads = zip(window.F, window.p, strict=True)
            return 1 + max(self.number(p) for F, p in pads if name == F and p in self.known)
        return 0 if self.asked[name] == "padding" else 1

    def most(self, name: str, at: Stage, window: Window) -> int:
        """The largest sensible value: no filter or stride goes beyond the padded input, no pool lies in the padding."""
        if window.kind == "pool" and window.p and name in window.p:
            sizes = zip(window.F, window.p, strict=True)
            within = [self.number(F) for F, p in sizes if p == name and F in self.known]
            return min(within) - 1 if within else MAX_SIZE
        height, width = at.before.H, at.before.W
        bounded = self.asked[name] in ("size", "stride") and window.kind != "transposed"
        if not bounded or height not in self.known or width not in self.known:
            return MAX_SIZE
        pads = [self.number(p) for p in window.p or () if p in self.known]
        return max(self.number(height), self.number(width)) + 2 * max(pads, default=0)
