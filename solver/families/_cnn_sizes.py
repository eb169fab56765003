"""Height and width of one layer's output, and the filter size, stride, padding or input that a given output implies."""

from typing import Any, NamedTuple

from solver.equation import equation, unfloored
from solver.errors import FormulaError
from solver.families._cnn_fields import MAX_SIZE, Layer, MisfitError
from solver.families._cnn_ledger import Ledger
from solver.formula.parse import parse
from solver.formula.value import value

Pair = tuple[str, str]
"""The names of a field for height and for width; one name twice where both are the same."""

_WORDS = ("depth", "height", "width")


class Volume(NamedTuple):
    """The names of a volume's channels, height and width."""

    D: str
    H: str
    W: str


class Stage(NamedTuple):
    """A layer at its place in the network. output: the numbers of the output volume that are given."""

    layer: Layer
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
        return f"({self.r[axis]}*({self.F[axis]} - 1) + 1)" if self.r else self.F[axis]

    def padded(self, axis: int, size: str) -> str:
        """The padded input less the filter, as a formula."""
        return f"{size} - {self.extent(axis)}" + (f" + 2*{self.p[axis]}" if self.p else "")

    def output(self, axis: int, size: str) -> str:
        """The output's size, as a formula in the input's."""
        if self.kind == "transposed":
            less = f" - 2*{self.p[axis]}" if self.p else ""
            return f"({size} - 1)*{self.s[axis]}{less} + {self.extent(axis)}"
        room = f"({size} - 1)" if self.same else f"({self.padded(axis, size)})"
        return f"floor({room}/{self.s[axis]}) + 1"


