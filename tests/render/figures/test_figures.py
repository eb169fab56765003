"""Figures hold the numbers of the solution, nothing lies over anything, and the same bytes come out each time."""

from __future__ import annotations

import json
import re
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import product
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import typst

from solver.errors import SpecError
from solver.formula.print.setter_typst import quoted
from solver.formula.tree import Array
from solver.render.figures.draw import figure, scene_of
from solver.render.figures.inscriptions import minused
from solver.render.figures.paint import ImageKind, painted
from solver.render.figures.scene import Caption, Course, Disc, Point, Polygon, Scene, Tiles, extent, turned
from solver.render.figures.scene import box as scene_box
from solver.spec.reader import load_text
from tests.render.figures.cases import CASES, drawn, scene, words
from tests.tables import each


# -- nothing lies over anything -----------------------------------------------------------------------------------------
def corners(made: Scene) -> list[tuple[Caption, np.ndarray]]:
    """Each label with the corners of what it covers in DejaVu's letters, which are wide, as Typst measures them."""
    labels = [piece for piece in made.pieces if isinstance(piece, Caption)]
    sizes = (_measured(label.text, label.size) for label in labels)
    return [(label, np.array(_covered(label, size))) for label, size in zip(labels, sizes, strict=True)]


def _covered(label: Caption, size: tuple[float, float]) -> tuple[Point, ...]:
    (wide, tall), (x, y) = size, label.at
    centre = x + {"left": 0.5, "center": 0.0, "right": -0.5}[label.across] * wide, y
    return turned(scene_box(centre, wide, tall), label.at, label.angle)


@lru_cache(maxsize=1)
def _sizes() -> dict[tuple[str, float], tuple[float, float]]:
    """How wide and high all labels are, measured at once."""
    asked = {
        (p.text, p.size)
        for name in CASES
        for a in (True, False)
        for p in scene(name, a).pieces
        if isinstance(p, Caption)
    }
    ordered = sorted(asked)
    calls = "".join(f"each({quoted(text)}, {size}pt), " for text, size in ordered)
    source = (
        '#let each(words, size) = { let m = measure(text(font: "DejaVu Sans Mono", size: size, words));'
        f" (m.width.pt(), m.height.pt()) }}\n#context [#metadata(({calls})) <sizes>]"
    )
    with TemporaryDirectory() as folder:
        main = Path(folder) / "main.typ"
        main.write_text(source, encoding="utf-8")
        found = json.loads(typst.query(str(main), "<sizes>", field="value", one=True, ignore_system_fonts=True))
    return {key: (wide, tall) for key, (wide, tall) in zip(ordered, found, strict=True)}


def _measured(text: str, size: float) -> tuple[float, float]:
    return _sizes()[text, size]


def close(some: Sequence[np.ndarray], others: Sequence[np.ndarray]) -> Iterator[tuple[int, int]]:
    """Which of some shapes may overlap which of others, by their numbers: the boxes around them do."""
    if not (some and others):
        return iter(())
    (low, high), (least, most) = (
        (np.array([shape.min(axis=0) for shape in shapes]), np.array([shape.max(axis=0) for shape in shapes]))
        for shapes in (some, others)
    )
    return zip(*np.nonzero(((low[:, None] < most) & (least < high[:, None])).all(axis=2)), strict=True)


def overlap(a: np.ndarray, b: np.ndarray) -> bool:
    """Whether two convex shapes share more than a sliver: no line parts them."""
    for shape in (a, b):
        for start, end in zip(shape, np.roll(shape, -1, axis=0), strict=True):
            normal = np.array([end[1] - start[1], start[0] - end[0]])
            normal = normal / (np.linalg.norm(normal) or 1)
            if (a @ normal).max() - 0.3 <= (b @ normal).min() or (b @ normal).max() - 0.3 <= (a @ normal).min():
                return False
    return True


