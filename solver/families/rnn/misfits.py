"""What does not fit in a question of recurrent networks, each noted at its own line."""

from solver.families.rnn.recurrence import Direction, Given, shaped
from solver.formula.tree import Array
from solver.nets.decay import check_decay
from solver.nets.layers import as_array, neurons_inputs
from solver.nets.losses import undesired, unfit
from solver.nets.recurrent import check_learning, check_vector, size
from solver.nets.training import check
from solver.spec.nodes import Report


def fits(given: Given, stack: list[list[Direction]], report: Report) -> bool:
    """Checks shapes from the input on; every misfit is noted."""
    before = len(report.problems)
    _check_sources(given, report)
    if not stack:
        return False
    if given.x is not None or given.X is not None:
        _check_inputs(given, stack[0][0], report)
    for sides in stack:
        for side in sides:
            if side is not stack[0][0]:
                _check_layer(given, side, report)
    _check_output(given, stack, report)
    first = stack[0][0]
    if not given.layers:
        _check_vector(given, "b", given.b, first, report)
        if given.type != "jordan":
            _check_vector(given, "h0", given.h0, first, report)
    return len(report.problems) == before


def _check_sources(given: Given, report: Report) -> None:
    """Notes what is missing, given twice, or not used."""
    add, jordan = report.add, given.type == "jordan"
    if given.layers:
        for name in ("U", "W", "b", "h0", "backward"):
            if getattr(given, name) is not None:
                add(given.place(name), f"{name} is given, and layers with their own", "give one of the two")
        if given.type != "elman":
            add(given.place("type"), f"type: {given.type} has one hidden layer", "several layers are type: elman")
    else:
        for name, what in (("U", "the input weights"), ("W", "the recurrence weights")):
            if getattr(given, name) is None:
                add(given.place(), f"{name!r} is missing: {what}")
    if given.x is None and given.X is None:
        add(given.place(), "'x' is missing: the input sequence, or X with several")
    elif given.x is not None and given.X is not None:
        add(given.place("X"), "x and X are given", "x for one sequence, X for several")
    if given.V is None:
        if given.type != "elman":
            message = (
                "'V' is missing: a Jordan network feeds its output back"
                if jordan
                else "'V' is missing: the output feeds back"
            )
            add(given.place(), message, "give V, or type: elman")
        if given.c is not None:
            add(given.place("c"), "c is given without V: there is no output layer")
        if given.loss != "none":
            add(given.place("loss"), "a loss needs outputs, but there is no V", "give V, or leave loss out")
    if given.backward is not None and given.type != "elman":
        add(
            given.place("backward"),
            f"type: {given.type} reads a sequence in one direction",
            "type: elman reads in both",
        )
    if given.teacher_forcing:
        if given.type == "elman":
            add(given.place("teacher_forcing"), "type: elman feeds no output back", "type: jordan, or both")
        elif given.loss == "none" or given.loss_at != "all":
            add(
                given.place("teacher_forcing"),
                "desired outputs of every time are fed back",
                "give d, and a loss at all times",
            )
    if given.type == "both" and given.Wy is None:
        add(given.place("type"), "'Wy' is missing: the weights from the last output")
    if given.type != "both" and given.Wy is not None:
        add(given.place("Wy"), "Wy is for type: both")
    if jordan and given.h0 is not None:
        add(given.place("h0"), "h0 is not used: a Jordan network feeds its output back", "leave h0 out, give y0")
    if given.type == "elman" and given.y0 is not None:
        add(given.place("y0"), "y0 is not used: an Elman network feeds its hidden layer back", "leave y0 out, give h0")
    if given.X is not None and given.d is not None:
        add(given.place("d"), "d is used with x only", "with X, D has the desired outputs of each sequence")
    if given.X is None and given.D is not None:
        add(given.place("D"), "D is used with X only", "with x, d is a list of vectors")
    check_decay(given, given.train, report)
    if given.train is not None:
        check(given.train, report)
        if given.loss == "none":
            add(given.place("train"), "an update needs a loss", "such as loss: square-error, and d")
        if given.train.iterations != 1:
            add(given.train.place("iterations"), "one update is made", "leave iterations out")


