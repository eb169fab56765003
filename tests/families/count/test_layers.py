"""Layers without a counterpart in PyTorch, memory, receptive fields, graphs by name: known answers."""

from typing import Any

from solver.render.document import View, document
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.tables import each


def solved(given: str, find: str) -> Any:
    text = f"title: t\ngiven: {{family: count, {given}}}\nparts: [{{label: a, find: {find}}}]"
    return solve_question(load_text(text).questions[0])


def answers(given: str, find: str) -> dict[str, Any]:
    return {key.removeprefix("a/"): v for key, v in solved(given, find).answers.items()}


KNOWN: list[tuple[str, str, dict[str, Any]]] = [
    # locally connected: filters of its own at every place
    ("input: [3, 5, 5], layers: [conv 4@3x3 unshared]", "[parameters, macs]", {"params_conv1": 4 * 9 * 28, "macs_conv1": 4 * 9 * 27}),
    ("input: [3, 5, 5], layers: [conv 4@3x3 unshared]", "connections", {"connections_conv1": 4 * 9 * 28}),
    # LeNet's C1 and S2
    ("input: [1, 32, 32], layers: [conv 6@5x5, subsampling 2]", "connections", {"connections_conv1": 122304, "connections_sub1": 5880}),
    # weights and biases apart
    ("input: [3, 8, 8], layers: [conv 4@3x3]", "[weights, biases]", {"weights_conv1": 108, "biases_conv1": 4, "weights_total": 108}),
    ("input: [3, 8, 8], layers: [conv 4@3x3], bias: false", "total", {"params_total": 108}),
    ("input: [3, 8, 8], layers: [conv 4@3x3], bias_operations: true", "flops_total", {"flops_total": 2 * 108 * 36 + 4 * 36}),
    ("input: [784], layers: [dense 100, dense 10]", "neurons", {"neurons_fc1": 100, "neurons_fc2": 10, "neurons_total": 110}),
    # memory: of 32 examples in half precision
    ("input: [3, 8, 8], layers: [conv 4@3x3], batch: 32, bytes: 2", "[activations, memory]", {"activations_conv1": 32 * 144, "memory_conv1": 64 * 144}),
    # receptive fields: three 3×3 see as much as one 7×7; dilation and stride widen them
    ("input: [1, 32, 32], layers: [conv 1@3x3, conv 1@3x3, conv 1@3x3]", "receptive_field", {"reach_conv3": 7}),
    ("input: [1, 64, 64], layers: [conv 1@7x7 stride 2 padding 3, max-pool 3 stride 2 padding 1, conv 1@3x3 d2]", "receptive_field", {"reach_conv1": 7, "reach_pool1": 11, "reach_conv2": 27}),
    ("input: [1, 32, 32], layers: [{branches: [[conv 1@1x1], [conv 1@5x5 same]]}, conv 1@3x3]", "reach_conv3", {"reach_conv3": 7}),
    # an LSTM and a GRU as a textbook counts them: 4·(h·(h + x) + h), 3·(…)
    ("input: [10, 3], layers: [lstm 5]", "total", {"params_total": 4 * (5 * 8 + 5)}),
    ("input: [10, 3], layers: [gru 5 biases 2]", "total", {"params_total": 3 * (5 * 8 + 10)}),
    ("input: [10, 3], layers: [{type: lstm, neurons: 5, peephole: true}]", "total", {"params_total": 4 * (5 * 8 + 5) + 15}),
    ("input: [8], layers: [rnn 4]", "[sizes, total]", {"D_rnn1": 4, "params_total": 4 * 13}),
    # graphs by name, a squeeze-and-excitation block
    ("input: [8, 4, 4], layers: [conv 8@1x1 name a, conv 8@1x1, {type: add, after: a}, {type: concat, after: [a, conv1]}]", "D_concat1", {"D_concat1": 16}),
    ("input: [8, 4, 4], layers: [{branches: [[], [global-pool, conv 2@1x1, conv 8@1x1]], join: multiply}]", "total", {"params_total": 8 * 2 + 2 + 2 * 8 + 8}),
    ("input: [4, 4, 3], order: channels-last, layers: [conv 5@2x2]", "sizes", {"D_conv1": 5, "H_conv1": 3, "W_conv1": 3}),
    ("input: [3, 8, 8], layers: [{repeat: 3, name: b, layers: [conv 3@3x3 padding 1 name c]}]", "total", {"params_total": 3 * 84}),
    ("input: [3, 8, 8], layers: [{repeat: 2, name: b, layers: [conv 3@3x3 name c]}]", "b2_c", {"H_b2_c": 4, "D_b2_c": 3, "W_b2_c": 4}),
    # Keras: four numbers a channel of a batch norm
    ("input: [8, 4, 4], layers: [batch-norm], running_averages: true", "total", {"params_total": 32}),
    ("input: [3, 8, 8], layers: [conv 4@3x3]", "multiplications", {"macs_total": 108 * 36}),
    # heads of a size of their own, and few heads of keys
    ("input: [6, 16], layers: [{type: attention, heads: 4, keys: 8}]", "total", {"params_total": 4 * 16 * 32 + 3 * 32 + 16}),
    ("input: [6, 16], layers: [{type: attention, heads: 4, groups: 2, bias: false}]", "total", {"params_total": 2 * 16 * 16 + 2 * 16 * 8}),
    ("input: [6, 16], layers: [{type: feed-forward, neurons: 40, gated: true, bias: false}]", "total", {"params_total": 3 * 16 * 40}),
    # experts: each with two matrices and biases, a router without; a token goes through two of the three
    ("input: [5, 16], layers: [feed-forward 40 experts 3 active 2]", "[total, active, macs]", {"params_total": 3 * (2 * 640 + 56) + 48, "active_total": 2 * (2 * 640 + 56) + 48, "macs_total": 5 * (4 * 640 + 48)}),
    ("input: [5, 16], bias: false, layers: [dense 16, feed-forward 40 experts 3 gated]", "[total, active_total]", {"params_total": 256 + 9 * 640 + 48, "active_total": 256 + 3 * 640 + 48}),
    # keys and values of every position, of four heads and of two that share
    ("input: [100, 64], batch: 3, layers: [attention 4]", "cache", {"cache_attn1": 3 * 4 * 2 * 100 * 64}),
    ("input: [100, 64], bytes: 2, layers: [attention 4 groups 2]", "cache_total", {"cache_total": 2 * 2 * 100 * 32}),
    # an image's places as tokens, one token more, a crop
    ("input: [3, 8, 8], layers: [conv 6@4x4 stride 4, tokens, class-token]", "[sizes, total]", {"T_tokens1": 4, "T_cls1": 5, "D_cls1": 6, "params_total": 6 * 49 + 6}),
    ("input: [3, 9, 8], layers: [crop 5x4, conv 2@3x3]", "sizes", {"H_crop1": 5, "W_crop1": 4, "H_conv1": 3, "W_conv1": 2}),
    ("input: [7], layers: [embedding 20x3, lstm 5 sequence]", "sizes", {"D_lstm1": 5}),
    ("input: d, layers: [dense r no-bias, dense d no-bias]", "total", {"params_total": "2*d*r"}),
]  # fmt: skip


