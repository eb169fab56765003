"""The house stands: nothing imports upwards or in a circle, nothing private leaves its folder, no name stands for two things."""

from __future__ import annotations

import ast
import re
from collections import defaultdict
from functools import cache
from graphlib import TopologicalSorter

from tests.places import ROOT

MODULES = {
    ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): path
    for path in sorted((ROOT / "solver").rglob("*.py"))
}


@cache
def texts() -> dict[str, str]:
    """Every module, as it is written: the formatter leaves imports one form, so that nothing needs to be parsed."""
    return {module: path.read_text(encoding="utf-8") for module, path in MODULES.items()}


def floors() -> dict[str, int]:
    """CONTRIBUTING's picture of the house: each folder or file of solver/ with its floor, from 0 at the bottom."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    picture = re.search(r"\n\n((?:    .+\n)+)", text.split("## The main path")[1])
    assert picture
    lines = [re.split(r"  +", line.strip())[0] for line in picture[1].splitlines()]
    return {name.rstrip("/"): k for k, line in enumerate(reversed(lines)) for name in line.split(", ")}


_IMPORT = re.compile(r"^ *(?:from (solver[\w.]*) import (\([^)]*\)|.*)|import (solver[\w.]*))", re.MULTILINE)


@cache
def imported(module: str) -> list[tuple[str, str]]:
    """What a module imports from solver, wherever in it: (the module, the name taken out of it)."""
    found: list[tuple[str, str]] = []
    for source, names, whole in _IMPORT.findall(texts()[module]):
        for name in re.findall(r"(\w+)(?: as \w+)?", re.sub(r"#.*", "", names)):
            inner = f"{source}.{name}"
            found.append((inner, "") if inner in MODULES else (source, name))
        found += [(whole, "")] if whole in MODULES else []
    return found


def test_every_file_has_a_floor() -> None:
    assert {module.split(".")[1] for module in MODULES if "." in module} == set(floors())


def test_no_import_goes_up() -> None:
    floor = floors()
    parts = {module: module.split(".")[1] for module in MODULES if "." in module}
    up = [(m, to) for m in parts for to, _ in imported(m) if to in parts and floor[parts[to]] > floor[parts[m]]]
    assert not up


def test_no_circle() -> None:
    """Imports inside functions count, too."""
    TopologicalSorter({m: {to for to, _ in imported(m) if to != m} for m in MODULES}).prepare()


_THROUGH = re.compile(r"\b(?!self\b|cls\b)\w+\s*\.\s*_[^_\W]")


def test_nothing_private_leaves_its_module() -> None:
    taken = [(m, to, name) for m in MODULES for to, name in imported(m) if re.match(r"_[^_]", name)]
    modules = [(m, to) for m in MODULES for to, _ in imported(m) if re.search(r"\._[^_]", to)]
    whole = {m: {to.split(".")[-1] for to, name in imported(m) if not name} for m in MODULES}
    through = [
        (m, f"{node.value.id}.{node.attr}")
        for m, text in texts().items()
        if _THROUGH.search(text)  # few modules, which are gone through
        for node in ast.walk(ast.parse(text))
        if isinstance(node, ast.Attribute) and re.match(r"_[^_]", node.attr) and isinstance(node.value, ast.Name)
        if node.value.id in whole[m]
    ]
    assert not taken + modules + through


ALIKE = {"Given", "given"}
"""Names that families share on purpose: of the class of a family's fields, and of the file that holds it."""


def test_no_two_classes_of_one_name() -> None:
    where = defaultdict(list)
    for module, text in texts().items():
        for name in re.findall(r"^ *class (\w+)[(:]", text, re.MULTILINE):
            if name not in ALIKE:
                where[name].append(module)
    assert not {name: modules for name, modules in where.items() if len(modules) > 1}


def test_no_two_modules_of_one_name() -> None:
    """But for families, which are named by the words of `family:`."""
    where = defaultdict(list)
    for module in MODULES:
        folder, _, name = module.rpartition(".")
        if folder != "solver.families" and name not in ALIKE:
            where[name].append(module)
    assert not {name: modules for name, modules in where.items() if len(modules) > 1}


def test_tests_begin_without_pytorch() -> None:
    """The README's command does not install it, and few tests need it: all take it from `tests/pytorch.py`."""
    taken = re.compile(r"^ *(?:import|from) torch\b", re.MULTILINE)
    assert not [path for path in (ROOT / "tests").rglob("*.py") if taken.search(path.read_text(encoding="utf-8"))]
