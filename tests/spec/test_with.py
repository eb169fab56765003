"""`with:` changes some of what is given for one part."""

import re
from typing import Any

import pytest
import yaml

from solver.errors import SpecError
from solver.spec.reader import load_text
from solver.spec.registry import families, family
from solver.working.solve import solve_question
from tests.tables import each

HEAD = """title: t
given: {family: formula, quantities: {a: 2, b: 3}, formulas: [c = a*b]}
parts:
  - {label: a}
"""


@each(
    ("part", "answer"),
    [
        ("{label: b, with: {formulas: [c = a + b]}}", 5),
        ("{label: b, with: {quantities: {b: 10}}}", 20),
        ("{label: b, with: {quantities: {e: 1}, formulas: [c = a + e]}}", 3),
        ("{label: i, with: {quantities: {b: 10}}, parts: [{label: b, with: {quantities: {a: 7}}}]}", 70),
        ("{label: b, with: {quantities: ~, formulas: [c = 1 + 1]}}", 2),
    ],
)
def test_one_thing_changes(part: str, answer: float) -> None:
    solution = solve_question(load_text(f"{HEAD}  - {part}").questions[0])
    assert list(solution.answers.values()) == [6, answer]
    assert solution.answers["a/c"] == 6


@each(
    ("part", "column", "message"),
    [
        ("{label: b, with: {family: mlp}}", 23, "with changes what is given, not its family"),
        ("{label: b, with: [1]}", 22, "found a list of 1 for with, expected a map of what changes"),
        ("{label: b, with: {}}", 22, "found a map of 0 for with, expected a map of what changes"),
        ("{label: b, with: {a: 1}, given: {family: formula, formulas: [c = 1]}}", 22, "given and with stand in one"),
        ("{label: b, with: {quantity: {}}}", 23, "unknown key 'quantity'"),
        ("{label: b, with: {formulas: [c = x]}}", 38, "'x' is not given yet"),
        ("{label: b, with: {output: c, output: c}}", 34, "the key 'output' stands twice"),
    ],
)
def test_what_cannot_change(part: str, column: int, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"{HEAD}  - {part}")
    (problem,) = caught.value.problems
    assert (problem.place.line, problem.place.column) == (5, column)
    assert message in problem.message


def test_nothing_is_given() -> None:
    with pytest.raises(SpecError, match="with has nothing to change"):
        load_text("title: t\nparts: [{label: a, with: {x: 1}}]")


