"""What a first-time author writes, and the one sentence that helps."""

import pytest

from solver.errors import SpecError, nearest
from solver.spec import question_reader
from solver.spec.reader import load_text
from tests.tables import each

PARTS = "parts: [{label: a}]\n"
COUNT = "given: {family: count, inputs: 1, layers: [1]}\n"
FORMULA = "given: {family: formula, quantities: {s: 2}, formulas: [%s]}\n" + PARTS
CNN = "given:\n  family: cnn\n  input: [3, 8, 8]\n  layers: [{type: conv, filters: 2, %s}]\n" + PARTS
MLP = "given:\n  family: mlp\n  x: %s\n  layers: [{W: %s, activation: softmax}]\n"
WIDE = "[[1, 2, 3], [1, 2, 3]]"
COMMA = 'text that holds a comma wants quotes: "…, …"'

SENTENCES = [
    (FORMULA % "{formula: M = max(0, s - 1)}", "unknown key 's - 1)'", COMMA),
    (COUNT + "parts: [{label: a, prompt: Find the size, then the depth.}]", "unknown key 'then the depth.'", COMMA),
    (CNN % "size: 3x3", "found '3x3' for size", "several numbers are a list: [3, 3]"),
    (CNN % "size: three", "found 'three' for size", "or the word unknown"),
    (CNN % "size: unknwon", "found 'unknwon' for size", "did you mean 'unknown'?"),
    (CNN % "kernel: 3", "unknown key 'kernel'", "did you mean 'size'?"),
    (CNN.replace("conv,", "Pool,") % "size: 3", "unknown type 'Pool'", "did you mean 'max-pool'?"),
    (CNN.replace("[3, 8, 8]", "3×8×8") % "size: 3", "found '3×8×8'", "several numbers are a list: [3, 8, 8]"),
    (
        MLP % ("[1, 2]", WIDE) + "  train: {rate: 36/13}\n" + PARTS,
        "found '36/13' for rate",
        "a given number is written in digits: 2.76923",
    ),
    (MLP % ("'1,5'", WIDE) + PARTS, "found '1,5' for x", "the decimal sign is a point: 1.5"),
    (MLP % ("[1, 2]", "[1, 2, 3]") + PARTS, "W1 is 1×3", "one list is the weights of one neuron, 2 of them"),
    (MLP % ("[1, 2]", WIDE) + "  loss: cross-entropy\n  d: 2\n" + PARTS, "which class is 2?", "classes_from: 1 where"),
    (MLP % ("[1, 2]", WIDE) + "parts: [{label: a, find: J}]", "there is no J here", "give a loss"),
    (MLP % ("[1, 2]", WIDE) + "parts: [{label: a, find: loss}]", "there is no loss here", "give a loss"),
    (MLP % ("[1, 2]", WIDE) + "  lr: 0.1\n" + PARTS, "unknown key 'lr'", "did you mean 'train'?"),
    (MLP % ("[1, 2]", WIDE) + "  loss: mse\n" + PARTS, "unknown loss 'mse'", "did you mean 'mean-square-error'?"),
    (MLP.replace("softmax", "ReLU") % ("[1, 2]", WIDE) + PARTS, "unknown activation 'ReLU'", "did you mean 'relu'?"),
    ("question: Find it.\n" + COUNT + PARTS, "unknown key 'question'", "did you mean 'prompt'?"),
    (COUNT + "parts: [{label: a, question: Find it.}]", "unknown key 'question'", "did you mean 'prompt'?"),
    (COUNT + "round: {decimal: 2}\n" + PARTS, "unknown key 'decimal'", "did you mean 'decimals'?"),
    ("given: mlp\n" + PARTS, "'family' is missing", "write {family: mlp}"),
    ("given: {family: conv}\n" + PARTS, "unknown family 'conv'", "did you mean 'cnn'?"),
    ("given: {family: transformer}\n" + PARTS, "unknown family 'transformer'", "did you mean 'attention'?"),
    ("given: {family: kmeans}\n" + PARTS, "unknown family 'kmeans'", "did you mean 'competitive'?"),
    (FORMULA % "'y = s*pi'", "'pi' is not given yet", "quantities: {pi: 3.14"),
    ("given: {family: MLP}\n" + PARTS, "unknown family 'MLP'", "did you mean 'mlp'?"),
    ("given: {family: feedforward}\n" + PARTS, "unknown family 'feedforward'", "did you mean 'mlp'?"),
    ("family: count\ninputs: 1\nlayers: [1]\n" + PARTS, "'family' stands beside 'given'", "given: {family: …}"),
    (COUNT + "find: total\n", "'find' stands outside a part", "parts: [{label: a, find: …}]"),
    ("parts: [{label: a, family: count, inputs: 1, layers: [1]}]", "'family' stands beside 'given'", "given: {family"),
    (
        "given: {family: concept, statements: [{text: x, truth: true}]}\n" + PARTS,
        "statements has 1 item, expected at least 2",
        "",
    ),
]


@each(("text", "message", "hint"), SENTENCES)
def test_a_first_time_author_is_helped(text: str, message: str, hint: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(text, "q.yaml")
    [problem] = caught.value.problems
    assert message in problem.message
    assert hint in problem.hint


def test_a_hint_never_proposes_what_is_not_known() -> None:
    assert nearest("conv", ["dense", "flatten"]) == "known here: dense, flatten"
    assert nearest("conv", ["conv", "cnn"]) == "did you mean 'conv'?"


def test_parts_without_end_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(question_reader, "MAX_PARTS", 3)
    parts = "parts: [{label: a}, {label: b, parts: [{label: i}, {label: ii}]}]\n"
    with pytest.raises(SpecError, match=r"q.yaml:2:39: more than 3 parts"):
        load_text(COUNT + parts, "q.yaml")
