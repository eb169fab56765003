"""Layers put together at random, most of them nonsense: an answer or a located problem, never anything else."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.errors import SpecError
from solver.families.count.architecture import TAKES
from solver.render.document import View, document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.trials import times

SHORT = [
    "conv 4@3x3 padding 1", "conv 4@1x1 name a", "max-pool 2", "dense 4", "batch-norm", "flatten", "lstm 4", "attention 2",
    "embedding 9@4", "layer-norm", "select", "{block: b}", "conv", "conv 4@", "'@3'", "dense dense", "3", "-3",
    "embedding 10 size n", "upsample 2", "relu", "{branches: [[conv 4@1x1], []], join: add}", "concat after a",
    "{layers: [conv 4@1x1, batch-norm], shortcut: true, repeat: 2}", "{type: decoder, neurons: 4, memory: m, repeat: 2}",
]  # fmt: skip
FIELDS: dict[str, list[str]] = {
    "filters": ["1", "2", "4", "c", "n", "0", "-1", "1e3", "2*c", "a/0"], "size": ["1", "3", "[3, 1]", "k", "[1, 2, 3]", "0"],
    "stride": ["1", "2", "[1, 2]", "s"], "padding": ["0", "1", "same", "valid", "[0, 1]", "[same, 1]"],
    "output_padding": ["1", "0"], "dilation": ["1", "2", "[2, 1]"], "groups": ["1", "2", "g"], "ceil": ["true", "false"],
    "bias": ["true", "false"], "biases": ["1", "2", "3"], "shared": ["false"], "connections": ["4", "[1, 2]", "[1, 1, 1, 1]"],
    "affine": ["false"], "neurons": ["4", "n", "0", "99999999"], "bidirectional": ["true"], "peephole": ["true"],
    "returns": ["last"], "words": ["5", "w"], "heads": ["1", "2", "3"], "keys": ["2"], "values": ["3"],
    "projections": ["false"], "memory": ["in", "m", "x"], "gated": ["true"], "norm": ["none", "rms-norm"], "tied": ["true"],
    "output": ["2", "[2, 3]"], "scale": ["2"], "repeat": ["2", "0", "c", "300"], "after": ["in", "a", "[in, a]"],
    "name": ["a", "in", "conv1", "a b", "π"],
}  # fmt: skip
USUAL = {"filters": "4", "size": "3", "neurons": "4", "words": "9", "scale": "2", "output": "2"}
INPUTS = [
    "[3, 9, 9]",
    "[4, 8, 8]",
    "[9, 4]",
    "[n, d]",
    "[7]",
    "{in: [4, 6, 6], m: [5, 4]}",
    "[2, 5, 5, 5]",
    "[n]",
    "[d, 4]",
]


@st.composite
def layers(draw: st.DrawFn) -> str:
    """A layer, mostly with fields that its type takes."""
    if draw(st.integers(0, 2)) == 0:
        return draw(st.sampled_from(SHORT))
    kind = draw(st.sampled_from(sorted(TAKES)))
    known = [field for field in TAKES[kind] if field in FIELDS]
    fields = draw(st.lists(st.sampled_from([*known, *known, *FIELDS]), max_size=3, unique=True))
    made = {field: draw(st.sampled_from(FIELDS[field])) for field in fields}
    made |= {field: usual for field, usual in USUAL.items() if field in TAKES[kind] and field not in made}
    return f"{{type: {kind}, {', '.join(f'{field}: {value}' for field, value in made.items())}}}".replace(", }", "}")


@settings(max_examples=times(20), derandomize=True, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.sampled_from(INPUTS), st.lists(layers(), min_size=1, max_size=3), layers())
def test_an_answer_or_a_located_problem(size: str, flow: list[str], inner: str) -> None:
    given_ = f"family: count, input: {size}, blocks: {{b: [conv 4@1x1, {inner}]}}, layers: [{', '.join(flow)}]"
    try:
        solution = solve_question(load_text(f"title: t\ngiven: {{{given_}}}\nparts: [{{label: a}}]").questions[0])
        problems = []
        page = render(document("t", [solution], View("full", reconcile=True)))
    except SpecError as error:
        problems, page = error.problems, "refused"
    assert page
    assert all(problem.place.line for problem in problems)
