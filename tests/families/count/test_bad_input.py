"""What does not fit is refused in the family's own terms, at its place; what is missing is named."""

import pytest

from solver.errors import SpecError
from solver.spec.reader import load_text
from tests.tables import each

BAD = [
    # given (line 3 on), where, message, hint
    ("input: [3, 3, 3]\n  layers: [conv 4@2x2, conv 8@7x7 padding 1]", "4:31", "filter 7×7 larger than the padded input 4×4 of conv2", "fit"),
    ("input: [3, 3, 3]\n  layers: [max-pool 5]", "4:21", "pool 5×5 larger than the input 3×3 of pool1", "fit"),
    ("input: [3, 9, 9]\n  layers: [conv 4]", "4:12", "'size' of this conv layer is missing", ""),
    ("input: [3, 9, 9]\n  layers: [conv 4@3x3 groups 2]", "4:30", "2 groups of conv1 for 3 channels and 4 filters", "multiples"),
    ("input: [3, 9, 9]\n  layers: [{type: depthwise, size: 3, filters: 4}]", "4:48", "4 filters of conv1 for 3 channels", "each channel"),
    ("input: [3, 9, 9]\n  layers: [cnov 4@3x3]", "4:12", "unknown type 'cnov'", "did you mean 'conv'?"),
    ("input: [3, 9, 9]\n  layers: [pool 2]", "4:12", "unknown type 'pool'", "pool"),
    ("input: [3, 9, 9]\n  layers: [conv 4@3x3 strid 2]", "4:23", "'strid' says nothing of a layer", "did you mean 'stride'?"),
    ("input: [3, 9, 9]\n  layers: [{type: dense, neurons: 4, size: 3}]", "4:44", "dense takes no size", "neurons"),
    ("input: [3, 9, 9]\n  layers: [conv c@3x3]", "4:17", "filters of conv1 is c, expected a whole number", "where"),
    ("input: [3, 9, 9]\n  layers: [lstm 4]", "4:12", "lstm takes a sequence, but lstm1 receives 3×9×9", "length"),
    ("input: [9]\n  layers: [conv 4@3x3]", "4:12", "conv takes a volume, but conv1 receives 9", "[D, H, W]"),
    ("input: [9, 7]\n  layers: [attention 2]", "4:22", "2 heads of attn1 for 7 features", "multiple"),
    ("input: [3, 9, 9]\n  layers: [{block: b}]", "4:20", "there is no block 'b'", ""),
    ("input: [3, 9, 9]\n  layers: [{branches: [[conv 4@3x3], [conv 4@5x5]]}]", "4:12", "a concatenation of 4×7×7 and 4×5×5", "same height"),
    ("input: [3, 9, 9]\n  layers: [{layers: [conv 4@1x1], shortcut: true}]", "4:12", "a sum of 4×9×9 and 3×9×9", "same size"),
    ("input: [3, 9, 9]\n  layers: [conv 4@3x3 name a, conv 4@3x3 name a]", "4:47", "the name 'a' stands twice", "own"),
    ("input: [3, 9, 9]\n  layers: [dense 4 after x]", "4:26", "there is no layer 'x' before this one", ""),
    ("input: [3, 9, 9]\n  layers: [{type: conv, filters: 4, size: 3, connections: [1, 4, 1, 1]}]", "4:63", "filter 2 of conv1 is connected with 4 channels of 3", ""),
    ("input: [3, 9, 9]\n  layers: [conv 4@3x3]\n  inputs: 3", "5:11", "inputs (dense) or an input", ""),
    ("layers: [conv 4@3x3]", "2:3", "'inputs' is missing, or an 'input'", "input: [3, 32, 32]"),
    ("input: [3, 0, 9]\n  layers: [conv 4@3x3]", "3:10", "input is 0", ""),
    ("input: [3, 9, 9]\n  layers: [crop 12]", "4:17", "crop1 has height 12, but receives 9", "at most as large"),
    ("input: [9]\n  layers: [tokens]", "4:12", "tokens are made of a volume, but tokens1 receives 9", ""),
    ("input: [4, 9]\n  layers: [feed-forward 8 experts 2 active 3]", "4:44", "3 of the 2 experts of ff1", "some of them"),
    ("input: [3, 9, 9]\n  layers: [{type: max-pool, size: 3, padding: 3}]", "4:47", "padding 3 of the pool pool1 of size 3", "alone"),
]  # fmt: skip


