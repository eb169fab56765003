"""Convolutional networks: what does not fit, at its line, and the order of channels."""

import pytest

from solver.errors import SpecError
from solver.render.document import document
from solver.render.format_text import render as text_of
from solver.spec.reader import load_text
from solver.working.solve import solve_question
from tests.families.test_cnn import answers, layers, question, solved
from tests.tables import each

ERRORS = [
    ("type: conv, filters: 4, size: 3, stride: 0", "stride", "stride is 0, expected at least 1"),
    ("type: conv, filters: 4, size: 9", "size", "filter is 9, but its input's is only 8"),
    ("type: conv, filters: 4, size: 11, padding: 1", "size", r"only 8 \+ 2·1 = 10"),
    ("type: conv, filters: 4, depth: 5, size: 3", "depth", "5 deep, but its input is 3 deep"),
    ("type: conv, filters: 4, size: 3, output: [4, 5, 6]", "output", r"height is given as 5, but H2 = .* = 6"),
    ("type: conv, filters: 4, size: 3, output: [5, 6, 6]", "output", "depth is given as 5, but D2 = n1 = 4"),
    ("type: conv, filters: 4, size: 3, output: [4, 6]", "output", r"2 numbers, expected \[D, H, W\]"),
    ("type: conv, filters: 4, size: unknown, output: [4, 9, 9]", "size", "no whole number from 1 to 8 for F1"),
    ("type: conv, filters: 4, size: unknown", "size", "F1 is unknown, and what follows from it is not given"),
    ("type: conv, filters: 4, size: unknown, stride: unknown, output: [4, 3, 3]", "stride", "both unknown"),
    ("type: conv, filters: 4, size: unknown, padding: same, output: [4, 8, 8]", "size", "does not depend on it"),
    ("type: conv, filters: unknown, size: 3", "filters", "nor the depth of its output"),
    ("type: conv, filters: unknwn, size: 3", "filters", "(?s)expected a whole number.*unknown"),
    ("type: conv, filters: 4, size: 3, padding: sme", "padding", "(?s)expected a whole number.*did you mean 'same'"),
    ("type: conv, filters: 4, size: 3, padding: [same, 1]", "padding", "pad height and width alike"),
    ("type: transposed, filters: 4, size: 3, padding: same", "padding", "of a transposed convolution"),
    ("type: depthwise, filters: 5, size: 3", "filters", "5 filters, but the input is 3 deep"),
    ("type: depthwise, depth: 3, size: 3", "depth", "depth is 3"),
    ("type: max-pool, size: 2, filters: 3", "filters", "max-pool takes no filters"),
    ("type: max-pool, size: 2, padding: 2", "padding", "padding 2 of a pool of size 2"),
    ("type: conv, filters: 4, size: [3, 3, 3]", "size", "at most 2"),
    ("type: conv, filters: 4, size: 300000", "size", "at most 100,000"),
    ("type: dense, neurons: 4, output: 5", "output", "given as 5, but n_fc = 4"),
    ("type: cnv, size: 3", "type", "(?s)unknown type 'cnv'.*did you mean 'conv'"),
]  # fmt: skip


@each(("flow", "field", "message"), ERRORS)
def test_error(flow, field, message):
    text = question(f"input: [3, 8, 8]\n{layers(flow)}")
    with pytest.raises(SpecError, match=message) as error:
        load_text(text)
    line = text.splitlines()[6]
    where = line.index(f"{field}: ") + len(f"{field}: ") + 1
    assert len(error.value.problems) == 1
    place = error.value.problems[0].place
    assert place.line == 7
    assert 0 <= place.column - where < 10  # the value, or the item of its list


@each(
    ("given", "message"),
    [
        ("input: [3, 8]\n" + layers("type: flatten"), "input has 2 numbers"),
        ("input: [3, 8, 8]\n" + layers("type: max-pool"), "'size' of this max-pool layer is missing"),
        ("input: [3, 8, 8]\n" + layers("type: dense"), "'neurons' of this dense layer is missing"),
        ("input: unknown\n" + layers("type: flatten"), "D1 is unknown"),
        ("input: unknown\n" + layers("type: conv, filters: 2, size: 3"), "D1 is unknown"),
        ("input: 8\n" + layers("type: conv, filters: 2, size: 3"), "conv after the volume was flattened"),
        ("input: [3, 8, 8]\n" + layers("type: flatten", "type: flatten"), "flatten after the volume was flattened"),
        ("replace: 2\ninput: [3, 8, 8]\n" + layers("type: conv, filters: 2, size: 3"), "no convolutional layer 2"),
        ("replace: 1\ninput: [3, 8, 8]\n" + layers("type: pointwise, filters: 2"), "pointwise convolution"),
        ("division: exact\ninput: [3, 8, 8]\n" + layers("type: max-pool, size: 3"), "leaves a remainder"),
        ("input: [3, 8, 8]\n" + layers("type: flatten, output: 190"), "given as 190, but n_flat = 192"),
        (
            "input: [100000, 100000, 100000]\n" + layers("type: conv, filters: 100000, size: 999"),
            "more than 1,000,000,000,000,000",
        ),
    ],
)  # fmt: skip
def test_what_does_not_fit(given, message):
    with pytest.raises(SpecError, match=message):
        solved(given)


