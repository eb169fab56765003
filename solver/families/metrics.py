"""Metrics: confusion matrix, accuracy, precision, recall, F1; perplexity; overlap of boxes or masks (IoU).

One of these is given:

    confusion: [[50, 10], [5, 35]]       rows are true classes, columns predicted ones (rows: predicted turns it)
    actual: [1, 0, 1, 1]                 and predicted: [1, 1, 1, 0]: classes as numbers or words, counted here;
                                         or scores: [0.9, 0.2, 0.6, 0.4] and a threshold (0.5) for classes 0 and 1
    counts: {TP: 40, FP: 5, FN: 10, TN: 45}
    probabilities: [0.5, 0.25, 0.1]      of the right tokens, or cross_entropy: 2.3, of which perplexity comes
    box_a: [0, 0, 4, 4]                  and box_b, as corners x1 y1 x2 y2, or (boxes: size) as x y width height
    mask_a: [[1, 1], [0, 1]]             and mask_b, of 0 and 1

classes: [cat, dog] names the classes in the order of the matrix. Of two classes one is the positive one, `positive`: the
first of a matrix, 1 (or the last in order) of lists; its counts are TP FP FN TN. Of more each has its own precision and recall.

Quantities: C; TP FP FN TN; accuracy error_rate precision recall specificity F1; of class 2 of several precision2 recall2
F1_2, and macro_precision macro_recall macro_F1; CE and perplexity; width height intersection union IoU dice.

find: predictions (by scores), counts, confusion (C), classes (precision, recall and F1 of each), macro, or any quantity by name; all if left out.
"""

from typing import Annotated, Literal

import numpy as np

from solver.errors import FormulaError
from solver.formula.symbol import Symbol
from solver.formula.tree import Array, Num
from solver.nets.recurrent import size
from solver.spec.fields import AtLeast, AtMost, Matrix, Scalar, Spec, Vector
from solver.spec.nodes import Report
from solver.working.page import Working

EXAMPLE = """
title: A classifier of two classes
round: {decimals: 3}
given: {family: metrics, counts: {TP: 40, FP: 5, FN: 10, TN: 45}}
parts:
  - {label: a, marks: 3, prompt: "Find accuracy, precision, recall and F1.", find: [accuracy, precision, recall, F1]}
"""

MAX_CLASSES = 50


class Counts(Spec):
    """How often each of the four cases came."""

    TP: Annotated[int, AtLeast(0), "true positives"]
    FP: Annotated[int, AtLeast(0), "false positives"]
    FN: Annotated[int, AtLeast(0), "false negatives"]
    TN: Annotated[int, AtLeast(0), "true negatives"]


class Given(Spec):
    """What is measured."""

    confusion: Annotated[Matrix | None, "how often a class (row) was predicted as one (column)"] = None
    rows: Annotated[Literal["true", "predicted"], "what the rows of the matrix are"] = "true"
    actual: Annotated[tuple[str, ...], AtMost(10_000), "the true class of each example"] = ()
    predicted: Annotated[tuple[str, ...], AtMost(10_000), "the predicted class of each example"] = ()
    scores: Annotated[
        Vector | None, "in place of predicted: how sure each is to be of class 1, the other one being 0"
    ] = None
    threshold: Annotated[Scalar, "scores: from where on an example is called positive"] = Num("0.5")
    classes: Annotated[tuple[str, ...], AtMost(MAX_CLASSES), "the names of the classes, in order"] = ()
    positive: Annotated[str | None, "which of two classes is the positive one"] = None
    counts: Annotated[Counts | None, "the four counts of a binary classifier"] = None
    probabilities: Annotated[Vector | None, "the probability of each right token"] = None
    cross_entropy: Annotated[Scalar | None, "the cross-entropy of a token"] = None
    log: Annotated[Literal["natural", "2", "10"], "the base of its logarithm"] = "natural"
    box_a: Annotated[Vector | None, "a box: four numbers"] = None
    box_b: Annotated[Vector | None, "the other box"] = None
    boxes: Annotated[Literal["corners", "size"], "x1 y1 x2 y2, or x y width height"] = "corners"
    mask_a: Annotated[Matrix | None, "a mask of 0 and 1"] = None
    mask_b: Annotated[Matrix | None, "the other mask"] = None


_FORMS = ("confusion", "actual", "counts", "probabilities", "cross_entropy", "box_a", "mask_a")
_PAIRS = {"actual": "predicted", "box_a": "box_b", "mask_a": "mask_b"}


