"""Setting a typeset tree in a format: one method a node, so that a format cannot forget one."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import Generic, TypeVar

from solver.formula.typeset import (
    Accented,
    Align,
    Digits,
    Enclosed,
    Face,
    Gap,
    Lattice,
    Letters,
    Mark,
    Named,
    Numbers,
    Over,
    Role,
    Root,
    Said,
    Scripts,
    Sign,
    Together,
    Typeset,
)

R = TypeVar("R")

_METHODS: dict[type, str] = {
    Letters: "letters",
    Digits: "digits",
    Sign: "sign",
    Named: "named",
    Said: "said",
    Gap: "gap",
    Together: "together",
    Scripts: "scripts",
    Over: "over",
    Root: "root",
    Enclosed: "enclosed",
    Numbers: "enclosed",
    Accented: "accented",
    Lattice: "lattice",
}
_AGAIN = (Letters, Digits, Sign, Named, Gap, Scripts, Numbers)
"""What a page has again and again, symbols and numbers: it is set once."""


class _Methods(dict[type, Callable[..., R]]):
    """What sets each kind of node."""

    def __missing__(self, kind: type) -> Callable[..., R]:
        raise TypeError(f"cannot set a {kind.__name__}")


class Setter(ABC, Generic[R]):
    """Sets mathematics in one format; `R` is what it makes: a string, an element, a block of lines.

    A method is given what a node holds, and sets the nodes in it by `set`. Any text in a node may be hostile.
    """

    def __init__(self) -> None:
        self._methods: dict[type, Callable[..., R]] = _Methods(
            {node: getattr(self, name) for node, name in _METHODS.items()}
        )
        for node in _AGAIN:
            self._methods[node] = lru_cache(maxsize=512)(self._methods[node])

    def set(self, node: Typeset) -> R:
        """The node in this format."""
        return self._methods[type(node)](*node)

    def each(self, nodes: Iterable[Typeset]) -> list[R]:
        """Several nodes, each in this format."""
        methods = self._methods
        return [methods[type(node)](*node) for node in nodes]

    @abstractmethod
    def letters(self, text: str, face: Face) -> R: ...
    @abstractmethod
    def digits(self, text: str) -> R: ...
    @abstractmethod
    def sign(self, text: str, role: Role) -> R: ...
    @abstractmethod
    def named(self, text: str, limits: bool) -> R: ...
    @abstractmethod
    def said(self, text: str) -> R: ...
    @abstractmethod
    def gap(self, ems: float) -> R: ...
    @abstractmethod
    def together(self, parts: tuple[Typeset, ...]) -> R: ...
    @abstractmethod
    def scripts(self, base: Typeset, below: Typeset | None, above: Typeset | None, limits: bool) -> R: ...
    @abstractmethod
    def over(self, top: Typeset, bottom: Typeset, rule: bool) -> R: ...
    @abstractmethod
    def root(self, inner: Typeset, degree: Typeset | None) -> R: ...
    @abstractmethod
    def enclosed(self, left: str, inner: Typeset, right: str) -> R: ...
    @abstractmethod
    def accented(self, mark: Mark, inner: Typeset) -> R: ...
    @abstractmethod
    def lattice(self, rows: tuple[tuple[Typeset, ...], ...], aligns: tuple[Align, ...], tight: bool) -> R: ...
