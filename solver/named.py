"""Classes of named fields that compile nothing: a `NamedTuple`, and a `Structure`, which can change.

Those of `typing` and `dataclasses` write code for each class and compile it at every start, which would be half of the
time that this package takes to import. To a type checker a `NamedTuple` is the one of `typing`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, ClassVar, Self, dataclass_transform

if TYPE_CHECKING:
    from typing import NamedTuple as NamedTuple
else:
    _make = tuple.__new__

    class _Naming(type):
        def __new__(meta, name, bases, body):
            made = super().__new__(meta, name, bases, {"__slots__": (), **body})
            if fields := tuple(made.__annotations__):
                made._fields = made.__match_args__ = fields
                made._field_defaults = {field: body[field] for field in fields if field in body}
                made._last = tuple(made._field_defaults.values())
                made._count = len(fields)
                for place, field in enumerate(fields):
                    setattr(made, field, property(itemgetter(place)))
            return made

    class NamedTuple(tuple, metaclass=_Naming):
        """A tuple whose items have names: each annotated one is a field, and a value its default."""

        def __new__(cls, *values, **named):
            """Raises TypeError where values are missing, too many, or of no field."""
            if named:
                values = cls._filled(values, named)
            elif missing := cls._count - len(values):
                if not 0 < missing <= len(cls._last):
                    raise _unfit(cls, cls._fields)
                values += cls._last[-missing:]
            return _make(cls, values)

        @classmethod
        def _filled(cls, values, named):
            left, defaults = cls._fields[len(values) :], cls._field_defaults
            try:
                made = [named.pop(field) if field in named else defaults[field] for field in left]
            except KeyError:
                raise _unfit(cls, cls._fields) from None
            if named or len(values) > len(cls._fields):
                raise _unfit(cls, cls._fields)
            return (*values, *made)

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
        given = dict(zip(fields, values, strict=False))
        if named:
            given |= named
        if len(given) < len(values) + len(named) or (named and not named.keys() <= fields.keys()):
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