def _check_inputs(given: Given, first: Direction, report: Report) -> None:
    """The vectors of the sequence are of one size, the inputs of U."""
    turned = given.weights == "neurons x inputs"
    side, ends, neurons = ("columns", "rows are neurons, columns are inputs", first.U.value.shape[0]) if turned else (
        "rows", "rows are inputs, columns are neurons", first.U.value.shape[1]
    )  # fmt: skip
    inputs, name = given.inputs, "X" if given.X is not None else "x"
    shown = f"{inputs}×1"
    if neurons_inputs(first.U, given.weights)[1] != inputs:
        hint = ends
        singles = given.x is not None and all(x.value.shape[0] == 1 for x in given.x)
        if singles and given.x is not None and len(given.x) == neurons_inputs(first.U, given.weights)[1]:
            hint = "x is a list of vectors, one for each time: a single one is [[1, 2]]"
        elif neurons == inputs:
            hint += "; is it transposed?"
        spec = first.spec
        at = f"{name}(1)" if given.x is not None else f"{name} at each time"
        found = f"{_of('U', first)} is {size(first.U)}, but {at} is {shown}: they must have equal {'rows' if not turned else side}"
        report.add(spec.place("U"), found, hint)
    if given.x is not None:
        for t, x in enumerate(given.x):
            if x.value.shape != given.x[0].value.shape:
                report.add(given.place("x", t), f"x({t + 1}) is {size(x)}, but x(1) is {size(given.x[0])}")
    for k, sequence in enumerate(given.X or ()):
        array, expected = as_array(sequence), as_array((given.X or ())[0])
        if array.value.shape != expected.value.shape:
            found = f"sequence {k + 1} is {size(array)}, but the first is {size(expected)}"
            report.add(given.place("X", k), found, "times × inputs, all of one length")


def _check_layer(given: Given, side: Direction, report: Report) -> None:
    """The weights of a layer above the first, or of a backward one."""
    neurons, inputs = neurons_inputs(side.U, given.weights)
    if inputs != side.inputs:
        source = "the layer below has" if side.mark not in ("", "1") else "there are"
        found = f"{_of('U', side)} is {size(side.U)}, but {source} {side.inputs} {'states' if 'below' in source else 'inputs'}"
        report.add(side.spec.place("U"), found, f"weights are stored {given.weights}")
    _check_square(side, report)
    for name, vector in (("b", side.b), ("h0", side.h0)):
        why = f"{_of('U', side)} is {size(side.U)}"
        check_vector(_of(name, side), vector, neurons, why, side.spec.place(name), report)


def _check_square(side: Direction, report: Report) -> None:
    if side.W.value.shape != (side.neurons, side.neurons):
        found = f"{_of('W', side)} is {size(side.W)}, but {_of('U', side)} is {size(side.U)}"
        report.add(side.spec.place("W"), f"{found}: {side.neurons}×{side.neurons} expected", "hidden × hidden neurons")


def _check_output(given: Given, stack: list[list[Direction]], report: Report) -> None:
    """V, what feeds back, and the loss, by the states of the last layer."""
    first, stored = stack[0][0], given.weights
    top = stack[-1]
    own = given.backward.V if given.backward is not None else None
    states = top[0].neurons if own is not None else sum(side.neurons for side in top)
    outputs = None
    if given.V is not None:
        V = shaped(given, "V", given.V, states, stored)
        outputs, found = neurons_inputs(V, stored)
        if found != states:
            what = "rows" if stored == "inputs x neurons" else "columns"
            likely = "; is it transposed?" if outputs == states else ""
            hint = f"{what} are hidden neurons, {'columns' if what == 'rows' else 'rows'} are outputs{likely}"
            source = f"U is {size(first.U)}" if len(stack) == 1 and len(top) == 1 else "there are so many states"
            report.add(given.place("V"), f"V is {size(V)}, but {source}: {states} {what} expected", hint)
            outputs = None
        if own is not None and given.backward is not None:
            Vb = shaped(given.backward, "V", own, top[1].neurons, stored)
            if outputs is not None and neurons_inputs(Vb, stored) != (outputs, top[1].neurons):
                place = given.backward.place("V")
                report.add(
                    place, f"V of backward is {size(Vb)}, but there are {top[1].neurons} states and {outputs} outputs"
                )
    _check_back(given, first, outputs, report)
    if outputs is None:
        return
    shown = size(shaped(given, "V", given.V, states, stored)) if given.V is not None else ""
    check_vector("c", given.c, outputs, f"V is {shown}", given.place("c"), report)
    if given.type != "elman":
        check_vector("y0", given.y0, outputs, f"V is {shown}", given.place("y0"), report)
    if given.X is None:
        check_learning(given, given.length, outputs, given.output_activation, report)
    else:
        _check_batch(given, outputs, report)


