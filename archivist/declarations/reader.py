"""Reading one table of TOML into a typed value: every fault of it is named at once, none stops the reading.

cattrs builds the readers from the types and collects what fails; here stand what a TOML value must be for each type
(nothing is converted: ``"3"`` is no number) and the Chinese sentences.
"""

from __future__ import annotations

import datetime as dt
import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import MISSING, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import MappingProxyType, NoneType
from typing import Annotated, Any, Final, TypeVar, get_args, get_origin, get_type_hints

from cattrs import Converter
from cattrs.cols import homogenous_tuple_structure_factory
from cattrs.errors import (
    AttributeValidationNote,
    BaseValidationError,
    ForbiddenExtraKeysError,
    IterableValidationError,
    IterableValidationNote,
)
from cattrs.gen import make_dict_structure_fn, override

from archivist.declarations.forms import Form, Notation, alternatives
from archivist.errors import InvalidValue

__all__ = ["numbered", "read"]

T = TypeVar("T")
Hook = Callable[[Any, Any], Any]
SHOWN_CHARS: Final = 40
"""Of a value that does not fit; people know which one it is."""


class Misfit(Exception):
    """A value is not what its type asks for.

    Args:
        found: the value as TOML gives it.
        expected: what it should have been, in Chinese.
        near: the permitted value it may have been meant to be.
    """

    def __init__(self, found: object, expected: str, near: str = "") -> None:
        super().__init__(found, expected)
        self.found, self.expected, self.near = found, expected, near


def read(kind: type[T], table: object, where: str, faults: list[str]) -> T | None:
    """Read one table.

    Args:
        kind: a dataclass; its fields are the keys, those without a default must be there, others are refused.
        table: as ``tomllib`` gives it.
        where: names the table in messages, e.g. ``fields.system 第 3 行 made_on``; may be empty.
        faults: every fault is added here, one sentence each.

    Returns:
        The value; ``None`` when there is any fault.
    """
    try:
        return _converter().structure(table, kind)
    except (BaseValidationError, Misfit) as error:
        head = f"{where}：" if where else ""
        faults += [f"{head}{sentence}" for sentence in _sentences(error, ())]
        return None


def numbered(where: str, number: int, row: object, name: str) -> str:
    """Return how messages name a row: ``fields.hand 第 3 行 applicant.sex``."""
    called = row.get(name) if isinstance(row, Mapping) else None
    return (
        f"{where} 第 {number} 行 {called}"
        if isinstance(called, str) and called
        else f"{where} 第 {number} 行"
    )


# ── what a value must be ─────────────────────────────────────────────────────────────────────────────────
@cache
def _converter() -> Converter:
    converter = Converter(forbid_extra_keys=True, detailed_validation=True)
    for plain in (str, int, float, bool, dt.date):
        converter.register_structure_hook(plain, _plain)
    converter.register_structure_hook(StrEnum, _member)
    converter.register_structure_hook_func(lambda kind: kind in (object, Any), lambda value, _: value)
    converter.register_structure_hook_func(_is_choice, _plain)
    converter.register_structure_hook_factory(is_dataclass, _table_hook)
    converter.register_structure_hook_func(_is_notation, _noted)
    converter.register_structure_hook_factory(_made_of(tuple), _array_hook)
    converter.register_structure_hook_factory(_made_of(_MAPPING), _mapping_hook)
    converter.register_structure_hook_factory(_made_of(Annotated), _form_hook)
    return converter


def _made_of(origin: object) -> Callable[[Any], bool]:
    return lambda kind: get_origin(kind) is origin


_MAPPING: Final = get_origin(Mapping[str, str])
_NAMES: Final[Mapping[object, str]] = MappingProxyType(
    {
        str: "文字",
        int: "整数",
        float: "数字",
        bool: "true 或 false",
        dt.date: "日期，如 2024-03-01，不加引号",
        object: "任意值",
    }
)


def _is_choice(kind: object) -> bool:
    """Whether any of several plain types will do: ``int | float | str | bool``, ``dt.date | None``."""
    members = [m for m in get_args(kind) if m is not NoneType]
    return (
        bool(members)
        and get_origin(kind) not in (tuple, _MAPPING, Annotated)
        and all(m in _NAMES for m in members)
    )


def _is_notation(kind: object) -> bool:
    return isinstance(kind, type) and issubclass(kind, Notation)


def _noted(value: object, kind: type[Notation]) -> Notation:
    if type(value) is not str:
        raise Misfit(value, kind.EXPECTED)
    try:
        return kind.parse(value)
    except ValueError:
        raise Misfit(value, kind.EXPECTED) from None


def _plain(value: object, kind: Any) -> object:
    wanted = get_args(kind) or (kind,)
    if type(value) in wanted or (type(value) is int and float in wanted):
        return value
    raise Misfit(value, expected(kind))


def _member(value: object, kind: Any) -> object:
    try:
        return kind(value)
    except ValueError:
        raise Misfit(value, expected(kind), _near(value, [m.value for m in kind])) from None


def _table_hook(kind: Any, converter: Converter) -> Hook:
    hints = get_type_hints(kind, include_extras=True)  # cattrs would look past the marks
    own: dict[str, Any] = {
        f.name: override(struct_hook=converter.get_structure_hook(hints[f.name]))
        if f.metadata.get("declared", True)
        else override(omit=True)
        for f in fields(kind)
    }
    structure = make_dict_structure_fn(kind, converter, True, **own)
    return _checked(Mapping, kind, lambda value, _: structure(value, kind))


def _array_hook(kind: Any, converter: Converter) -> Hook:
    return _checked(list, kind, homogenous_tuple_structure_factory(kind, converter))