LSTM = "family: lstm, W: {f: 0.7, i: 0.9, g: 0.4, o: 0.6}, U: {f: 0.1, i: 0.8, g: 0.2, o: 0.3}, x: [[1], [0.5]]"
MLP = (
    "family: mlp, x: [1, 2], layers: [{W: [[1, -2], [0.5, 3]], activation: tanh}, {W: [[2], [1]], activation: sigmoid}]"
)
FAMILIES = [
    # what is given, what changes, what is given then
    ("family: formula, quantities: {a: 2}, series: {x: [1, 2]}, formulas: [b = a*sum(x)]", "a: 5",
     "family: formula, quantities: {a: 5}, series: {x: [1, 2]}, formulas: [b = a*sum(x)]"),
    ("family: formula, quantities: {a: 2}, series: {x: [1, 2]}, formulas: [b = a*sum(x)]", "x: [3, 4, 5]",
     "family: formula, quantities: {a: 2}, series: {x: [3, 4, 5]}, formulas: [b = a*sum(x)]"),
    ("family: formula, quantities: {a: 2}, series: {x: [1, 2]}, formulas: [b = a*sum(x)]", "x: {2: 7}",
     "family: formula, quantities: {a: 2}, series: {x: [1, 7]}, formulas: [b = a*sum(x)]"),
    ("family: graph, inputs: {x: 3, y: -1}, nodes: [p = x*y, f = p**2]", "y: 2",
     "family: graph, inputs: {x: 3, y: 2}, nodes: [p = x*y, f = p**2]"),
    (LSTM, "h0: 0.5", f"{LSTM}, h0: 0.5"),
    (LSTM, "W: {f: -1}", LSTM.replace("f: 0.7", "f: -1")),
    (LSTM, "x: {1: [3]}", LSTM.replace("[[1], [0.5]]", "[[3], [0.5]]")),
    (MLP, "x: {2: -4}", MLP.replace("[1, 2]", "[1, -4]")),
    (MLP, "layers: {1: {activation: relu}}", MLP.replace("tanh", "relu")),
    (MLP, "layers: {1: {W: {2: {1: 9}}}}", MLP.replace("[0.5, 3]", "[9, 3]")),
    ("family: rnn, U: [[0.5]], W: [[0.3]], V: [[1]], x: [[1], [2]]", "b: 0.1",
     "family: rnn, U: [[0.5]], W: [[0.3]], V: [[1]], x: [[1], [2]], b: 0.1"),
    ("family: convolution, X: [[1, 2, 3], [4, 5, 6]], K: [[1, -1]]", "padding: [0, 1]",
     "family: convolution, X: [[1, 2, 3], [4, 5, 6]], K: [[1, -1]], padding: [0, 1]"),
    ("family: attention, Q: [[1, 0]], K: [[1, 1], [0, 1]], V: [[1, 0], [0, 1]]", "scaled: false",
     "family: attention, Q: [[1, 0]], K: [[1, 1], [0, 1]], V: [[1, 0], [0, 1]], scaled: false"),
    ("family: count, input: [3, 9, 9], layers: [conv 4@3x3, max-pool 2]", "layers: {1: conv 5@3x3 no-bias}",
     "family: count, input: [3, 9, 9], layers: [conv 5@3x3 no-bias, max-pool 2]"),
    ("family: cnn, input: [3, 9, 9], layers: [{type: conv, filters: 2, size: 3}]", "layers: {1: {stride: 2}}",
     "family: cnn, input: [3, 9, 9], layers: [{type: conv, filters: 2, size: 3, stride: 2}]"),
    ("family: perceptron, gate: AND", "gate: OR", "family: perceptron, gate: OR"),
    ("family: loss, z: [2, 1, 0.1], label: 1", "label: 3", "family: loss, z: [2, 1, 0.1], label: 3"),
    ("family: metrics, counts: {TP: 40, FP: 5, FN: 10, TN: 45}", "counts: {FP: 9}",
     "family: metrics, counts: {TP: 40, FP: 9, FN: 10, TN: 45}"),
    ("family: normalisation, kind: layer, X: [[1, 2, 6]]", "eps: 0.5", "family: normalisation, kind: layer, X: [[1, 2, 6]], eps: 0.5"),
    ("family: dropout, x: [2, -1, 4], mask: [1, 0, 1], p: 0.5", "p: 0.25", "family: dropout, x: [2, -1, 4], mask: [1, 0, 1], p: 0.25"),
    ("family: positional, position: 3, d_model: 8", "position: 1", "family: positional, position: 1, d_model: 8"),
    ("family: optimizer, quantities: {x: 10}, loss: f = (x - 4)**2, parameters: x, rate: 0.2, iterations: 2", "x: 8",
     "family: optimizer, quantities: {x: 8}, loss: f = (x - 4)**2, parameters: x, rate: 0.2, iterations: 2"),
    ("family: initialisation, scheme: xavier, shape: [300, 100]", "scheme: he", "family: initialisation, scheme: he, shape: [300, 100]"),
    ("family: gradient, symbols: {x: n, w: n, d: scalar}, formulas: [y = w.T @ x], J: (d - y)**2, by: [w]", "J: d*y",
     "family: gradient, symbols: {x: n, w: n, d: scalar}, formulas: [y = w.T @ x], J: d*y, by: [w]"),
]  # fmt: skip


@each(("given", "change", "then"), FAMILIES)
def test_in_every_family(given: str, change: str, then: str) -> None:
    text = f"title: t\ngiven: {{{given}}}\nparts: [{{label: a}}, {{label: b, with: {{{change}}}}}]"
    changed = solve_question(load_text(text).questions[0]).answers
    written = f"title: t\nparts: [{{label: a, given: {{{given}}}}}, {{label: b, given: {{{then}}}}}]"
    expected = solve_question(load_text(written).questions[0]).answers
    assert changed == expected
    assert {k[2:]: v for k, v in changed.items() if k[0] == "a"} != {
        k[2:]: v for k, v in changed.items() if k[0] == "b"
    }


