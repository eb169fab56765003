"""Attention: scores of every kind, masks, heads; what may be asked; what does not fit. PyTorch: tests/oracle."""

import numpy as np
import pytest

from solver.api import solve
from solver.errors import SpecError
from solver.mark.judge.grade import grade_batch
from solver.mark.sheet import sheet
from solver.rounding import Floats
from solver.spec.reader import load_text
from solver.working.solution import Solution
from solver.working.solve import solve_question
from tests.mark.simulate import key_of
from tests.places import PROBLEMS
from tests.tables import each

QKV = "Q: [[1, 2], [3, 1]], K: [[2, 1], [1, 1], [0, 1]], V: [[1, 2, -2], [1, 1, 2], [0, 1, -1]]"
X = "X: [[1, 0], [0, 1]], Wq: [[1, 0], [1, 2]], Wk: [[1, 1], [0, 1]], Wv: [[2], [1]]"
ADDITIVE = "score: additive, K: [[1, 1], [0, 1]], Wq: [[1, 0], [0.5, 1]], Wk: [[0, 1], [1, 1]], v: [1, -1]"


def solved(fields: str, find: str = "forward", carry: str = "exact") -> Solution:
    text = f"title: t\nround: {{decimals: 4}}\ncarry: {carry}\ngiven: {{family: attention, {fields}}}\n"
    return solve_question(load_text(f"{text}parts: [{{label: a, find: {find}}}]").questions[0])


def problems(fields: str, find: str = "forward") -> list[str]:
    with pytest.raises(SpecError) as caught:
        solved(fields, find)
    return [f"{p.message} | {p.hint}" for p in caught.value.problems]


def exact(solution: Solution, name: str) -> Floats:
    found = solution[f"a/{name}"].exact
    assert found is not None
    return found


def shares(scores: Floats) -> Floats:
    powers = np.exp(scores)
    return np.asarray(powers / powers.sum(axis=1, keepdims=True))


@each(
    ("options", "sources"),
    [
        ("", ["Q @ K.T", "S/sqrt(dk)", "softmax_rows(Z)", "A @ V"]),
        ("scaled: false", ["Q @ K.T", "softmax_rows(S)", "A @ V"]),
        ("divisor: 8", ["Q @ K.T", "S/8", "softmax_rows(Z)", "A @ V"]),
        ("mask: [[1, 1, 0], [1, 0, 1]]", ["Q @ K.T", "S/sqrt(dk)", "mask(Z, mask_)", "softmax_rows(Zm)", "A @ V"]),
        ("scaled: false, mask: causal", ["Q @ K.T", "causal(S)", "softmax_rows(Zm)", "A @ V"]),
        ("score: general, Wa: [[1, 0], [2, 1]]", ["Q @ Wa @ K.T", "softmax_rows(S)", "A @ V"]),
    ],
)
def test_the_steps_are_those_of_the_books(options: str, sources: list[str]) -> None:
    steps = solved(f"{QKV}, {options}").parts[0].steps
    assert [s.item.source for s in steps if not s.item.given] == sources


def test_a_mask_hides_what_it_says() -> None:
    A = exact(solved(f"{QKV}, mask: [[1, 1, 0], [0, 0, 1]]"), "A")
    assert A[0, 2] == 0
    assert A[1].tolist() == [0, 0, 1]
    hidden = [exact(solved(f"{QKV}, mask: {mask}"), "A").tolist() for mask in ("[1, 1, 0]", "[[1, 1, 0], [1, 1, 0]]")]
    assert hidden[0] == hidden[1], "a list is of the keys, for every query"


def test_additive_scores_in_numbers() -> None:
    solution = solved(f"{ADDITIVE}, Q: [[1, 0], [2, 1]], V: [[1], [3]]")
    K, Wq, Wk, v = np.array([[1, 1], [0, 1]]), np.array([[1, 0], [0.5, 1]]), np.array([[0, 1], [1, 1]]), [1, -1]
    S = np.array([[np.tanh(q @ Wq + k @ Wk) @ v for k in K] for q in np.array([[1, 0], [2, 1]])])
    assert np.allclose(exact(solution, "S"), S, atol=1e-12)
    assert exact(solution, "e2_1").item() == pytest.approx(S[1, 0])
    assert np.allclose(exact(solution, "C"), shares(S) @ [[1], [3]], atol=1e-12)


