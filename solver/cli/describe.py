"""What `nnsolve families` prints: a family's own docstring, the fields it reads and its example."""

import inspect
from collections.abc import Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin

from solver.formula.functions import listed
from solver.spec.fields import AtLeast, AtMost, Field, Kind, Spec, fields_of
from solver.spec.registry import families, family


def overview(width: int | None = None) -> str:
    """One line a family: its name and the first sentence of its docstring. width: lines are wrapped to it."""
    longest = max(len(name) for name in families())
    rows = [_wrapped(_summary(name), width, f"{name:<{longest}}  ", " " * (longest + 2)) for name in families()]
    end = _wrapped("nnsolve families NAME describes one: its fields and an example.", width)
    return "\n".join([*rows, "", end]) + "\n"


def describe(name: str, width: int | None = None) -> str:
    """What a family solves, its fields (those of nested maps indented) and an example question.

    width: all but the example, which is YAML, is wrapped to it.
    """
    module = family(name)
    doc = inspect.cleandoc(module.__doc__ or "")
    if name == "formula":
        doc = "\n".join([doc, "", "Functions of the formula language", *(f"  {line}".rstrip() for line in listed())])
    if width:
        doc = "\n\n".join(_wrapped(paragraph, width) for paragraph in doc.split("\n\n"))
    fields = [_wrapped(field, width, indent, indent + "    ") for indent, field in _fields(module.Given, "  ")]
    example = module.EXAMPLE.rstrip()
    return "\n".join([doc, "", "Fields of `given`", *fields, "", "Example", example]) + "\n"


def _wrapped(text: str, width: int | None, first: str = "", later: str = "") -> str:
    """A paragraph in lines of at most `width` characters, behind its indents."""
    from textwrap import fill

    if not width:
        return first + text
    return fill(text, width, initial_indent=first, subsequent_indent=later, break_on_hyphens=False)


def _summary(name: str) -> str:
    return inspect.cleandoc(family(name).__doc__ or "").splitlines()[0]


def _fields(spec: type[Spec], indent: str) -> Iterator[tuple[str, str]]:
    """Each field with its indent."""
    for field in fields_of(spec).values():
        yield indent, f"{field.name}: {field.doc} ({_form(field)})"
        for inner in _specs(field.type):
            yield from _fields(inner, indent + "    ")


def _form(field: Field) -> str:
    words = [_kind(field.type, field.notes)]
    if field.required:
        words.append("required")
    elif field.default not in (None, "", ()):
        words.append(f"default {_plain(field.default)}")
    return ", ".join(words)


def _plain(default: Any) -> str:
    if isinstance(default, bool):
        return str(default).lower()
    return str(getattr(default, "text", default))


def _kind(kind: Any, notes: tuple[Any, ...] = ()) -> str:
    origin = get_origin(kind)
    if origin is Annotated:
        base, *more = get_args(kind)
        return _kind(base, (*more, *notes))
    for note in notes:
        if isinstance(note, Kind):
            return note.name
    if origin in (Union, UnionType):
        return " or ".join(_kind(a, notes) for a in get_args(kind) if a is not NoneType)
    if origin is Literal:
        return " | ".join(str(a) for a in get_args(kind))
    if origin is tuple:
        return f"list: {_kind(get_args(kind)[0])}{_bounds(notes, 'items')}"
    if origin is dict:
        return f"map of names: {_kind(get_args(kind)[1])}"
    if isinstance(kind, type) and issubclass(kind, Spec):
        return "map"
    words = {int: "whole number", bool: "true or false", str: "text"}
    return words[kind] + _bounds(notes, "")


def _bounds(notes: tuple[Any, ...], what: str) -> str:
    return "".join(
        f", {word} {bound:,} {what}".rstrip()
        for note in notes
        for word, bound in [("at least", getattr(note, "least", None)), ("at most", getattr(note, "most", None))]
        if isinstance(note, AtLeast | AtMost) and bound is not None
    )


def _specs(kind: Any) -> Iterator[type[Spec]]:
    """The nested Specs that an annotation reads."""
    if isinstance(kind, type) and issubclass(kind, Spec):
        yield kind
    for inner in get_args(kind):
        if isinstance(inner, type) or get_origin(inner) is not None:
            yield from _specs(inner)