@each("change", ["x: {3: 1}", "x: {0: 1}", "x: {a: 1}", "x: {1: 1, b: 2}", "x: {9999999999: 1}", "x: {}"])
def test_a_place_that_is_not_there_changes_nothing(change: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\ngiven: {{{MLP}}}\nparts: [{{label: a}}, {{label: b, with: {{{change}}}}}]")
    assert caught.value.problems[0].place.line == 3


def _given(example: dict[str, Any]) -> dict[str, Any] | None:
    """What an example gives above its parts, or in its first part."""
    return example.get("given") or example["parts"][0].get("given")


@pytest.mark.parametrize("name", families())
def test_what_stays_the_same_changes_nothing_in_any_family(name: str) -> None:
    """A part that gives one field again, as it stands above it, finds the same; so does a part within it."""
    example = yaml.load(family(name).EXAMPLE, getattr(yaml, "CBaseLoader", yaml.BaseLoader))
    given = _given(example)
    assert given is not None
    fields = {key: value for key, value in given.items() if key != "family"}
    plain = {"title": "t", "given": given, "parts": [{"label": "p"}]}
    head = {key: value for key, value in example.items() if key in ("round", "carry")}
    answers = solved(head | plain)
    again = [
        {"label": f"p{k}", "with": {key: value}, "parts": [{"label": "i"}, {"label": "j", "with": {key: value}}]}
        for k, (key, value) in enumerate(fields.items())
    ]
    found = solved(head | {"title": "t", "given": given, "parts": again})
    for k, key in enumerate(fields):
        for part in (f"p{k}.i", f"p{k}.j"):
            mine = {f"p{name.removeprefix(part)}": x for name, x in found.items() if re.match(rf"{part}(/|$)", name)}
            assert mine == answers, (key, part)


def solved(question: dict[str, Any]) -> dict[str, Any]:
    return solve_question(load_text(yaml.safe_dump(question, sort_keys=False, width=10_000)).questions[0]).answers


NET = """title: t
round: {decimals: 6}
given:
  family: mlp
  x: [1.0, 2.0]
  d: 1
  layers: [{W: [[0.5], [-0.3]], b: 0.1, activation: sigmoid}]
  loss: square-error
  train: {rate: 0.5, optimizer: momentum, beta: 0.9}
parts:
  - {label: a, find: [loss, updates]}
"""


@pytest.mark.parametrize(
    "change",
    [
        "{d: 0}",
        "{x: [0, 1]}",
        "{loss: half-square-error}",
        "{train: {rate: 0.1}}",
        "{train: {rate: 0.1, optimizer: sgd, beta: ~}}",
        "{layers: [{W: [[1.0], [1.0]], activation: tanh}]}",
        "{names: {u: z}}",
    ],
)
def test_a_network_with_one_thing_changed_is_the_network_that_has_it(change: str) -> None:
    """Also within parts, and over what a part around it changed."""
    given: dict[str, Any] = yaml.safe_load(NET)["given"]
    for key, value in yaml.safe_load(change).items():
        given[key] = {**given[key], **value} if isinstance(value, dict) and key in given else value
    given = {key: value for key, value in given.items() if value is not None}
    plain = {
        "title": "t",
        "round": {"decimals": 6},
        "given": given,
        "parts": [{"label": "a", "find": ["loss", "updates"]}],
    }
    wanted = list(solved(plain).values())
    inner = f"{{label: i, with: {change}, find: [loss, updates]}}"
    text = f"{NET}  - {{label: b, with: {change}, find: [loss, updates]}}\n"
    text += f"  - {{label: c, with: {{d: 0.5}}, parts: [{inner[:-1].replace('{d: 0}', '{d: 0.0}')}}}]}}\n"
    answers = solve_question(load_text(text).questions[0]).answers
    assert [x for name, x in answers.items() if name.startswith("b/")] == wanted
    changed = [x for name, x in answers.items() if name.startswith("c.i/")]
    assert (changed == wanted) == (change == "{d: 0}")


def test_a_nested_change_keeps_what_stands_around_it() -> None:
    text = (
        "title: t\ngiven: {family: mlp, h: {layer: 1, value: [1, 2], activation: tanh}, delta: {layer: 2, value: 0.5}, "
        "layers: [{W: [1, 3]}]}\nparts: [{label: a, find: grad_h1}, {label: b, with: {delta: {value: 1}}, find: grad_h1}, "
        "{label: c, with: {h: {value: [0, 0]}}, parts: [{label: i, with: {delta: {value: 2}}, find: grad_W2}]}]"
    )
    answers = solve_question(load_text(text).questions[0]).answers
    assert answers == {"a/grad_h1": [[0.5], [1.5]], "b/grad_h1": [[1.0], [3.0]], "c.i/grad_W2": [[0.0], [0.0]]}