class Sizes(Ledger):
    """Sizes of volumes, computed or compared with the given ones."""

    # -- height and width ---------------------------------------------------------------------------------------------
    def window(self, layer: Layer, kind: str, k: str, title: str) -> Window:
        """States a layer's size, stride and padding, and notes which are unknown."""
        point = kind == "pointwise"
        size = (1,) if point or layer.size is None else layer.size
        stride = (1,) if point else layer.stride or (size if kind == "pool" else (1,))
        padding = (0,) if point else layer.padding or (() if kind == "pool" else (0,))
        F = self.pair(layer, "size", f"F{k}", size, title)
        moves_by_size = kind == "pool" and layer.stride is None and "unknown" in size
        s = F if moves_by_size else self.pair(layer, "stride", f"s{k}", stride, title)
        r = None
        if layer.dilation not in (None, 1) and not point:
            r = self.pair(layer, "dilation", f"r{k}", (layer.dilation,), title)
        if padding == ("same",):
            return self.same(layer, Window(F, s, None, r, kind, True), k, title)
        numbers = (0,) if padding == ("valid",) else padding
        p = self.pair(layer, "padding", f"p{k}", numbers, title) if numbers else None
        return Window(F, s, p, r, kind, False)

    def same(self, layer: Layer, window: Window, k: str, title: str) -> Window:
        """Padding that keeps the size, for stride 1 and filters of odd extent; otherwise rounding up says it all."""
        lost = next((f for f in window.F if f not in self.known), None)
        if lost:
            hint = "padding: same makes the output the same for every size; give the padding as a number"
            raise MisfitError(self.places[lost], f"{lost} is unknown, but the output does not depend on it", hint)
        strides = [s in self.known and self.number(s) == 1 for s in window.s]
        extents = [int(value(parse(window.extent(axis)), self.known).item()) for axis in (0, 1)]
        if not all(strides) or not all(extent % 2 for extent in extents):
            return window
        square = extents[0] == extents[1]
        p = (f"p{k}", f"p{k}") if square else (f"p{k}_h", f"p{k}_w")
        for axis in (0,) if square else (0, 1):
            formula = f"({window.extent(axis)} - 1)/2"
            why = "with stride 1, this much on each side keeps the size"
            self.step(p[axis], formula, f"{title}: padding", layer.place("padding"), why=why)
        return window._replace(p=p, same=False)

    def pair(self, layer: Layer, field: str, name: str, numbers: tuple[Any, ...], title: str) -> Pair:
        """The names of a field for height and width: one name where both are the same."""
        alike = len(numbers) == 1 or (numbers[0] == numbers[1] and numbers[0] != "unknown")
        made = (name, name) if alike else (f"{name}_h", f"{name}_w")
        for i, (each, number) in enumerate(zip(made[: 1 if alike else 2], numbers, strict=False)):
            if number == "unknown":
                self.ask(each, layer.place(field, i))
            else:
                self.state(each, int(number), f"{title}: {field}")
        return made

    def spatial(
        self, layer: Layer, window: Window, title: str, before: Volume, after: Volume, output: dict[str, int]
    ) -> None:
        """Height and width: unknowns solved for from the given output, then whatever is left computed."""
        axes = [(window.output(i, before[1 + i]), after[1 + i]) for i in (0, 1)]
        self.solve(layer, window, title, before, axes, output)
        for i, (formula, name) in enumerate(axes):
            if name in self.known:
                continue
            room = int(value(parse(window.padded(i, before[1 + i])), self.known).item())
            if window.kind != "transposed" and not window.same and room < 0:
                raise self.too_large(layer, window, i, before, title)
            if i == 1 and self.with_numbers(formula) == self.with_numbers(axes[0][0]):
                self.size(layer, name, axes[0][1], title, output, "height and width are alike", "width")
            else:
                self.size(layer, name, formula, title, output, "", "width" if i else "height")

    def too_large(self, layer: Layer, window: Window, axis: int, before: Volume, title: str) -> MisfitError:
        size, word = self.number(before[1 + axis]), ("height", "width")[axis]
        padding = self.number(window.p[axis]) if window.p else 0
        extent = int(value(parse(window.extent(axis)), self.known).item())
        padded = f"{size} + 2·{padding} = {size + 2 * padding}" if padding else str(size)
        message = f"the {word} of {title.lower()}'s filter is {extent}, but its input's is only {padded}"
        return MisfitError(layer.place("size"), message, "a filter must fit into its padded input")

    def size(
        self, layer: Layer, name: str, formula: str, title: str, output: dict[str, int], why: str, word: str = "depth"
    ) -> None:
        """A step for one size of the output; it must be at least 1 and be the given one."""
        self.step(name, formula, f"{title}: output {word}", layer.place(), why=why)
        found = self.number(name)
        shown = self.with_numbers(formula)
        if found < 1:
            raise MisfitError(layer.place(), f"the output's {word} is {shown} = {found}", "an output is at least 1×1")
        if self.given.division == "exact" and "floor" in formula:
            plain = float(value(unfloored(parse(formula)), self.known).item())
            if plain != found:
                where = layer.place("stride" if layer.stride else "")
                raise MisfitError(
                    where, f"{shown} leaves a remainder, and division is exact", "division: floor rounds down"
                )
        if output.get(name, found) != found:
            axis = ("depth", "height", "width").index(word)
            raise MisfitError(
                layer.place("output", axis),
                f"the output's {word} is given as {output[name]}, but {name} = {shown} = {found}",
            )

    # -- unknowns -----------------------------------------------------------------------------------------------------
    def solve(
        self, layer: Layer, window: Window, title: str, before: Volume, axes: list[Pair], output: dict[str, int]
    ) -> None:
        """Finds each unknown of the two equations, height first, wherever one of them has no other."""
        while True:
            missing = [self.missing(formula) for formula, _ in axes]
            if not any(missing):
                return
            alone = next((m[0] for m in missing if len(m) == 1), None)
            if alone is None:
                first, second = next(m for m in missing if m)[:2]
                raise MisfitError(self.places[second], f"{first} and {second} are both unknown", "give one of the two")
            used = [axes[i] for i, m in enumerate(missing) if m == [alone]]
            for _, name in used:
                if name not in output:
                    raise self.undetermined(alone, "give this layer's output")
                self.state(name, output[name], f"{title}: output")
            distinct = list(
                {self.with_numbers(f) + f" = {output[name]}": (f, name) for f, name in reversed(used)}.values()
            )
            self.solve_one(
                alone, [f"{name} = {formula}" for formula, name in reversed(distinct)], window, before, title
            )

    def solve_one(self, name: str, equations: list[str], window: Window, before: Volume, title: str) -> None:
        word = {"F": "filter size", "s": "stride", "p": "padding", "H": "input height", "W": "input width"}[name[0]]
        most = MAX_SIZE
        if name[0] in "Fs" and window.kind != "transposed" and before.H in self.known and before.W in self.known:
            pads = [self.number(p) for p in window.p or () if p in self.known]
            most = max(self.number(before.H), self.number(before.W)) + 2 * max(pads, default=0)
        exact, least = self.given.division == "exact", int(name[0] != "p")
        made = equation(name, *equations, title=f"{title}: {word}", least=least, most=most, exact=exact)
        try:
            self.known[name] = made.value(self.known)
        except FormulaError as error:
            raise MisfitError(self.places[name], error.message, error.hint) from None
        self.working.add(made)