def test_a_query_and_its_key_side_by_side() -> None:
    """Luong, Pham, Manning, Effective approaches to attention-based neural machine translation, 2015: concat."""
    Wa = "[[1, 0], [0.5, 1], [0, 1], [1, 1]]"  # those of the query, and below those of the key
    fields = f"score: concat, K: [[1, 1], [0, 1]], Wa: {Wa}, v: [1, -1], Q: [[1, 0], [2, 1]]"
    S, additive = (exact(solved(text), "S") for text in (fields, f"{ADDITIVE}, Q: [[1, 0], [2, 1]]"))
    assert np.allclose(S, additive, atol=1e-12)
    assert problems("score: concat, K: [[1, 1]], Wa: [[1], [2], [3]], v: [1], Q: [[1, 0]]") == [
        "Wa is 1×3, but a query with its key has 4 numbers | weights are stored inputs x neurons"
    ]
    assert problems("K: [[1, 1]], V: [[1]], Wa: [[1], [2], [3]], Q: [[1, 0]]") == [
        "Wa is for score: general or concat | "
    ]


def test_the_values_of_additive_attention_are_its_keys() -> None:
    assert solved(f"{ADDITIVE}, Q: [1, 0]").answers == solved(f"{ADDITIVE}, Q: [1, 0], V: [[1, 1], [0, 1]]").answers


def test_weights_are_stored_either_way() -> None:
    turned = "X: [[1, 0], [0, 1]], Wq: [[1, 1], [0, 2]], Wk: [[1, 0], [1, 1]], Wv: [2, 1], weights: neurons x inputs"
    assert solved(f"{X}, Wo: [[3, 1]]").answers == solved(f"{turned}, Wo: [[3], [1]]").answers


def test_one_query_is_a_list_and_one_row() -> None:
    single = solved("Q: [1, 2], K: [[2, 1], [1, 1]], V: [3, 4], mask: [1, 1]")
    assert single.answers == solved("Q: [[1, 2]], K: [[2, 1], [1, 1]], V: [[3], [4]], mask: [[1, 1]]").answers
    assert exact(single, "C").shape == (1, 1)


@each(
    ("fields", "find", "names"),
    [
        (X, "projections", ["Q", "K", "V"]),
        (f"{QKV}, mask: causal", "scores", ["S", "Z", "Zm"]),
        (QKV, "operations", ["mult_S", "mult_C", "mult"]),
        (f"{X}, memory: [[1, 1], [2, 0], [0, 1]]", "operations", ["mult_Q", "mult_K", "mult_V", "mult_S", "mult_C", "mult"]),
        (f"{QKV}, D: [[1, 0, 0], [0, 1, 0]], loss: square-error", "gradients", ["grad_Q", "grad_K", "grad_V"]),
        (f"{QKV}, gradient: [[1, 0, 0], [0, 1, 0]]", "backward", ["grad_A", "grad_Z", "grad_S", "grad_V", "grad_Q", "grad_K"]),
        ("heads: 2, Q: [[1, 2]], K: [[1, 0]], V: [[1, 2]]", "[Q2, context, output]", ["Q2", "C1", "C2", "H"]),
    ],
)  # fmt: skip
def test_what_a_part_may_ask_for(fields: str, find: str, names: list[str]) -> None:
    assert list(solved(fields, find).answers) == [f"a/{name}" for name in names]


def test_multiplications_are_counted() -> None:
    answers = solved(f"{X}, memory: [[1, 1], [2, 0], [0, 1]]", "operations").answers
    assert answers == {"a/mult_Q": 8, "a/mult_K": 12, "a/mult_V": 6, "a/mult_S": 12, "a/mult_C": 6, "a/mult": 44}