def _mapping_hook(kind: Any, converter: Converter) -> Hook:
    """Return what reads a table of any keys; unlike that of cattrs it looks at a key whose value has a fault, too."""
    parts = [(converter.get_structure_hook(part), part) for part in get_args(kind)]

    def structure(table: Mapping[object, object], _: Any) -> object:
        made: list[tuple[Any, ...]] = []
        errors: list[Exception] = []
        for key, value in table.items():
            pair: list[object] = []
            for found, (hook, part) in zip((key, value), parts, strict=True):
                try:
                    pair.append(hook(found, part))
                except (Misfit, BaseValidationError) as error:
                    error.add_note(IterableValidationNote("", str(key), part))
                    errors.append(error)
            made.append(tuple(pair))
        if errors:
            raise IterableValidationError("", errors, kind)
        return MappingProxyType(dict(made))

    return _checked(Mapping, kind, structure)


def _checked(shape: type, kind: Any, structure: Hook) -> Hook:
    def hook(value: object, _: Any) -> object:
        if not isinstance(value, shape):
            raise Misfit(value, expected(kind))
        return structure(value, kind)

    return hook


def _form_hook(kind: Any, converter: Converter) -> Hook:
    plain, form = get_args(kind)[0], _form(kind)
    structure = converter.get_structure_hook(plain)

    def hook(value: object, _: Any) -> object:
        try:
            made = structure(value, plain)
            fits = form.fits(made)
        except Misfit:
            raise Misfit(value, form.expected) from None
        except (ValueError, InvalidValue) as error:
            raise Misfit(value, f"{form.expected}（{error}）") from None
        if not fits:
            raise Misfit(value, form.expected, _near(value, form.choices))
        return made

    return hook


def _form(kind: Any) -> Form:
    return next(mark for mark in get_args(kind)[1:] if isinstance(mark, Form))


# ── sentences ────────────────────────────────────────────────────────────────────────────────────────────
def expected(kind: Any) -> str:
    """Return what messages call the values of a type."""
    if get_origin(kind) is Annotated:
        return _form(kind).expected
    if isinstance(kind, type) and issubclass(kind, StrEnum):
        return alternatives([str(m.value) for m in kind])
    if isinstance(kind, type) and issubclass(kind, Notation):
        return kind.EXPECTED
    if is_dataclass(kind):
        return f"表 {{ {', '.join(f'{key} = …' for key in _needed(kind)) or '… = …'} }}"
    if get_origin(kind) is tuple:
        return f"数组 [ … ]，每项为{_spaced(expected(get_args(kind)[0]))}"
    if get_origin(kind) is _MAPPING:
        left, right = (_spaced(expected(arg)) for arg in get_args(kind))
        return f"表 {{ … = … }}，左边为{left}，右边为{right}"
    names = [_NAMES[k] for k in get_args(kind) or (kind,) if k is not NoneType]
    return "或 ".join(filter(None, ("、".join(names[:-1]), names[-1])))


def _sentences(error: BaseException, path: tuple[str, ...], owner: Any = None) -> Iterator[str]:
    """Yield the faults of one table: cattrs notes on each error at which key or number it came up.

    Args:
        error: what went wrong in ``owner``, the type of the table around it.
        path: keys and numbers that lead there.
        owner: see above.
    """
    for note in getattr(error, "__notes__", ()):
        if isinstance(note, AttributeValidationNote):
            path = (*path, note.name)
        elif isinstance(note, IterableValidationNote):
            path = (*path, f"第 {note.index + 1} 项" if isinstance(note.index, int) else str(note.index))
    at = " ".join(path)
    match error:
        case BaseValidationError():
            for single in error.exceptions:
                yield from _sentences(single, path, error.cl)
        case Misfit():
            near = f"；是不是 {error.near}？" if error.near else ""
            space = " " if at and at[-1].isascii() else ""
            yield f"{at}{space}是{_describe(error.found)}，应为{_spaced(error.expected)}{near}"
        case KeyError():
            yield f"缺 {at}，应为{_spaced(expected(get_type_hints(owner, include_extras=True)[path[-1]]))}"
        case ForbiddenExtraKeysError():
            within = f"{at} 中" if at else ""
            for key in sorted(error.extra_fields):
                yield f"{within}没有“{key}”这一项{_instead(key, _keys(error.cl))}"
        case _:
            raise error


def _keys(kind: Any) -> list[str]:
    """Return the keys of a table; one that is read apart (``fields``) is named in the metadata."""
    return [
        f.metadata.get("key", f.name)
        for f in fields(kind)
        if not f.metadata.get("given") and (f.metadata.get("declared", True) or "key" in f.metadata)
    ]


def _needed(kind: Any) -> list[str]:
    optional = {f.name for f in fields(kind) if (f.default, f.default_factory) != (MISSING, MISSING)}
    return [key for key in _keys(kind) if key not in optional]


def _instead(key: str, keys: Sequence[str]) -> str:
    near = _near(key, keys)
    return f"；是不是 {near}？" if near else f"；可用：{'、'.join(keys)}"


def _near(value: object, permitted: Sequence[str]) -> str:
    return next(iter(difflib.get_close_matches(str(value), permitted, n=1, cutoff=0.6)), "")


def _describe(value: object) -> str:
    match value:
        case bool():
            return _spaced(str(value).lower())
        case str():
            return f"“{_short(value)}”" if value else "空的"
        case dict():
            return f"表 {{ {_short(', '.join(f'{k} = {v}' for k, v in value.items()))} }}"
        case list():
            return f"数组 [{_short(', '.join(map(str, value)))}]"
        case _:
            return _spaced(_short(str(value)))


def _spaced(text: str) -> str:
    return f" {text}" if text[:1].isascii() else text


def _short(text: str) -> str:
    return text if len(text) <= SHOWN_CHARS else f"{text[:SHOWN_CHARS]}…"