def work(given: Given, report: Report) -> Working:
    """The metrics of what is given; raises nothing, what does not fit goes to the report."""
    working, before = Working(), len(report.problems)
    forms = [name for name in _FORMS if getattr(given, name) not in (None, ())]
    if len(forms) != 1:
        where = given.place(forms[1]) if forms else given.place()
        found = f"{forms[0]} and {forms[1]} are given" if forms else "nothing to measure is given"
        report.add(where, found, f"one of {', '.join(_FORMS)}")
    for name, other in _PAIRS.items():
        if name in forms and getattr(given, other) in (None, ()) and (name != "actual" or given.scores is None):
            hint = "or scores" if name == "actual" else ""
            report.add(given.place(name), f"{other!r} is missing: {name} goes with it", hint)
    if len(report.problems) > before:
        return working
    try:
        _MADE[forms[0]](given, report, working)
    except FormulaError as error:
        report.add(given.place(forms[0]), error.message, error.hint)
    return working if len(report.problems) == before else Working()


# -- classes ------------------------------------------------------------------------------------------------------------
def _confusion(given: Given, report: Report, w: Working) -> None:
    assert given.confusion is not None
    C = given.confusion
    rows, columns = C.value.shape
    if rows != columns or not 2 <= rows <= MAX_CLASSES:
        expected = f"2×2 to {MAX_CLASSES}×{MAX_CLASSES}, and square"
        report.add(given.place("confusion"), f"the confusion matrix is {size(C)}, expected {expected}")
    elif (C.value < 0).any() or (C.value != np.rint(C.value)).any():
        report.add(given.place("confusion"), "the confusion matrix has other numbers than counts")
    elif given.classes and len(given.classes) != rows:
        report.add(given.place("classes"), f"{len(given.classes)} classes, but the matrix is {size(C)}")
    else:
        names = given.classes or tuple(str(k + 1) for k in range(rows))
        w.given("C", C, f"Confusion matrix: a row for each {given.rows} class")
        _of_matrix(given, report, w, names, names[0])


def _scored(given: Given, report: Report, w: Working) -> None:
    """Classes 0 and 1 by scores and a threshold."""
    assert given.scores is not None
    before = len(report.problems)
    if given.predicted or given.classes:
        field = "predicted" if given.predicted else "classes"
        report.add(given.place(field), f"{field} and scores are given", "scores make predictions of 0 and 1")
    if given.scores.value.shape[0] != len(given.actual):
        message = f"{given.scores.value.shape[0]} scores, but {len(given.actual)} examples"
        report.add(given.place("scores"), message)
    for i, name in enumerate(given.actual):
        if name not in ("0", "1"):
            report.add(given.place("actual", i), f"the class {name[:60]!r}, but scores are of class 1", "0 or 1")
    if len(report.problems) > before:
        return
    w.given("d", _row(list(given.actual)).T, "True class of each example")
    w.given("s", given.scores, "Score of each example")
    w.given("theta", given.threshold, "Threshold")
    w.step("y", "heaviside(s - theta)", "Predicted class of each example", why="1 from the threshold on", whole=True)
    cases = {"TP": ("d*y", "True positives"), "FP": ("(1 - d)*y", "False positives")}
    cases |= {"FN": ("d*(1 - y)", "False negatives"), "TN": ("(1 - d)*(1 - y)", "True negatives")}
    for name, (which, title) in cases.items():
        w.step(name, f"sum({which})", title, whole=True)
    w.group("counts", list(cases))
    w.group("predictions", ["y"])
    _binary(w)