def test_the_problem_runs() -> None:
    answers = solve(PROBLEMS / "attention.yaml").answers
    assert answers["a.iv/C"] == [[2.0, 0.0], [1.34, 0.33], [1.91, 0.813]]
    assert answers["c.iii/mult"] == 60


# -- misfits ------------------------------------------------------------------------------------------------------------
@each(
    ("fields", "found"),
    [
        ("Q: [[1, 2]], K: [[1, 2, 3]], V: [[1]]", "queries have 2 numbers, but keys have 3 | a dot product needs"),
        ("Q: [[1, 2]], K: [[1, 2]], V: [[1], [2]]", "K has 1 rows, but V has 2 | each key has one value"),
        ("Q: [[1, 2]], K: [[1, 2]]", "'V' is missing: the values"),
        ("Wq: [[1]], Wk: [[1]], Wv: [[1]]", "'X' is missing: the tokens that are projected"),
        ("X: [[1]], Wq: [[1]]", "'Wk' is missing: Wq, Wk and Wv go together"),
        ("X: [[1, 2]], Wq: [[1]], Wk: [[1], [2]], Wv: [[1], [2]]", "Wq is 1×1, but a token of X has 2 numbers"),
        (f"{X}, memory: [[1, 2, 3]]", "Wk is 2×2, but a token of memory has 3 numbers"),
        (f"{X}, Q: [[1]]", "Q is given, and the weights to project it"),
        (f"{QKV}, Wk: [[1]]", "Wk is given, but Q, K and V are not projected"),
        (f"{QKV}, mask: [[1, 1, 1]]", "the mask is 1×3, expected 2×3"),
        (f"{QKV}, mask: [[1, 1, 1], [0, 0, 0]]", "row 2 of the mask hides every key"),
        (f"{QKV}, mask: [[1, 1, 2], [0, 0, 1]]", "the mask has other numbers than 0 and 1"),
        (f"{QKV}, heads: 2", "2 heads cannot share the 3 columns of V equally"),
        (f"{QKV}, score: general", "'Wa' is missing: score: general needs it"),
        (f"{QKV}, score: general, Wa: [[1]]", "Wa is 1×1, but 2×2 is expected"),
        (f"{ADDITIVE.replace(', v: [1, -1]', ', v: [1]')}, Q: [1, 0]", "v is 1×1, but Wq makes 2 numbers"),
        (f"{QKV}, loss: square-error", "'D' is missing: a loss needs the desired output"),
        (f"{QKV}, gradient: [[1]]", "gradient is 1×1, but the output is 2×3"),
        (f"{QKV}, Wo: [[1, 2]]", "Wo is 1×2, but the heads have 3 numbers together"),
        (f"{QKV}, bo: 1", "bo is given without Wo"),
        ("X: [[1]], heads: []", "found a list of 0 for heads, expected a whole number"),
    ],
)  # fmt: skip
def test_a_misfit_is_named(fields: str, found: str) -> None:
    assert any(found in message for message in problems(fields)), problems(fields)


def test_what_gradients_need() -> None:
    assert problems(QKV, "loss") == [
        "there is no loss here | give a loss and the desired output D, or a gradient at the output"
    ]


# -- marking ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("name", "mistake"),
    [
        ("Z", "√d forgotten"),
        ("Zm", "mask forgotten"),
        ("A", "softmax along the wrong axis"),
    ],
)
def test_mistakes_are_named(name: str, mistake: str) -> None:
    fields = "Q: [[1, 2], [3, 1]], K: [[2, 1], [1, 1]], V: [[1, 2], [1, 1]], mask: [[1, 0], [1, 1]]"
    solution = solved(fields, "[S, Z, Zm, A]", "rounded")
    v = {n: np.asarray(solution[f"a/{n}"].value, dtype=float) for n in ("S", "Z", "Zm")}
    wrong = {"Z": v["S"], "Zm": v["Z"], "A": shares(v["Zm"].T).T}[name]
    given = key_of(made := sheet(solution), 1)
    given.batch.values[f"a/{name}"][0] = np.round(wrong, 4)
    assert set(grade_batch(made, None, given).mistakes[f"a/{name}"].values()) == {mistake}