@each(("answer", "name"), product([True, False], CASES))
def test_no_label_lies_over_another_or_over_a_shape(name: str, answer: bool) -> None:
    made = scene(name, answer)
    labels, boxes = zip(*corners(made), strict=True) if corners(made) else ((), ())
    for k, j in close(boxes, boxes):
        assert j >= k or not overlap(boxes[k], boxes[j]), (labels[k].text, labels[j].text)
    pieces = [piece for piece in made.pieces if isinstance(piece, Disc | Polygon | Tiles)]
    shapes = [np.array(extent(piece)) for piece in pieces]
    for k, j in close(boxes, shapes):
        label, box, piece, shape = labels[k], boxes[k], pieces[j], shapes[j]
        if isinstance(piece, Disc) and np.hypot(*(np.array(label.at) - piece.centre)) < 1:
            assert (np.hypot(*(box - piece.centre).T) <= piece.radius + 1).all(), label
        else:
            within = (box >= shape.min(axis=0) - 0.5).all() and (box <= shape.max(axis=0) + 0.5).all()
            assert (within and not isinstance(piece, Disc)) or not overlap(box, shape), label


@each(("answer", "name"), product([True, False], CASES))
def test_all_of_it_is_in_the_picture(name: str, answer: bool) -> None:
    made = scene(name, answer)
    points = [
        *(p for piece in made.pieces for p in extent(piece)),
        *(tuple(p) for _, box in corners(made) for p in box),
    ]
    assert all(-0.5 <= x <= made.width + 0.5 and -0.5 <= y <= made.height + 0.5 for x, y in points)
    assert max(made.width, made.height) < 4000
    assert len(made.pieces) < 2000


# -- what stands in it --------------------------------------------------------------------------------------------------
def test_a_network_has_every_weight_and_value() -> None:
    of, found = drawn("q2").context, Counter(words(scene("q2")))
    for name in ("W1", "W2", "W3", "x", "h1", "h2", "y"):
        literal = of.solved[name].literal()
        cells = [literal.text] if not hasattr(literal, "typed") else [
            literal.text(i, j) for i in range(literal.value.shape[0]) for j in range(literal.value.shape[1])
        ]  # fmt: skip
        assert not Counter(map(minused, cells)) - found, name
    assert (
        "W₁ = (3.2, −2.4, −2.1; −1.2, −1.4, 2.6); b₁ = (0.5; 0.5; 0.5); h₁ = (0.86; −1.00; 1.00)" in scene("q2").tell()
    )
    assert "h₁ =" not in scene("q2", answer=False).tell()
    assert found["+ 0.5"] == 6
    assert sum(found.values()) == 6 + 6 + 2 + 2 + 3 + 2 + 1 + 6 + 7


def test_a_question_shows_no_answer() -> None:
    asked = words(scene("q2", answer=False))
    assert "0.81" not in asked
    assert {"h₁,₁", "h₂,₂", "y", "3.2", "1.0"} <= set(asked)
    asked = words(scene("q3", answer=False))
    assert "n₁ of d₁×F₁×F₁" in asked
    assert "padding p₂" in asked
    assert "6 of 12×7×7" in words(scene("q3"))
    assert "padding 1" in words(scene("q3"))
    assert {"6×49×49", "4×25×25"} <= set(words(scene("q3")))


def test_what_is_too_much_is_left_out() -> None:
    found = words(scene("wide"))
    assert "⋮" in found
    assert len([piece for piece in scene("wide").pieces if isinstance(piece, Disc)]) == 3 + 7 + 8 + 8 + 1
    assert "⋯" in words(scene("deep"))


def test_a_graph_has_values_and_gradients() -> None:
    of, found = drawn("graph").context, words(scene("graph"))
    for name in ("p", "q", "f"):
        assert minused(of.solved[name].text) in found
    for name, symbol in (("grad_x", "df/dx"), ("grad_q", "df/dq"), ("dp_dx", "∂p/∂x")):
        assert f"{symbol} = {minused(of.solved[name].text)}" in found
    assert "p = x y" in found
    assert not [word for word in words(scene("graph", answer=False)) if "= −" in word]


def test_a_heat_map_is_as_dark_as_its_numbers() -> None:
    of, made = drawn("attention").context, scene("attention")
    (tiles,) = [piece for piece in made.pieces if isinstance(piece, Tiles)]
    numbers = of.solved["A"].literal().value
    dark = [[sum(int(cell[k : k + 2], 16) for k in (1, 3, 5)) for cell in row] for row in tiles.colors]
    order, shades = numbers.ravel(), np.array(dark).ravel()
    assert all((shades[i] <= shades[j]) for i in range(9) for j in range(9) if order[i] >= order[j])
    assert not Counter(of.solved["A"].literal().text(i, j) for i in range(3) for j in range(3)) - Counter(words(made))
    (blank,) = [piece for piece in scene("attention", answer=False).pieces if isinstance(piece, Tiles)]
    assert {cell for row in blank.colors for cell in row} == {"#ffffff"}