@each(("given", "find", "expected"), KNOWN)
def test_known_answers(given: str, find: str, expected: dict[str, Any]) -> None:
    found = answers(given, find)
    assert {name: found[name] for name in expected} == expected


def test_the_page_is_one_table_and_the_first_of_each_kind() -> None:
    layers = ", ".join(["conv 8@3x3 padding 1"] * 12)
    solution = solved(f"input: [8, 16, 16], layers: [{layers}]", "[parameters, macs]")
    page = render(document("t", [solution]))
    assert page.count("conv 3×3, padding 1") == 12
    assert "8×16×16" in page
    assert "params_conv1 = n_conv1" in page
    assert "params_conv7 = n_conv7" not in page
    assert "7,008" in page  # the total
    assert "params_conv7 = n_conv7" in render(document("t", [solution], View("full")))


def test_few_answers_are_all_worked_out() -> None:
    layers = ", ".join(["conv 8@3x3 padding 1"] * 12)
    page = render(document("t", [solved(f"input: [8, 16, 16], layers: [{layers}]", "params_conv7")]))
    assert "params_conv7 = n_conv7" in page


@each(
    ("given", "noted"),
    [
        ("input: [500], layers: [embedding 5000x32, lstm 100]", True),  # where the first size is that of the input
        ("input: [10, 3], layers: [lstm 5]", True),
        ("input: [3, 8, 8], layers: [conv 4@3x3]", False),
    ],
)
def test_sizes_of_sequences_are_explained(given: str, noted: bool) -> None:
    solution = solved(given, "parameters")
    page = render(document(solution.title, [solution]))
    assert ("Sizes of sequences are length × features" in page) == noted