def _lists(given: Given, report: Report, w: Working) -> None:
    if given.scores is not None:
        _scored(given, report, w)
        return
    if len(given.actual) != len(given.predicted):
        message = f"{len(given.predicted)} predictions, but {len(given.actual)} examples"
        report.add(given.place("predicted"), message)
        return
    names = given.classes or tuple(sorted({*given.actual, *given.predicted}, key=_order))
    for field in ("actual", "predicted"):
        for i, name in enumerate(getattr(given, field)):
            if name not in names:
                report.add(given.place(field, i), f"{name[:60]!r} is none of the classes {', '.join(names)}")
                return
    if not 2 <= len(names) <= MAX_CLASSES:
        hint = "name all of them: classes: [cat, dog]"
        report.add(
            given.place("actual"), f"{len(names)} class{'es' * (len(names) > 1)}, expected 2 to {MAX_CLASSES}", hint
        )
        return
    numbers = all(_order(name)[0] == 0 for name in names)
    codes = {name: name if numbers else str(k + 1) for k, name in enumerate(names)}
    said = "" if numbers else f": {', '.join(f'{code} is {name}' for name, code in codes.items())}"
    w.given("d", _row([codes[name] for name in given.actual]).T, f"True class of each example{said}")
    w.given("y", _row([codes[name] for name in given.predicted]).T, "Predicted class of each example")
    why = "row i, column j counts the examples of class i that were predicted as class j"
    of = {v: f"hstack({', '.join(f'equal({v}, {codes[name]})' for name in names)})" for v in "dy"}
    w.step("C", f"{of['d']}.T @ {of['y']}", "Confusion matrix", why=why, whole=True)
    _of_matrix(given, report, w, names, "1" if "1" in names else names[-1])


def _order(name: str) -> tuple[int, float, str]:
    try:
        return 0, float(name), name
    except ValueError:
        return 1, 0.0, name


def _row(cells: list[str]) -> Array:
    return Array(np.array([[float(cell) for cell in cells]]), (tuple(cells),))


def _of_matrix(given: Given, report: Report, w: Working, names: tuple[str, ...], positive: str) -> None:
    """The counts of two classes, or what each of several comes to."""
    n, turned = len(names), given.rows == "predicted" and given.confusion is not None
    positive = given.positive or positive
    if positive not in names:
        report.add(given.place("positive"), f"{positive[:60]!r} is none of the classes {', '.join(names)}")
        return
    w.group("confusion", ["C"])
    if n == 2:
        p = names.index(positive) + 1
        o = 3 - p
        fp, fn = (f"C[{p}, {o}]", f"C[{o}, {p}]") if turned else (f"C[{o}, {p}]", f"C[{p}, {o}]")
        for name, formula, title in (
            ("TP", f"C[{p}, {p}]", "True positives"),
            ("FP", fp, "False positives"),
            ("FN", fn, "False negatives"),
            ("TN", f"C[{o}, {o}]", "True negatives"),
        ):
            said = f"{title}: {positive} is the positive class" if name == "TP" else title
            w.step(name, formula, said, whole=True)
        w.group("counts", ["TP", "FP", "FN", "TN"])
        _binary(w)
        return
    if given.positive is not None:
        report.add(
            given.place("positive"), f"a positive class among {n}", "each of several classes is measured by itself"
        )
        return
    w.step("accuracy", "trace(C)/sum(C)", "Accuracy", why="the diagonal counts the right ones")
    w.step("error_rate", "1 - accuracy", "Error rate")
    shares: dict[str, list[str]] = {"precision": [], "recall": [], "F1_": []}
    for k, name in enumerate(names, 1):
        called = name if given.classes or not name.isdigit() else f"class {name}"
        row, column = f"sum(C[{k}, :])", f"sum(C[:, {k}])"
        predicted, true = (row, column) if turned else (column, row)
        w.step(
            f"precision{k}",
            f"C[{k}, {k}]/{predicted}",
            f"Precision of {called}",
            why=f"the right ones among all predicted as {called}",
        )
        why = f"the right ones among all that are {called}"
        w.step(f"recall{k}", f"C[{k}, {k}]/{true}", f"Recall of {called}", why=why)
        formula = f"2*precision{k}*recall{k}/(precision{k} + recall{k})"
        w.step(f"F1_{k}", formula, f"F1 of {called}", symbol=Symbol("F1", str(k)))
        for base, made in shares.items():
            made.append(f"{base}{k}")
    for base, made in shares.items():
        word = base.rstrip("_")
        w.step(f"macro_{word}", f"({' + '.join(made)})/{n}", f"Macro-averaged {word}", why="every class counts alike")
    w.group("classes", [made[k] for k in range(n) for made in shares.values()])
    w.group("macro", [f"macro_{base.rstrip('_')}" for base in shares])


def _counts(given: Given, report: Report, w: Working) -> None:
    assert given.counts is not None
    titles = {"TP": "True positives", "FP": "False positives", "FN": "False negatives", "TN": "True negatives"}
    for name, title in titles.items():
        w.given(name, Num(str(getattr(given.counts, name))), title)
    _binary(w)