def test_a_curve_goes_through_its_losses() -> None:
    of, made = drawn("training"), scene("training")
    sketch = of.context.working.figures["loss"]()
    found = [of.context.solved[name].text for name in sketch.names if name in of.context.solved]
    assert len(found) > 1
    assert set(found) <= set(words(made))
    assert f"from {found[0]} at" in made.alt
    assert f"{found[0]} at 0; {found[1]} at 1" in made.tell()
    heights = [piece.centre[1] for piece in made.pieces if isinstance(piece, Disc)]
    assert np.argsort(heights).tolist() == np.argsort([float(text) for text in found]).tolist()


@each("name", CASES)
def test_words_say_what_is_drawn(name: str) -> None:
    made = figure(drawn(name))
    assert made.alt.endswith(".")
    assert 40 < len(made.said) < 3000
    assert not [word for word in words(scene(name)) if re.search(r"(^|[ (])-[\d.]", word)]


# -- bytes --------------------------------------------------------------------------------------------------------------
@each("kind", ["svg", "tikz", "png", "pdf"])
def test_the_same_bytes_each_time(kind: ImageKind) -> None:
    first, second = (painted(scene_of(drawn("q2"), True), kind) for _ in range(2))
    assert first == second
    assert first.startswith({"svg": b"<?xml", "tikz": b"\\begin{tikzpicture}", "png": b"\x89PNG", "pdf": b"%PDF"}[kind])
    assert b"/tmp" not in first


def test_letters_are_no_markup() -> None:
    made = painted(Scene(lambda: [Caption(r"$\frac{a}{$ <script> & 🙂 漢", (0, 0))], 'a "<b>" & c'), "svg").decode()
    assert "<script" not in made
    assert 'aria-label="a &quot;&lt;b&gt;&quot; &amp; c"' in made


def test_the_library_is_missing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "typst", None)
    with pytest.raises(SpecError, match="typst, which sets pages and paints figures, is not installed") as caught:
        painted(scene("q2"), "png")
    assert "pip install 'nnsolve[pdf]'" in str(caught.value)
    assert painted(scene("q2"), "svg")  # which needs none, nor does
    assert painted(scene("q2"), "tikz")


def test_indices_stand_below_and_exponents_above_the_line() -> None:
    words_ = Caption("c_t = W_f^(b) x₁", (0.0, 0.0))
    assert words_.runs == [("", "c"), ("_", "t"), ("", " = W"), ("_", "f"), ("^", "(b)"), ("", " x₁")]
    made = Scene(lambda: [words_], "")
    assert ' = W</tspan><tspan dy="1.6" font-size="5.6">f</tspan><tspan dy="-4.4"' in painted(made, "svg").decode()
    assert r"W\textsubscript{f}\textsuperscript{(b)}" in painted(made, "tikz").decode()


# -- refusals -----------------------------------------------------------------------------------------------------------
@each(
    ("figure_", "given", "message"),
    [
        ("netwrok", "{family: mlp, x: [1], layers: [{W: [[1]]}]}", "unknown figure 'netwrok'"),
        ("network", "{family: concept, points: [a]}", "nothing can be drawn of this concept question"),
        (
            "graph",
            f"{{family: graph, inputs: {{n0: 1}}, nodes: [{', '.join(f'n{k + 1} = 2*n{k}' for k in range(40))}]}}",
            "a graph of 41 nodes is too large to be drawn: 40 at the most",
        ),
        ("{a: b}", "{family: mlp, x: [1], layers: [{W: [[1]]}]}", "figure"),
    ],
)
def test_what_cannot_be_drawn_is_refused_at_its_line(figure_: str, given: str, message: str) -> None:
    with pytest.raises(SpecError) as caught:
        load_text(f"title: t\nparts:\n  - label: a\n    figure: {figure_}\n    given: {given}")
    assert message in caught.value.problems[0].message
    assert (caught.value.problems[0].place.line, caught.value.problems[0].place.column) == (4, 13)
    if figure_ == "netwrok":
        assert caught.value.problems[0].hint == "what can be drawn here: network"