def _check_back(given: Given, first: Direction, outputs: int | None, report: Report) -> None:
    """The recurrence weights of the first layer."""
    if given.layers:
        _check_square(first, report)
        return
    hidden, turned = first.neurons, given.weights == "neurons x inputs"
    checks: list[tuple[str, Array, int | None, str]] = []
    jordan = given.type == "jordan"
    checks.append(("W", first.W, outputs if jordan else hidden, "outputs" if jordan else "hidden"))
    if given.Wy is not None and outputs is not None:
        checks.append(("Wy", shaped(given, "Wy", given.Wy, outputs, given.weights), outputs, "outputs"))
    for name, weights, back, source in checks:
        if back is None:
            continue
        expected = (hidden, back) if turned else (back, hidden)
        if weights.value.shape != expected:
            V = f" and V is {size(as_array(given.V))}" if source == "outputs" and given.V is not None else ""
            hint = f"hidden neurons × {source}" if turned else f"{source} × hidden neurons"
            likely = "; is it transposed?" if weights.value.shape == expected[::-1] else ""
            found = f"{name} is {size(weights)}, but U is {size(first.U)}{V}: {expected[0]}×{expected[1]} expected"
            report.add(given.place(name), found, hint + likely)


def _check_batch(given: Given, outputs: int, report: Report) -> None:
    """Desired outputs of several sequences."""
    if given.loss == "none":
        if given.D is not None:
            report.add(given.place("D"), "D is given without a loss", "such as loss: square-error")
        return
    if (misfit := unfit(given.loss, given.output_activation)) is not None:
        report.add(given.place("loss"), *misfit)
    if given.D is None or given.X is None:
        report.add(given.place("loss"), "'D' is missing: a loss needs the desired outputs of each sequence")
        return
    if len(given.D) != len(given.X):
        report.add(given.place("D"), f"D has {len(given.D)} sequences, but X has {len(given.X)}")
        return
    times = given.times(given.length)
    if not all(1 <= t <= given.length for t in times):
        report.add(given.place("loss_at"), f"times count from 1 to {given.length}")
        return
    for k, desired in enumerate(given.desired_rows(outputs)):
        place, shape = given.place("D", k), desired.value.shape
        if shape != (len(times), outputs):
            expected = f"{len(times)} times of {outputs} outputs are expected"
            hint = ""
            if shape == (len(times), 1) and given.classes_from is None:
                hint = "of classes, classes_from says what the first one is counted as: 0 or 1"
            elif shape == (len(times), 1):
                first = int(given.classes_from or 0)
                hint = f"classes count from {first} to {first + outputs - 1}"
            report.add(place, f"sequence {k + 1} of D is {size(desired)}, but {expected}", hint)
        elif (misfit := undesired(given.loss, desired.value)) is not None:
            report.add(place, *misfit)


def _check_vector(given: Given, name: str, vector: Array | None, first: Direction, report: Report) -> None:
    check_vector(name, vector, first.neurons, f"U is {size(first.U)}", given.place(name), report)


def _of(name: str, side: Direction) -> str:
    """U, U2, U of backward."""
    return f"{name}{side.mark}" + (" of backward" if side.side == "b" else "")
