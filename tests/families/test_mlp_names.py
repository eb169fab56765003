"""An author's own names: on the page, in JSON, in the gradients' names and in answer sheets."""

from solver.mark.asked import asked
from solver.mark.out.template import template
from solver.render.document import document
from solver.render.format_markdown import render as markdown
from solver.render.format_text import render
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.families.networks import problems, solved
from tests.tables import each

NET = (
    "x: [1, 2], d: 1, loss: cross-entropy, "
    "layers: [{W: [[0.5, -0.3], [0.2, 0.8]], b: 0.1, activation: tanh}, {W: [1, -0.5], activation: sigmoid}]"
)
TEXT = """title: t
given:
  family: mlp
  {NET}
  names: {u: z, h: hidden layer output, W: w, x: i, d: t, y: o, J: E}
parts: [{label: a, find: [hidden, output, loss, gradients_u, gradients_Wb]}, {label: b, find: [grad_hidden_layer_output1, delta1]}]
"""
TEXT = TEXT.replace(
    "{NET}", NET.replace(", d:", "\n  d:").replace(", loss:", "\n  loss:").replace(", layers:", "\n  layers:")
)


def test_names_are_those_of_json_and_of_the_answer_sheet() -> None:
    question = load_text(TEXT).questions[0]
    solution = solve_question(question)
    names = ["z1", "hidden_layer_output1", "z2", "o", "E", "grad_z2", "grad_z1", "grad_w2", "grad_w1", "grad_b1"]
    assert list(solution.answers) == [
        *(f"a/{name}" for name in names),
        "b/grad_hidden_layer_output1",
        "b/delta1",
    ]
    assert "a/grad_w1[2,1]" in template(asked(question).sheet, "csv")
    assert solution["a/z1"].item.source == "w1.T @ i + b1"


def test_the_numbers_are_those_of_the_plain_names() -> None:
    plain = solved(NET, "[hidden, output, loss, gradients_u, gradients_Wb, grad_h1]").answers
    called = solve_question(
        load_text(TEXT.replace("title: t", "title: t\nround: {decimals: 9}\ncarry: exact")).questions[0]
    )
    assert list(called.answers.values())[:10] == list(plain.values())[:10]
    assert called.answers["b/grad_hidden_layer_output1"] == plain["a/grad_h1"]


def test_names_stand_on_the_page() -> None:
    solution = solve_question(load_text(TEXT).questions[0])
    page = render(document("t", [solution]), 80)
    assert "z₁ = w₁ᵀ i + b₁" in page
    assert "hidden layer output₁ = tanh(z₁)" in page
    assert r"\text{hidden layer output}_1 = \tanh" in markdown(document("t", [solution])).replace("&", "")


def test_training_and_many_patterns_follow() -> None:
    fields = (
        "X: [[1, 2], [0, 1]], D: [1, 0], loss: square-error, names: {u: z, W: w, x: i, y: a2, h: a, J: cost}, "
        "layers: [{W: [[1, 2], [3, 4]], activation: tanh}, {W: [1, -1]}], train: {rate: 0.1, optimizer: momentum}"
    )
    found = solved(fields, "[output, loss, history, gradients_u]")
    assert list(found.answers) == [
        "a/Z2", "a/a2", "a/cost", "a/w1_t1", "a/w2_t1", "a/cost_t1", "a/grad_Z2", "a/grad_Z1",
    ]  # fmt: skip


@each(
    ("names", "message"),
    [
        ("{u: h}", "'h1' would be the name of two quantities"),
        ("{y: z2, u: z}", "'z2' would be the name of two quantities"),
        ("{x: alpha}", "'alpha' would be the name of two quantities"),
        ("{h: tanh}", "'tanh' cannot name a quantity"),
        ("{h: a1}", "'a1' cannot name a quantity | a name has letters; the number of the layer"),
        ("{h: '<b>'}", "'<b>' cannot name a quantity"),
        ("{g: z}", "there is no 'g' to rename"),
        ("{x: e}", "'e' would be the name of two quantities"),
    ],
)
def test_names_that_cannot_be(names: str, message: str) -> None:
    found = problems(
        f"  {NET.replace(', ', chr(10) + '  ', 0)}".replace(
            "x: [1, 2], d: 1, loss: cross-entropy, layers", "x: [1, 2]\n  d: 1\n  loss: cross-entropy\n  layers"
        )
        + f"\n  names: {names}\n"
    )
    assert len(found) == 1, found
    assert found[0][0] == 9
    assert message in found[0][1]