@each(("given", "place", "message", "hint"), BAD)
def test_refused(given: str, place: str, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(
            f"title: T\ngiven:\n  family: count\n  {given}\nparts: [{{label: a}}]".replace(
                "\n  family: count", " \n  family: count", 1
            )
        )
    problem = caught.value.problems[0]
    assert message in problem.message
    assert hint in problem.hint
    line, column = map(int, place.split(":"))
    assert (problem.place.line, problem.place.column) == (line + 1, column), problem.place


def test_an_input_that_looks_channels_last_is_warned_of() -> None:
    text = "title: T\ngiven: {family: count, input: [28, 28, 1], layers: [conv 8@1x1]%s}\nparts: [{label: a}]"
    [warning] = load_text(text % "").questions[0].warnings
    assert "read as 28 channels of 28×1" in warning.message
    assert not load_text(text % ", order: channels-last").questions[0].warnings


def test_all_at_once() -> None:
    given = "input: [3, 9, 9]\n  layers: [conv 4, {type: dense, size: 3}, {branches: [[lstm], [max-pool 2]]}]"
    with pytest.raises(SpecError) as caught:
        load_text(f"title: T\ngiven:\n  family: count\n  {given}\nparts: [{{label: a}}]")
    assert [problem.message for problem in caught.value.problems] == [
        "'size' of this conv layer is missing",
        "'neurons' of this dense layer is missing",
        "dense takes no size",
        "'neurons' of this lstm layer is missing",
    ]


NETWORK = """title: T
given:
  family: count
  input: %s
  blocks: {b: [conv 8@9x9 groups 3, conv 8@3x3 same]}
  layers: [%s]
parts: [{label: a}]"""

ALL = [
    # what follows from a misfit is no misfit of its own; what does not, is named in the same run
    ("[3, 9, 9]", "conv 8@11x11, conv 6@3x3 groups 4, max-pool 20", ["filter 11×11", "4 groups of conv2 for 8 channels", "pool 20×20"]),
    ("[3, 9, 9]", "conv 4@2x2 stride 0, lstm 4, attention 3", ["stride of conv1 is 0", "lstm takes a sequence"]),
    ("[3, 9, 9]", "{branches: [[conv 8@11x11], [max-pool 20], [conv 4@1x1]]}, flatten, dense 5 after q", ["filter 11×11", "pool 20×20", "no layer 'q'"]),
    ("[3, 9, 9]", "{branches: [[conv 8@11x11], [conv 4@3x3]], join: add}, conv 2@1x1 groups 3", ["filter 11×11", "3 groups"]),
    ("[3, 9, 9]", "{branches: [[conv 8@3x3], [conv 4@1x1]]}, dense 0", ["a concatenation of 8×7×7 and 4×9×9"]),
    ("[3, 9, 9]", "{block: b, repeat: 3}, dense 0", ["3 groups of conv1", "neurons of fc1 is 0"]),
    ("[6, 10]", "attention 3, {type: encoder, heads: 4, neurons: 8}, dense 4 after q, attention 2", ["3 heads of attn1", "4 heads of", "no layer"]),
    ("[6, 10]", "lstm 0 name a, conv 4@3x3, add after a", ["neurons of a is 0"]),
    ("[3, 9, 9]", "conv 0@3x3 name a, conv 4@20x20 after a name c, add after c, concat after zz", ["filters of a is 0"]),
    ("[3, 9, 9]", "conv 4@20x20 name a, conv 4@21x21 after a, conv 5@1x1 name a", ["filter 20×20", "filter 21×21", "stands twice"]),
]  # fmt: skip


@each(("input_", "layers", "messages"), ALL)
def test_a_misfit_does_not_hide_the_next(input_: str, layers: str, messages: list[str]) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(NETWORK % (input_, layers))
    found = [problem.message for problem in caught.value.problems]
    assert len(found) == len(messages), found
    for message, expected in zip(found, messages, strict=True):
        assert expected in message


def test_a_block_within_itself_ends_at_once() -> None:
    text = NETWORK.replace("[conv 8@9x9 groups 3, conv 8@3x3 same]", "[{block: b, repeat: 9}, {block: b}]")
    with pytest.raises(SpecError) as caught:
        load_text(text % ("[3, 9, 9]", "{block: b}"))
    assert ["within itself" in problem.message for problem in caught.value.problems] == [True]
