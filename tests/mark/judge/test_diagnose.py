"""Mistakes planted in Q2, Q3 and Q4 are found and named; an ambiguous one is not."""

from collections.abc import Mapping
from itertools import islice
from pathlib import Path

import numpy as np

from solver.api import solve
from solver.formula.mistakes.mutate import MISTAKES
from solver.mark.judge.acceptance import judge
from solver.mark.judge.diagnose import describe, leading_to, name_mistakes
from solver.mark.judge.numbers import Batch, Verdict
from solver.mark.judge.writing import WRITING
from solver.mark.sheet import Quantity, Sheet, sheet
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.mark.planted import SHEETS, key_batch
from tests.tables import each


def named(name: str, wrong: Mapping[str, object]) -> dict[str, set[str]]:
    """The mistakes found where one student writes `wrong` instead of the key's numbers, by answer."""
    made = SHEETS[name]
    batch = key_batch(made, 3)
    for key, numbers in wrong.items():
        batch.values[key][1] = np.asarray(numbers, dtype=float).reshape(made.answers[key].shape)
    found = name_mistakes(made, batch, judge(made, batch))
    assert {student for cells in found.values() for student, _, _ in cells} <= {1}
    return {key: set(cells.values()) for key, cells in found.items()}


Q2 = [
    ("b/u1", [0.8, -5.2, 3.1], "bias forgotten"),
    ("b/u1", [1.3, 4.7, 3.6], "wrong sign"),
    ("b/u2", [1.98, 6.7], "bias forgotten"),
    ("b/h1", [0.79, 0.01, 0.97], "another activation"),
    ("b/h1", [1.3, -4.7, 3.6], "activation left out"),
    ("c/y", 0.9, "another activation"),
    ("c/J", 0.72, "log to base 10"),
    ("c/J", -1.66, "wrong sign"),
    ("d/df1", [0.12, -2.0, 0.0], "derivative of another activation"),
    ("d/df1", [-0.69, -21.09, -11.96], "derivative taken of u"),
    ("d/df1", [0.14, 2.0, 0.0], "square left out"),
    ("d/df1", [1.74, 2.0, 2.0], "wrong sign"),
    ("e/grad_u3", -0.81, "wrong sign"),
    ("e/grad_u3", 1.62, "factor 2 of the loss"),
    ("e/grad_u2", [1.62, -0.81], "f′(u) left out"),
    ("e/grad_u1", [0.09, -0.07, -0.09], "f′(u) left out"),
    ("f/grad_W3", [-0.8, -0.81], "wrong sign"),
    ("c/J", 16.6, "decimal point misplaced"),
    ("c/u3", 1.84, "digits swapped"),
    ("a/W1", [[3.2, -2.4, -2.1], [1.2, -1.4, 2.6]], "wrong sign"),
]


@each(("key", "wrong", "expected"), Q2)
def test_q2(key: str, wrong: object, expected: str) -> None:
    assert named("q2", {key: wrong})[key] == {expected}