def _binary(w: Working) -> None:
    w.step("accuracy", "(TP + TN)/(TP + TN + FP + FN)", "Accuracy", why="the right ones among all")
    w.step("error_rate", "1 - accuracy", "Error rate")
    w.step("precision", "TP/(TP + FP)", "Precision", why="the right ones among all predicted as positive")
    w.step("recall", "TP/(TP + FN)", "Recall", why="the right ones among all that are positive")
    w.step("specificity", "TN/(TN + FP)", "Specificity", why="the right ones among all that are negative")
    w.step("F1", "2*precision*recall/(precision + recall)", "F1", why="the harmonic mean of precision and recall")


# -- language, boxes and masks --------------------------------------------------------------------------------------------
def _perplexity(given: Given, report: Report, w: Working) -> None:
    base = "" if given.log == "natural" else given.log
    if given.probabilities is not None:
        p = given.probabilities
        if (p.value <= 0).any() or (p.value > 1).any():
            report.add(
                given.place("probabilities"), "a probability outside 0 to 1, or of 0", "each is above 0, and 1 at most"
            )
            return
        w.given("p", p, "Probability of each right token")
        w.step("CE", f"-mean(log(p)){f'/log({base})' if base else ''}", "Mean cross-entropy of a token")
    else:
        assert given.cross_entropy is not None
        w.given("CE", given.cross_entropy, "Cross-entropy of a token")
    w.step(
        "perplexity",
        f"{base}**CE" if base else "exp(CE)",
        "Perplexity",
        why="a choice among so many equally likely tokens is as uncertain",
    )


def _boxes(given: Given, report: Report, w: Working) -> None:
    for name in ("box_a", "box_b"):
        box = getattr(given, name)
        corners = given.boxes == "corners"
        if box.value.shape[0] != 4:
            report.add(given.place(name), f"{name} has {box.value.shape[0]} numbers, expected 4", given.boxes)
        elif (box.value[2:] <= (box.value[:2] if corners else 0)).any():
            hint = "x1 y1 x2 y2, the smaller corner first; or boxes: size" if corners else "x y width height"
            report.add(given.place(name), f"{name} has no area", hint)
        else:
            w.given(name[-1], box, f"Box {name[-1].upper()}: {'x₁, y₁, x₂, y₂' if corners else 'x, y, width, height'}")
    if len(w.items) < 2:
        return
    end = "{box}[{k}]" if given.boxes == "corners" else "({box}[{j}] + {box}[{k}])"
    for name, j, k in (("width", 1, 3), ("height", 2, 4)):
        ends = ", ".join(end.format(box=box, j=j, k=k) for box in "ab")
        w.step(name, f"max(0, min({ends}) - max(a[{j}], b[{j}]))", f"{name.capitalize()} of the intersection")
    w.step("intersection", "width*height", "Intersection")
    for box in "ab":
        area = f"({box}[3] - {box}[1])*({box}[4] - {box}[2])" if given.boxes == "corners" else f"{box}[3]*{box}[4]"
        w.step(f"area_{box}", area, f"Area of box {box.upper()}")
    w.step("union", "area_a + area_b - intersection", "Union")
    w.step("IoU", "intersection/union", "Intersection over union")


def _masks(given: Given, report: Report, w: Working) -> None:
    assert given.mask_a is not None
    assert given.mask_b is not None
    if given.mask_a.value.shape != given.mask_b.value.shape:
        report.add(given.place("mask_b"), f"mask_b is {size(given.mask_b)}, but mask_a is {size(given.mask_a)}")
        return
    for name in ("mask_a", "mask_b"):
        if not np.isin(getattr(given, name).value, (0, 1)).all():
            report.add(given.place(name), f"{name} has other numbers than 0 and 1")
            return
        w.given(name[-1].upper(), getattr(given, name), f"Mask {name[-1].upper()}")
    w.step("intersection", "sum(A*B)", "Intersection: cells in both", whole=True)
    w.step("union", "sum(max(A, B))", "Union: cells in one of them, or both", whole=True)
    w.step("IoU", "intersection/union", "Intersection over union")
    w.step("dice", "2*intersection/(sum(A) + sum(B))", "Dice coefficient")


_MADE = {
    "confusion": _confusion, "actual": _lists, "counts": _counts, "probabilities": _perplexity,
    "cross_entropy": _perplexity, "box_a": _boxes, "mask_a": _masks,
}  # fmt: skip
