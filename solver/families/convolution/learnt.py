"""What comes behind the layers: what is desired, the loss or the gradient at the output, all gradients, groups."""

from collections.abc import Sequence

from solver.errors import FormulaError
from solver.families.convolution.given import maps
from solver.families.convolution.maps import Maps
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Bin, Call, Group, Name, Num, Tree
from solver.nets.decay import add_decay, check_decay, state_decay
from solver.nets.layers import as_array, put, rows_of
from solver.nets.losses import ERRORS, loss, undesired, unfit
from solver.nets.recurrent import added, size
from solver.working.gradients import add_gradients


class LearntMaps(Maps):
    """All layers, and what is learnt from them."""

    def finish(self) -> None:
        """Adds the loss, gradients and groups; what does not fit is noted."""
        w, given = self.working, self.given
        check_decay(given, None, self.report)
        steps = [name for name, item in w.items.items() if not item.given]
        w.default = tuple(steps)
        w.group("forward", steps)
        w.group("output", self.now)
        w.group("net_inputs", self.nets)
        before, leaves = set(w.items), [name for name, item in w.items.items() if item.given]
        try:
            end = self._end()
        except FormulaError as error:
            field = "gradient" if self.given.gradient is not None else "d" if self.given.d is not None else "loss"
            self.note(self.given, field, error)
            return
        if end is None and "J" not in w.items:
            hint = "give a loss and the desired output d, or a gradient at the output"
            w.absent |= dict.fromkeys(("J", "loss", "gradients", "gradients_x", "backward"), hint)
            return
        used = set(w.closure(self.now))
        known = end is not None or given.loss == "cross-entropy"  # of a known pair, the gradient by u is found at once
        inner = [n for n in steps if n in used and not (known and n in self.now)]
        leaves = [n for n in leaves if n in used]
        stated = {n for n in w.items if n not in before}
        add_gradients(w, "J", [*inner, *leaves], end=end)
        w.group("gradients", [f"grad_{n}" for n in leaves if n not in self.inputs])
        w.group("gradients_x", [f"grad_{n}" for n in leaves if n in self.inputs])
        w.group("backward", [n for n in w.items if n not in before and n not in stated])

    def _end(self) -> Tree | None:
        """States what is desired and the loss; or the gradient at the output, and what has it. Raises FormulaError."""
        w, given = self.working, self.given
        if given.loss == "none":
            if given.d is not None:
                raise FormulaError("d is given without a loss", "such as loss: square-error")
            if given.gradient is None:
                return None
            values = self._as_output("gradient")
            terms: list[Tree] = []
            for name, value in zip(self.now, values, strict=True):
                w.given(f"grad_{name}", value, "Gradient at the output", Symbol("J", wrt=w.symbols[name]))
                terms.append(Call("sum", (Bin("*", Name(f"grad_{name}"), Name(name)),)))
            return added(terms)
        if given.gradient is not None:
            raise FormulaError("a loss and a gradient at the output are given", "give one of the two")
        if given.d is None:
            raise FormulaError("'d' is missing: a loss needs the desired output", "or give the gradient at the output")
        desired = self._as_output("d")
        names = []
        letter = "d" if self.vector else "D"
        for k, value in enumerate(desired, 1):
            names.append(letter if len(desired) == 1 else f"{letter}{k}")
            w.given(names[-1], value, "Desired output" + (f", channel {k}" if len(desired) > 1 else ""))
        formula, title = self._loss(names)
        if given.weight_decay is None:
            w.step("J", formula, title)
            w.group("loss", ["J"])
            return None
        state_decay(w, given.weight_decay)
        w.step("E", formula, title)
        used = set(w.closure(self.now))
        add_decay(w, given, [n for n in self.weights if n in used])
        w.group("loss", ["E", "decay", "J"])
        return None

    def _loss(self, desired: Sequence[str]) -> tuple[Tree, str]:
        w, given, numbers = self.working, self.given, self.size()[0] * self.size()[1] * len(self.now)
        if given.loss == "cross-entropy" and not self.vector:
            raise FormulaError("cross-entropy of maps", "it is for a dense layer at the end, with sigmoid or softmax")
        values = [value for name in desired if (value := w.items[name].value({})) is not None]
        misfits = [unfit(given.loss, self.activation), *(undesired(given.loss, value) for value in values)]
        for misfit in filter(None, misfits):
            raise FormulaError(*misfit)
        if self.vector:
            formula, title = loss(given.loss, numbers, softmax=self.activation == "softmax")
            return put(formula, d=desired[0], y=self.now[0]), title
        term, title = ERRORS[given.loss]
        total: Tree = added([put(f"sum({term})", d=d, y=y) for d, y in zip(desired, self.now, strict=True)])
        mean = given.loss.startswith("mean")
        divisor = numbers if mean else 2 if given.loss == "half-square-error" else 1
        if divisor > 1:
            total = Bin("/", total if len(self.now) == 1 else Group(total), Num(str(divisor)))
        return total, f"{title}{' over' if mean else ', summed over'} all cells"

    def _as_output(self, field: str) -> list[Array]:
        """What is given at the output, in its form; raises FormulaError."""
        value, (rows, columns) = getattr(self.given, field), self.size()
        if self.vector and isinstance(value, tuple):
            raise FormulaError(f"{field} is a list of maps, but the output is {rows}×{columns}")
        if self.vector:
            found = [as_array(value)]
        elif (rows, columns) == (1, 1) and not isinstance(value, tuple) and len(self.now) > 1:
            array = as_array(value)
            found = [rows_of(array, i, i + 1) for i in range(array.value.shape[0])]
        else:
            found = maps(self.given, field, self.flat)
        shown = f"{len(self.now)} maps of {rows}×{columns}" if len(self.now) > 1 else f"{rows}×{columns}"
        if len(found) != len(self.now):
            raise FormulaError(f"{field} has {len(found)} map{'s' * (len(found) != 1)}, but the output is {shown}")
        if found[0].value.shape != (rows, columns):
            raise FormulaError(f"{field} is {size(found[0])}, but the output is {shown}")
        return found
