"""Convolutional networks, against published cases, arrays really built, and windows really slid."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver import solve
from solver.errors import SpecError
from solver.families import cnn
from solver.spec.reader import load_text
from solver.working.items import Statement
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.places import ROOT
from tests.tables import each

Q3 = {
    "a.i/n1": 6,
    "a.i/d1": 12,
    "a.i/F1": 7,
    "a.i/p2": 1,
    "a.ii/params_conv1": 3534,
    "a.ii/params_conv2": 220,
    "a.ii/params_fc": 320128,
    "b.i/depthwise_filters": 12,
    "b.i/depthwise_size": "1×7×7",
    "b.i/pointwise_filters": 6,
    "b.i/pointwise_size": "12×1×1",
    "b.ii/flops_conv1": 16941456,
    "b.ii/flops_depthwise": 2823576,
    "b.ii/flops_pointwise": 345744,
    "b.ii/flops_separable": 3169320,
    "b.ii/ratio": 0.187,
    "b.ii/ratio_short": 0.187,
}


def question(given: str, find: str = "[unknowns, sizes, parameters]", policy: str = "{decimals: 4}") -> str:
    body = "".join(f"  {line}\n" for line in given.strip().splitlines())
    return f"title: t\nround: {policy}\ngiven:\n  family: cnn\n{body}parts:\n  - {{label: a, find: {find}}}\n"


def solved(given: str, find: str = "[unknowns, sizes, parameters]") -> Solution:
    return solve_question(load_text(question(given, find)).questions[0])


def answers(given: str, find: str = "[unknowns, sizes, parameters]") -> dict:
    return {key.removeprefix("a/"): value for key, value in solved(given, find).answers.items()}


def layers(*flow: str) -> str:
    return "layers:\n" + "".join(f"  - {{{layer}}}\n" for layer in flow)


# -- the model question ----------------------------------------------------------------------------------------------------


def test_question_3():
    made = solve(ROOT / "problems/q3.yaml")
    assert {key: value for key, value in made.answers.items() if key in Q3} == Q3
    assert [part.marks for part in made.parts if part.label in ("a.i", "a.ii", "b.i", "b.ii")] == [4, 4, 4, 4]


def test_question_3_shows_its_working():
    made = solve(ROOT / "problems/q3.yaml")
    steps = {s.name: s for part in made.parts for s in part.steps}
    assert steps["n1"].item.why == "since the output is 6 channels deep"
    assert steps["d1"].item.why == "since the input is 12 channels deep"
    assert steps["F1"].item.title == "Convolutional layer 1: filter size"
    assert steps["params_filter1"].value == 589
    assert steps["params_filter2"].value == 55
    assert steps["n_flat"].value == 2500
    assert "12×7×7" in steps["depthwise_size"].item.why
    given = next(part for part in made.parts if part.label == "a.i").uses
    assert {s.name: s.value for s in given} == {
        "D1": 12, "H1": 55, "D2": 6, "s1": 1, "p1": 0, "H2": 49, "F2": 3, "s2": 2, "H3": 25
    }  # fmt: skip


def test_the_example_runs():
    made = solve_question(load_text(cnn.EXAMPLE).questions[0])
    assert made["a/F1"].value == 5
    assert made["c/params_total"].value == 8 * (3 * 25 + 1) + 8 * 14 * 14 * 10 + 10


# -- published cases -------------------------------------------------------------------------------------------------------

MULTI = layers(
    "type: conv, filters: 5, size: 3", "type: max-pool, size: 2, stride: 2",
    "type: conv, filters: 10, size: 3", "type: max-pool, size: 2",
    "type: conv, filters: 5, size: 3", "type: flatten", "type: dense, neurons: 20", "type: dense, neurons: 10",
)  # fmt: skip

PUBLISHED = [
    # Univ. of Toronto Mississauga CSC413, week 4; the published answers have no total
    (
        "input: [3, 100, 100]\n" + MULTI,
        {
            "D2": 5, "H2": 98, "W2": 98, "D3": 5, "H3": 49, "D4": 10, "H4": 47, "D5": 10, "H5": 23, "D6": 5, "H6": 21,
            "n_flat": 2205, "n_fc1": 20, "n_fc2": 10, "params_conv1": 140, "params_conv2": 460, "params_conv3": 455,
            "params_fc1": 44120, "params_fc2": 210, "params_total": 45385,
        },
    ),
    # NPTEL Deep Learning, week 8, question 2: the answer site says "none of the above", but 60×60 is option c
    ("input: [1, 64, 64]\n" + layers("type: conv, filters: 1, size: 5"), {"H2": 60, "W2": 60}),
    ("input: [1, 4, 4]\n" + layers("type: conv, filters: 1, size: 3, padding: valid"), {"H2": 2, "W2": 2}),
    (
        "input: [3, 39, 39]\n"
        + layers(
            "type: conv, filters: 10, size: 3", "type: conv, filters: 20, size: 5, stride: 2",
            "type: conv, filters: 40, size: 5, stride: 2", "type: flatten",
        ),
        {"n_flat": 1960},
    ),
    ("input: [3, 1024, 1024]\n" + layers("type: conv, filters: 40, size: 3"), {"D2": 40, "H2": 1022, "W2": 1022}),
    # DataCamp, "How many parameters in a CNN?"
    (
        "input: [1, 28, 28]\n"
        + layers("type: conv, filters: 10, size: 3, padding: same", "type: flatten", "type: dense, neurons: 2"),
        {"p1": 1, "H2": 28, "params_conv1": 100, "params_fc": 15682, "params_total": 15782},
    ),
    # Univ. of Toronto Mississauga CSC413, week 10: transposed convolutions
    ("input: [3, 2, 2]\n" + layers("type: transposed, filters: 2, size: 3"), {"params_conv1": 56, "D2": 2, "H2": 4}),
    ("input: [3, 2, 2]\n" + layers("type: transposed, filters: 10, size: 3"), {"params_conv1": 280}),
    ("input: [3, 2, 2]\n" + layers("type: transposed, filters: 2, size: 4, stride: 2"), {"params_conv1": 98}),
    ("input: [3, 2, 2]\n" + layers("type: transposed, filters: 4, size: 3, stride: 2"), {"params_conv1": 112}),
    ("input: [3, 5, 5]\n" + layers("type: transposed, filters: 4, size: 2, stride: 2"), {"D2": 4, "H2": 10, "W2": 10}),
    # madanswer.com 75226: prints 128,800 for the ordinary convolution, a digit short of 1,228,800
    (
        "count: macs\ninput: [3, 12, 12]\n" + layers("type: conv, filters: 256, size: 5"),
        {
            "macs_conv1": 1228800, "macs_depthwise": 4800, "macs_pointwise": 49152, "macs_separable": 53952,
            "ratio": 0.0439, "ratio_short": 0.0439, "depthwise_size": "1×5×5", "pointwise_size": "3×1×1",
        },
    ),
]  # fmt: skip


@each(("given", "expected"), PUBLISHED)
def test_published(given, expected):
    assert answers(given, f"[{', '.join(expected)}]") == expected


# -- sizes and counts against arrays and sliding windows -------------------------------------------------------------------


def positions(size: int, extent: int, stride: int, padding: int) -> int:
    """How often a window fits, counted by sliding it."""
    return len(range(0, size + 2 * padding - extent + 1, stride))


small = st.integers(1, 5)


@given(
    small,
    st.integers(9, 20),
    st.integers(9, 20),
    small,
    small,
    small,
    st.integers(0, 3),
    st.integers(1, 2),
    st.booleans(),
)
def test_a_convolution_counted_on_arrays(depth, height, width, filters, size, stride, padding, dilation, bias):
    flow = (
        f"type: conv, filters: {filters}, size: {size}, stride: {stride}, padding: {padding}, "
        f"dilation: {dilation}, bias: {str(bias).lower()}"
    )
    found = answers(f"input: [{depth}, {height}, {width}]\n{layers(flow)}", "[sizes, parameters, flops]")
    extent = len(np.arange(0, size * dilation, dilation)) * dilation - dilation + 1
    weights = np.zeros((filters, depth, size, size))
    high, wide = positions(height, extent, stride, padding), positions(width, extent, stride, padding)
    multiplications = sum(weights[0].size for _ in range(filters) for _ in range(high) for _ in range(wide))
    assert found == {
        "D2": filters,
        "H2": high,
        "W2": wide,
        "params_conv1": weights.size + filters * bias,
        "flops_conv1": 2 * multiplications,
    }


@given(st.integers(1, 9), st.integers(1, 9), small, small, st.integers(0, 1))
def test_a_transposed_convolution_undoes_a_convolution(height, width, size, stride, padding):
    out = [
        np.zeros((n - 1) * stride + size)[padding : ((n - 1) * stride + size) - padding].size for n in (height, width)
    ]
    text = f"input: [2, {height}, {width}]\n" + layers(
        f"type: transposed, filters: 3, size: {size}, stride: {stride}, padding: {padding}"
    )
    if min(out) < 1:
        with pytest.raises(SpecError, match="an output is at least 1×1"):
            solved(text)
        return
    found = answers(text, "[sizes, flops]")
    assert [found["H2"], found["W2"]] == out
    assert found["flops_conv1"] == 2 * np.zeros((2, height, width, size, size, 3)).size


@given(small, st.integers(7, 15), small, st.integers(1, 6), st.integers(1, 3))
def test_a_separable_layer_is_its_two_parts(depth, side, filters, size, stride):
    out = positions(side, size, stride, 0)
    found = answers(
        f"input: [{depth}, {side}, {side}]\n"
        + layers(
            f"type: separable, filters: {filters}, size: {size}, stride: {stride}, output: [{filters}, {out}, {out}]"
        ),
        "[sizes, params_total, flops_total]",
    )
    assert (found["D2"], found["D3"], found["H3"]) == (depth, filters, out)
    assert found["params_total"] == depth * (size * size + 1) + filters * (depth + 1)
    assert found["flops_total"] == 2 * out * out * (depth * size * size + depth * filters)


@given(small, small, st.integers(7, 12), st.integers(1, 6), st.integers(1, 3))
def test_the_short_ratio_is_the_ratio(depth, filters, side, size, stride):
    given = f"input: [{depth}, {side}, {side}]\n" + layers(
        f"type: conv, filters: {filters}, size: {size}, stride: {stride}"
    )
    found = solved(given, "ratio")
    assert found["a/ratio"].exact_value == pytest.approx(found["a/ratio_short"].exact_value)
    assert found["a/ratio"].exact_value == pytest.approx(1 / filters + 1 / size**2)


@pytest.mark.parametrize("stride", [1, 2, 3])
@pytest.mark.parametrize("size", [1, 2, 3, 4, 5])
def test_same_padding_rounds_up(size, stride):
    for side in range(1, 12, 2):
        flow = f"type: conv, filters: 1, size: {size}, stride: {stride}, padding: same"
        assert answers(f"input: [1, {side}, {side + 3}]\n{layers(flow)}", "[H2, W2]") == {
            "H2": -(-side // stride),
            "W2": -(-(side + 3) // stride),
        }


SAME = [
    # size, stride, side: rows of padding in all, and where they lie
    (3, 2, 10, "(5 - 1)·2 + 3 - 10 = 1 of padding, 0 before and 1 after"),
    (3, 2, 9, "(5 - 1)·2 + 3 - 9 = 2 of padding, 1 before and 1 after"),
    (4, 1, 9, "(9 - 1)·1 + 4 - 9 = 3 of padding, 1 before and 2 after"),
    (1, 3, 9, "no padding is needed"),
]


@each(("size", "stride", "side", "reason"), SAME)
def test_same_padding_says_why(size, stride, side, reason):
    flow = f"type: conv, filters: 1, size: {size}, stride: {stride}, padding: same"
    made = solved(f"input: [1, {side}, {side + 1}]\n{layers(flow)}", "H2")
    assert made["a/H2"].item.why == f"padding: same gives ⌈{{H1}}/{{s1}}⌉, the division rounded up; {reason}"


def test_the_reason_for_same_padding_is_that_of_arrays():
    for size, stride, side in [(s, t, n) for s in range(1, 6) for t in range(1, 4) for n in (1, 4, 7)]:
        out = -(-side // stride)
        padded = max(0, (out - 1) * stride + size - side)
        assert positions(side + padded, size, stride, 0) == out  # the padding that is told gives the size
        flow = f"type: max-pool, size: {size}, stride: {stride}, padding: same"
        if stride == 1 and size % 2:
            continue  # the padding is a step of its own
        why = solved(f"input: [1, {side}, {side}]\n{layers(flow)}", "H2")["a/H2"].item.why
        assert (f"= {padded} of padding, {padded // 2} before" if padded else "no padding is needed") in why


def test_what_flops_leave_out_is_said_once():
    flow = layers("type: conv, filters: 4, size: 3", "type: conv, filters: 4, size: 3")
    for unit in ("flops", "macs"):
        made = solved(f"count: {unit}\ninput: [3, 12, 12]\n{flow}", f"[{unit}, {unit}_separable]")
        said = [s.name for part in made.parts for s in part.steps if "biases" in s.item.why]
        assert said == [f"{unit}_conv1"]


# -- unknowns --------------------------------------------------------------------------------------------------------------

UNKNOWNS = [
    ("type: conv, filters: unknown, size: 3, output: [4, 18, 28]", {"n1": 4}),
    ("type: conv, filters: 4, depth: unknown, size: 3", {"d1": 3}),
    ("type: conv, filters: 4, size: unknown, output: [4, 16, 26]", {"F1": 5}),
    ("type: conv, filters: 4, size: [unknown, unknown], output: [4, 16, 25]", {"F1_h": 5, "F1_w": 6}),
    ("type: conv, filters: 4, size: [3, unknown], output: [4, 18, 25]", {"F1_w": 6}),
    ("type: conv, filters: 4, size: 3, stride: unknown, padding: 1, output: [4, 10, 15]", {"s1": 2}),
    ("type: conv, filters: 4, size: 3, stride: unknown, padding: same, output: [4, 10, 15]", {"s1": 2}),
    ("type: conv, filters: 4, size: 3, stride: [2, unknown], padding: 1, output: [4, 10, 10]", {"s1_w": 3}),
    ("type: conv, filters: 4, size: 5, padding: unknown, output: [4, 20, 30]", {"p1": 2}),
    ("type: conv, filters: 4, size: unknown, dilation: 2, output: [4, 16, 26]", {"F1": 3}),
    ("type: conv, filters: 4, size: 3, output: [4, unknown, unknown]", {"H2": 18, "W2": 28}),
    ("type: conv, filters: 4, size: 3, output: unknown", {"D2": 4, "H2": 18, "W2": 28}),
    ("type: depthwise, filters: unknown, depth: unknown, size: 3", {"n1": 3, "d1": 1}),
    ("type: pointwise, filters: unknown, output: [9, 20, 30]", {"n1": 9}),
    ("type: separable, filters: unknown, size: unknown, output: [9, 17, 27]", {"F1": 4, "n2": 9}),
    ("type: transposed, filters: 4, size: unknown, stride: 2, output: [4, 42, 62]", {"F1": 4}),
    ("type: max-pool, size: unknown, output: [3, 5, 7]", {"F_pool1": 4}),
    ("type: average-pool, size: 2, stride: unknown, output: [3, 7, 10]", {"s_pool1": 3}),
]


# a pool is larger than its padding, on each axis
POOLS = [
    ("input: [3, 2, 2]", "size: unknown, padding: 1, stride: 3, output: [3, 1, 1]", "2, 3, 4 all fit"),
    ("input: [3, 2, 2]", "size: unknown, padding: 1, stride: 2, output: [3, 2, 2]", {"F_pool1": 2}),
    ("input: [3, 2, 2]", "size: unknown, padding: 1, stride: 1, output: [3, 4, 4]", "from 2 to 4 for F_pool1"),
    (
        "input: [3, 8, 9]",
        "size: [unknown, unknown], padding: [1, 2], stride: 1, output: [3, 9, 9]",
        {"F_pool1_h": 2, "F_pool1_w": 5},
    ),
    ("input: [3, 8, 9]", "size: [2, 5], padding: [1, 2], stride: 1, output: [3, 9, 9]", {"H2": 9, "W2": 9}),
    ("input: [3, 8, 9]", "size: [2, 5], padding: 1, stride: 1", {"H2": 9, "W2": 7}),
    ("input: [3, 8, 9]", "size: [2, 5], padding: [2, 1], stride: 1", "padding 2 of a pool of size 2"),
    ("input: [3, 8, 9]", "size: [5, 2], padding: 2, stride: 1", "padding 2 of a pool of size 2"),
    ("input: [3, 8, 9]", "size: [2, 5], padding: unknown, stride: 1, output: [3, 9, 7]", {"p_pool1": 1}),
    ("input: [3, 8, 9]", "size: [5, 2], padding: unknown, stride: 1, output: [3, 8, 12]", "from 0 to 1 for p_pool1"),
]


@each(("start", "pool", "expected"), POOLS)
def test_a_pool_is_larger_than_its_padding(start, pool, expected):
    text = f"{start}\n{layers(f'type: max-pool, {pool}')}"
    if isinstance(expected, str):
        with pytest.raises(SpecError, match=expected):
            solved(text)
    else:
        assert answers(text, f"[{', '.join(expected)}]") == expected


@each(("flow", "expected"), UNKNOWNS)
def test_unknown(flow, expected):
    assert answers(f"input: [3, 20, 30]\n{layers(flow)}", "unknowns") == expected


@each(
    ("start", "flow", "expected"),
    [
        ("unknown", "type: conv, filters: 6, depth: 12, size: 7, output: [6, 49, 50]", {"D1": 12, "H1": 55, "W1": 56}),
        ("[unknown, 9, 9]", "type: max-pool, size: 3, output: [5, 3, 3]", {"D1": 5}),
        ("[5, unknown, 9]", "type: depthwise, size: 3, output: [5, 4, 7]", {"H1": 6}),
        ("[unknown, 9, 9]", "type: depthwise, size: 3, output: [5, 7, 7]", {"D1": 5}),
        ("unknown", "type: transposed, filters: 2, depth: 3, size: 2, stride: 2, output: [2, 8, 8]",
         {"D1": 3, "H1": 4, "W1": 4}),
    ],
)  # fmt: skip
def test_unknown_input(start, flow, expected):
    assert answers(f"input: {start}\n{layers(flow)}", "unknowns") == expected


def test_exact_division_decides():
    flow = layers("type: conv, filters: 1, size: unknown, stride: 2, output: [1, 25, 25]")
    with pytest.raises(SpecError, match=r"question:7:\d+: F1 is not determined: 2, 3 all fit"):
        solved("input: [1, 51, 51]\n" + flow.replace("size", "bias: true, size"))
    assert answers("division: exact\ninput: [1, 51, 51]\n" + flow, "F1") == {"F1": 3}


def test_a_dense_network():
    given = "input: 2\n" + layers("type: dense, neurons: 5", "type: dense, neurons: 5")
    assert answers(given, "[parameters, params_total]") == {"params_fc1": 15, "params_fc2": 30, "params_total": 45}


def test_many_layers_are_summed_by_subtotals():
    found = answers(
        "input: [3, 9, 9]\n" + layers(*["type: pointwise, filters: 3"] * 150), "[params_total, flops_total]"
    )
    assert found == {"params_total": 150 * 3 * 4, "flops_total": 150 * 2 * 9 * 9 * 9}


def test_the_named_layer_is_replaced():
    given = "replace: 2\ninput: [3, 12, 12]\n" + layers(
        "type: conv, filters: 4, size: 3", "type: conv, filters: 8, size: [3, 5]"
    )
    found = answers(given, "[separable, flops_separable, ratio]")
    assert (found["depthwise_filters"], found["depthwise_size"], found["pointwise_size"]) == (4, "1×3×5", "4×1×1")
    assert found["ratio"] == found["ratio_short"] == round(1 / 8 + 1 / 15, 4)


def test_a_filter_may_be_written_channels_last():
    made = solved("input: [3, 12, 12]\n" + layers("type: conv, filters: 4, size: [3, 5]"), "separable")
    also = {s.name: s.item.also for part in made.parts for s in part.steps if s.item.also}
    assert also == {"depthwise_size": ("3×5×1",), "pointwise_size": ("1×1×3",)}


def test_statements_carry_their_reason():
    made = solved("input: [3, 12, 12]\n" + layers("type: conv, filters: 4, size: 3"), "separable")
    assert all(s.item.why for part in made.parts for s in part.steps if isinstance(s.item, Statement))
