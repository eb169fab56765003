"""Classes of named fields that compile nothing: a `NamedTuple`, and a `Structure`, which can change.

Those of `typing` and `dataclasses` write code for each class and compile it at every start, which would be half of the
time that this package takes to import. To a type checker a `NamedTuple` is the one of `typing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    from _collections import _tuplegetter  # what `collections.namedtuple` is made of
    from types import FunctionType

    _make = tuple.__new__

    _MAKERS = (
        lambda cls: _make(cls, ()),
        lambda cls, a: _make(cls, (a,)),
        lambda cls, a, b: _make(cls, (a, b)),
        lambda cls, a, b, c: _make(cls, (a, b, c)),
        lambda cls, a, b, c, d: _make(cls, (a, b, c, d)),
        lambda cls, a, b, c, d, e: _make(cls, (a, b, c, d, e)),
        lambda cls, a, b, c, d, e, f: _make(cls, (a, b, c, d, e, f)),
        lambda cls, a, b, c, d, e, f, g: _make(cls, (a, b, c, d, e, f, g)),
        lambda cls, a, b, c, d, e, f, g, h: _make(cls, (a, b, c, d, e, f, g, h)),
        lambda cls, a, b, c, d, e, f, g, h, i: _make(cls, (a, b, c, d, e, f, g, h, i)),
        lambda cls, a, b, c, d, e, f, g, h, i, j: _make(cls, (a, b, c, d, e, f, g, h, i, j)),
        lambda cls, a, b, c, d, e, f, g, h, i, j, k: _make(cls, (a, b, c, d, e, f, g, h, i, j, k)),
    )
    """What makes a tuple of so many fields: each class has it with the names of its own. Who has more is a structure."""

    class _Naming(type):
        """Of what is no class itself but begins some: theirs is `type`, whose objects are told apart far faster."""

        def __new__(meta, name, bases, body):
            bases = tuple(_Tuple if base is NamedTuple else base for base in bases)
            return type(name, bases, {"__slots__": (), **body})

    class _Tuple(tuple):
        __slots__ = ()

        def __init_subclass__(cls):
            if fields := tuple(cls.__annotations__):
                cls._fields = cls.__match_args__ = fields
                cls._field_defaults = {field: vars(cls)[field] for field in fields if field in vars(cls)}
                code = _MAKERS[len(fields)].__code__.replace(co_name="__new__", co_varnames=("cls", *fields))
                defaults = tuple(cls._field_defaults.values())
                cls.__new__ = staticmethod(FunctionType(code, globals(), "__new__", defaults))
                for place, field in enumerate(fields):
                    setattr(cls, field, _tuplegetter(place, None))

        def _replace(self, **changes):
            made = _make(type(self), map(changes.pop, self._fields, self))
            if changes:
                raise _unfit(type(self), self._fields)
            return made

        def __getnewargs__(self):
            return tuple(self)

        def __repr__(self):
            given = zip(self._fields, self, strict=True)
            return f"{type(self).__name__}({', '.join(f'{field}={value!r}' for field, value in given)})"

    NamedTuple = type.__new__(_Naming, "NamedTuple", (), {})
    """A tuple whose items have names: each annotated one is a field, and a value its default."""


class _Made:
    """Stands for a value that each object gets anew from `make`, or that must be given where there is none."""

    def __init__(self, make: Callable[[], object] | None) -> None:
        self.make = make


def field(*, default_factory: Callable[[], object] | None = None) -> Any:
    """A field of a structure whose value is made anew for each object; without a factory, one that must be given."""
    return _Made(default_factory)


@dataclass_transform(eq_default=False, field_specifiers=(field,))
class Structure:
    """What has the annotated fields of its class, behind those of the structures below it, as dataclasses have.

    A value in the class is a field's default. Objects are equal where they are the same one.
    """

    _structure: ClassVar[Mapping[str, object]] = {}
    _anew: ClassVar[Sequence[tuple[str, Callable[[], object] | None]]] = ()  # whose value no class can have

    def __init_subclass__(cls) -> None:
        own = {name: vars(cls).get(name, _Made(None)) for name in cls.__annotations__}
        cls._structure = {**cls._structure, **own}
        cls._anew = [(name, value.make) for name, value in cls._structure.items() if isinstance(value, _Made)]
        for name, value in own.items():
            if isinstance(value, _Made) and name in vars(cls):
                delattr(cls, name)

    def __init__(self, *values: Any, **named: Any) -> None:
        """Raises TypeError where values are missing, too many, or of no field."""
        fields = self._structure
        given = dict(zip(fields, values, strict=False), **named)
        if len(given) < len(values) + len(named) or not given.keys() <= fields.keys():
            raise _unfit(type(self), fields)
        if len(given) < len(fields):
            for name, make in self._anew:
                if name not in given:
                    if make is None:
                        raise _unfit(type(self), fields)
                    given[name] = make()
        self.__dict__ = given

    def replaced(self, **changes: Any) -> Self:
        """The same with other values of some fields."""
        return type(self)(**{name: getattr(self, name) for name in self._structure} | changes)


def _unfit(cls: type, fields: Iterable[str]) -> TypeError:
    return TypeError(f"{cls.__name__} is made of {', '.join(fields)}, each given once")