def test_all_misfits_at_once():
    given = "input: [3, 8, 8]\n" + layers(
        "type: conv, filters: 4, depth: 5, size: 3, output: [4, 6, 6]",
        "type: conv, filters: 4, size: 7, output: [4, 4, 4]",
        "type: separable, filters: 2, size: 9, output: [2, 3, 3]",
        "type: conv, filters: 4, size: 2, output: [4, 3, 3]",
        "type: flatten",
        "type: max-pool, size: 2",
    )
    with pytest.raises(SpecError) as error:
        solved(given)
    assert [problem.place.line for problem in error.value.problems] == [7, 8, 9, 10, 12]


# -- channel order ----------------------------------------------------------------------------------------------------------

CONV = "{type: conv, filters: 4, size: 3"


def test_channels_last_is_the_same_network() -> None:
    first = f"input: [3, 20, 30]\nlayers:\n  - {CONV}, output: [4, 18, unknown]}}"
    last = f"order: channels-last\ninput: [20, 30, 3]\nlayers:\n  - {CONV}, output: [18, unknown, 4]}}"
    assert answers(last) == answers(first)


@each(
    ("given", "warned"),
    [
        ("input: [224, 224, 3]", True),
        ("input: [28, 28, 1]", True),
        ("order: channels-last\ninput: [224, 224, 3]", False),
        ("order: channels-first\ninput: [224, 224, 3]", False),
        ("input: [3, 224, 224]", False),
        ("input: [512, 4, 4]", False),
    ],
)
def test_an_input_that_looks_channels_last_is_warned_of(given: str, warned: bool) -> None:
    made = solved(f"{given}\nlayers: [{{type: conv, filters: 4, size: 1}}]", "sizes")
    assert [w.place.column for w in made.warnings] == ([10] if warned else [])
    page = " ".join(str(block) for block in document("t", [made]))
    assert ("order: channels-last" in page) == warned


def test_a_misfit_of_channels_last_has_its_place() -> None:
    text = question(f"order: channels-last\ninput: [20, 20, 3]\nlayers: [{CONV}, output: [18, 17, 4]}}]", "sizes")
    with pytest.raises(SpecError) as caught:
        load_text(text)
    [problem] = caught.value.problems
    assert (problem.place.line, problem.place.column) == (7, 59)
    assert "width is given as 17" in problem.message


def test_no_unknowns_asks_for_nothing() -> None:
    with pytest.raises(SpecError) as caught:
        solved("input: [3, 8, 8]\nlayers: [{type: max-pool, size: 2}]", "[sizes, unknowns]")
    [problem] = caught.value.problems
    assert problem.message == "there are no unknowns here"
    assert problem.hint == "what there is: sizes"


LAYERS = {
    "{type: conv, size: unknown, filters: 2, output: [2, 5, 5]}": "F₁ the filter's, p₁ the padding on each side, s₁ the stride",
    "{type: conv, size: 3, filters: 2, dilation: 2}": "F₁ the filter's, p₁ the padding on each side, r₁ the dilation, s₁",
    "{type: max-pool, size: unknown, output: [1, 3, 3]}": "F_pool1 the pool's and the stride",
}


@pytest.mark.parametrize("layer", LAYERS)
def test_the_letters_of_a_size_are_explained_once(layer: str) -> None:
    net = f"{{family: cnn, input: [1, 9, 9], layers: [{layer}, {{type: conv, size: 1, filters: 1}}]}}"
    question = load_text(f"title: t\nparts: [{{label: a, prompt: p, given: {net}}}]").questions[0]
    solution = solve_question(question)
    page = " ".join(text_of(document(solution.title, [solution])).split())
    assert page.count("is the output's") == 1

    assert LAYERS[layer] in page