def test_a_figure_without_a_given_is_refused() -> None:
    with pytest.raises(SpecError, match="figure has nothing to draw"):
        load_text("title: t\nfigure: network\nparts: [{label: a, given: {family: concept, points: [a]}}]")


# -- networks in time, and boundaries -----------------------------------------------------------------------------------
def test_an_unrolled_network_has_its_states() -> None:
    of, found = drawn("unrolled").context, words(scene("unrolled"))
    for t in (1, 2, 3, 4):
        assert minused(of.solved[f"y{t}"].text) in found
        literal = of.solved[f"h{t}"].literal()
        assert isinstance(literal, Array)
        assert minused(f"({', '.join(literal.text(i, 0) for i in range(3))})") in found
    assert Counter(found)["W"] == Counter(found)["U"] == Counter(found)["V"] == 4
    assert {"x(t)", "h(t)", "y(t)", "U", "V", "W"} == set(words(scene("folded")))
    assert "W_y" in words(scene("folded both"))


def test_a_boundary_parts_what_the_unit_tells_apart() -> None:
    """Each pattern lies on the shaded side where its net input is above 0."""
    of, made = drawn("unit").context, scene("unit")
    shaded = np.array(next(piece for piece in made.pieces if isinstance(piece, Polygon)).points)
    discs = [piece for piece in made.pieces if isinstance(piece, Disc)]
    nets = of.envs["exact"]["X"] @ of.envs["exact"]["w"] - of.envs["exact"]["theta"]
    for disc, net in zip(discs, nets.ravel(), strict=True):
        point = np.array(disc.centre)
        way, there = np.roll(shaded, -1, axis=0) - shaded, point - shaded
        turns = way[:, 0] * there[:, 1] - way[:, 1] * there[:, 0]
        assert bool((turns > 0).all() or (turns < 0).all()) == (net > 0)
        assert (disc.fill == "#000000") == (net > 0)
    assert not [piece for piece in scene("learning", answer=False).pieces if isinstance(piece, Polygon)]


def test_states_of_both_directions_go_their_way() -> None:
    """Forward arrows run to the right, backward ones to the left; each direction's first state is at its own end."""
    made, found = scene("both ways"), words(scene("both ways"))
    assert {"h₁^(f)(0)", "h₁^(b)(4)", "h₂^(f)(0)", "h₂^(b)(4)"} <= set(found)
    level = [
        piece.points
        for piece in made.pieces
        if isinstance(piece, Course) and len(piece.points) == 2 and piece.points[0][1] == piece.points[1][1]
    ]
    ways = Counter(start[0] < end[0] for start, end in level)
    assert ways == {True: 2 * 3, False: 2 * 3}


def test_a_cell_is_the_graph_of_its_formulas() -> None:
    of, made = drawn("lstm cell").context, scene("lstm cell")
    assert "c₁ = f₁ ⊙ c₀ + i₁ ⊙ gate₁" in words(made)
    literal = of.solved["c1"].literal()
    assert isinstance(literal, Array)
    assert minused(f"c₁ = f₁ ⊙ c₀ + i₁ ⊙ gate₁ = ({literal.text(0, 0)}, {literal.text(1, 0)})") in made.alt
    assert not [word for word in words(scene("lstm cell", answer=False)) if word.startswith("(0.")]


def test_tied_weights_stand_at_both_layers() -> None:
    found = Counter(words(scene("autoencoder")))
    assert all(found[text] == 2 for text in ("0.4", "0.3", "0.6", "−0.5"))


def test_a_map_joins_the_neighbours_of_its_grid() -> None:
    made, start = scene("map"), scene("map", answer=False)
    long = [piece for piece in made.pieces if isinstance(piece, Course) and piece.stroke.width == 1.2]
    assert len(long) == 7  # of 2 rows of 3
    assert {"1", "6"} <= set(words(made))
    assert "6 units in the plane of two inputs, neighbours joined, from W(0) to W(3)" in made.alt
    assert "at the start" in start.alt
    assert "W(3)" not in start.tell()
    of = drawn("map").context
    ends = [piece.centre for piece in made.pieces if isinstance(piece, Disc) and piece.radius > 6]
    order = np.argsort(of.solved["W_t3"].written[:, 0], kind="stable")
    assert np.argsort([x for x, _ in ends], kind="stable").tolist() == order.tolist()
    assert "2 units in the plane of two inputs, from W(0) to W(" in scene("means").alt