Q3 = [
    ("a.i/F1", 6, "+ 1 left out"),
    ("a.ii/params_conv1", 588 * 6, "bias not counted"),
    ("a.ii/params_fc", 320_000, "bias not counted"),
    ("b.ii/flops_conv1", 16_941_456 // 2, "MACs for FLOPs"),
    ("b.ii/flops_conv1", 16_941_456 // 49**2 * 55**2, "input size for output size"),
    ("b.ii/flops_depthwise", 2_823_576 // 49**2 * 55**2, "input size for output size"),
    ("b.ii/flops_pointwise", 172_872, "MACs for FLOPs"),
    ("b.ii/flops_conv1", 2 * 12 * 7 * 6 * 49 * 49, "square left out"),
    ("b.ii/flops_conv1", 16_914_456, "digits swapped"),
]


@each(("key", "wrong", "expected"), Q3)
def test_q3(key: str, wrong: object, expected: str) -> None:
    assert named("q3", {key: wrong})[key] == {expected}


Q4 = [
    ("c.ii/PE0", -0.9598, "digits swapped"),
    ("c.ii/PE0", 0.0872, "degrees for radians"),
    ("c.ii/PE1", -0.9589, "sine and cosine swapped"),
    ("c.ii/PE3", 0.9965, "degrees for radians"),
    ("c.ii/PE2", 0.9939, "wrong sign"),
    ("a/y1", 0.5005, "bias forgotten"),
    ("a/h2", [0.9705, 0.8957], "bias forgotten"),
]


@each(("key", "wrong", "expected"), Q4)
def test_q4(key: str, wrong: object, expected: str) -> None:
    assert named("q4", {key: wrong})[key] == {expected}


def test_from_own_earlier_values() -> None:
    """A wrong u1 has no name, its h1 follows; the slope left out further down is found from the student's own numbers."""
    own = np.tanh([2.0, -1.0, 0.5])
    wrong = {"b/u1": [2.0, -1.0, 0.5], "b/h1": own.round(2), "b/u2": [3.0 * 0.96 + 2.4 * 0.76 - 3 * 0.46, 3.19 + 1.15]}
    found = named("q2", wrong)
    assert "b/h1" not in found
    assert found["b/u2"] == {"bias forgotten"}


def test_two_explanations_are_none() -> None:
    """0.00 for u1 is explained by nothing; a value between two mistakes by both, so it has no name."""
    assert "b/u1" not in named("q2", {"b/u1": [55.0, -55.0, 77.0]})
    assert "c/J" not in named("q2", {"c/J": 0.91})


def test_a_mistake_of_one_cell() -> None:
    assert named("q2", {"b/u1": [0.8, -4.7, 3.6]})["b/u1"] == {"bias forgotten"}


def test_cut_off_digits() -> None:
    made = SHEETS["q4"]
    batch = key_batch(made)
    exact = made.answers["a/y1"].solved.exact
    assert exact is not None
    cut = np.trunc(exact * 1e4) / 1e4
    found = {}
    for key, answer in made.answers.items():
        if answer.kind == "number" and answer.solved.exact is not None:
            batch = key_batch(made)
            batch.values[key] = np.trunc(answer.solved.exact[None] * 1e4 + 1e-6) / 1e4
            found.update(name_mistakes(made, batch, judge(made, batch)).get(key, {}))
    assert set(found.values()) == {"truncated"}, (found, cut)


def test_right_answers_have_no_mistakes() -> None:
    for made in SHEETS.values():
        batch = key_batch(made, 2)
        assert name_mistakes(made, batch, judge(made, batch)) == {}
        assert name_mistakes(made, Batch(2), {}) == {}


def test_every_student_alike() -> None:
    """What a student's mistakes are called does not depend on who else is in the batch."""
    made = SHEETS["q2"]
    rng = np.random.default_rng(3)
    batch = key_batch(made, 40)
    for values in batch.values.values():
        spoilt = rng.random(values.shape) < 0.1
        values[spoilt] = np.round(values[spoilt] * rng.choice([-1.0, 2.0, 0.5, 10.0], size=int(spoilt.sum())), 2)
        values[rng.random(values.shape) < 0.05] = np.nan
    together = name_mistakes(made, batch, judge(made, batch))
    assert together
    for s in range(0, 40, 3):
        alone = Batch(1, {k: v[[s]] for k, v in batch.values.items()}, {k: v[[s]] for k, v in batch.decimals.items()})
        single = name_mistakes(made, alone, judge(made, alone))
        cells = {(k, i, j): n for k, found in together.items() for (t, i, j), n in found.items() if t == s}
        assert cells == {(k, i, j): n for k, found in single.items() for (_, i, j), n in found.items()}


def test_only_wrong_cells_have_names() -> None:
    made = SHEETS["q2"]
    batch = key_batch(made, 5)
    batch.values["b/u1"][:, 0] = 0.8
    judged = judge(made, batch)
    for key, cells in name_mistakes(made, batch, judged).items():
        assert all(judged[key].verdicts[cell] == Verdict.WRONG for cell in cells)


@each("name", [*MISTAKES, *WRITING])
def test_described(name: str) -> None:
    assert describe(name)


TRAINED = """
title: One update
round: {decimals: 3}
given:
  family: mlp
  x: [1.0, -2.0]
  d: 1
  layers:
    - {W: [[0.5, -0.4], [0.3, 0.8]], b: 0.1, activation: tanh}
    - {W: [[0.7], [-0.9]], b: 0.2, activation: sigmoid}
  loss: cross-entropy
  train: {rate: 5}
parts:
  - {label: a, find: [forward, loss, backward, updates]}
"""


def test_updated_weights(tmp_path: Path) -> None:
    """The hidden layer's gradient from output weights that are updated already."""
    file = tmp_path / "q.yaml"
    file.write_text(TRAINED)
    made = sheet(solve(file))
    batch = key_batch(made)
    updated, g, h = (batch.values[f"a/{name}"][0] for name in ("W2_t1", "grad_u2", "h1"))
    batch.values["a/grad_u1"] = np.round((updated @ g) * (1 - h**2), 3)[None]
    found = name_mistakes(made, batch, judge(made, batch))
    assert set(found["a/grad_u1"].values()) == {"updated weights"}


def test_padding_on_one_side_has_a_name_where_nothing_else_gives_the_size() -> None:
    """Of 5×5 with padding 2, (32 − 5 + 2)/1 + 1 = 30; of 3×3 with padding 1, 31 may lack the + 1 as well."""
    for size, padding, wrong, names in ((5, 2, 30, {"padding on one side"}), (3, 1, 31, set())):
        text = (
            "title: T\ngiven:\n  family: count\n  input: [3, 32, 32]\n"
            f"  layers: [conv 16@{size}x{size} padding {padding}]\nparts: [{{label: a, find: H_conv1}}]\n"
        )
        made = sheet(solve_question(load_text(text).questions[0]))
        batch = key_batch(made, 1)
        batch.values["a/H_conv1"][:] = wrong
        named = name_mistakes(made, batch, judge(made, batch)).get("a/H_conv1", {})
        assert set(named.values()) == names


def test_an_authors_own_names_tell_what_is_an_update_and_what_a_layer_receives() -> None:
    text = (
        "title: T\ngiven:\n  family: formula\n  quantities: {w: 2, g: 4, H1: 9, H2: 5, D1: 3}\n  formulas:\n"
        "    - w_new = w - g/2\n    - y = g*w\n    - {formula: ops = 2*D1*H2, whole: true}\n"
        "parts:\n  - {label: a, find: [w_new, y, ops]}\n"
    )
    made = sheet(solve_question(load_text(text).questions[0]))
    batch = key_batch(made, 1)
    batch.values["a/y"][:] = 0.0  # 4 · w_new
    batch.values["a/ops"][:] = 54.0  # 2 · 3 · 9
    found = name_mistakes(made, batch, judge(made, batch))
    assert {key: set(cells.values()) for key, cells in found.items()} == {
        "a/y": {"updated weights"}, "a/ops": {"input size for output size"},
    }  # fmt: skip


def _short(quantities: str, *formulas: str, decimals: int = 2) -> Sheet:
    lines = "".join(f"\n    - {formula}" for formula in formulas)
    text = (
        f"title: T\nround: {{decimals: {decimals}}}\ngiven:\n  family: formula\n  quantities: {{{quantities}}}\n"
        f"  formulas:{lines}\nparts: [{{label: a}}]\n"
    )
    return sheet(solve_question(load_text(text).questions[0]))


def test_what_has_no_value_explains_nothing() -> None:
    """The logarithm of a negative number lies anywhere: with its sign turned, D explains no number."""
    made = _short("u: [0.4, -0.7]", "D = sigmoid(u)", "V = mean(log(D)) + mean(log(1 - D))")
    batch = key_batch(made, 40)
    batch.values["a/V"][:, 0, 0] = np.round(np.linspace(-9, 9, 40) + 0.004, 2)
    named = name_mistakes(made, batch, judge(made, batch)).get("a/V", {})
    assert len(named) <= 2, named


def test_bits_have_a_name_where_one_mistake_gives_all_of_them() -> None:
    """A threshold of each neuron forgotten turns half of the bits; a bit turned alone tells nothing."""
    made = _short("W: [[1, -2, 1, 2, -1, 1]], x: [1], t: [-2, 3, -2, 3, 2, -3]", "y = step(W.T @ x + t)", decimals=0)
    batch = key_batch(made, 2)
    batch.values["a/y"][0, :, 0] = [1, 0, 1, 1, 0, 1]
    batch.values["a/y"][1, 2, 0] = 1
    found = name_mistakes(made, batch, judge(made, batch))["a/y"]
    assert found == {(0, i, 0): "bias forgotten" for i in (0, 1, 2, 4, 5)}


class _Counted(dict[str, Quantity]):
    """Counts what is looked up."""

    looked = 0

    def __getitem__(self, name: str) -> Quantity:
        self.looked += 1
        return super().__getitem__(name)


def test_what_leads_to_an_answer_is_found_from_the_answer_up() -> None:
    """However long a working is, only the steps that are asked for are looked at: 500 answers would walk it 500 times."""
    steps = [f"h{i} = h{i - 1} + x" for i in range(2, 101)]
    given = f"{{family: formula, quantities: {{x: 1, y: 2}}, formulas: [h1 = x + y, {', '.join(steps)}]}}"
    (question,) = load_text(f"title: A chain\ngiven: {given}\nparts: [{{label: a, find: h100}}]").questions
    [(_, chain)] = sheet(solve_question(question)).chains
    at = _Counted({quantity.name: quantity for quantity in chain})
    nearest = [quantity.name for quantity in islice(leading_to(chain[-1], at, ()), 3)]
    assert nearest == ["h100", "h99", "h98"]
    assert at.looked <= 6
    assert [q.name for q in leading_to(chain[-1], at, ())][-1] == "h1"
    assert [q.name for q in leading_to(chain[-1], at, {at["h100"].key, None})] == ["h100"]  # all else is written
