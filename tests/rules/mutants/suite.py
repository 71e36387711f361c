"""The tests of the packs, run on a mutated pack in this process: what they quote and assert is what a mutant has to withstand."""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from itertools import product
from types import FunctionType, ModuleType
from typing import Any, Final

import pytest

from archivist.rules import pack as packs
from archivist.rules.pack import Pack

_OF_PACKS: Final[Mapping[str, str]] = {
    "national": "test_national",
    "tianjin-hongqiao": "test_tianjin",
    "chongqing-yongchuan": "test_yongchuan",
    "heilongjiang-jiamusi": "test_jiamusi",
    "shanxi-jincheng-chengqu": "test_jincheng",
    "shaanxi-ziyang": "test_ziyang",
}
_OF_ALL: Final = (
    "test_guards", "test_deadlines", "test_date_vectors", "test_benefit_amount", "test_service_step", "test_across", "test_law_once",
    "test_holds_by", "test_recoveries", "test_role_words",
)  # fmt: skip
_SLOW: Final = ("test_a_paper_missing_is_called_by_its_title",)
"""Read the document types anew."""


@cache
def _source(function: FunctionType) -> str:
    return inspect.getsource(function)


@dataclass(frozen=True, slots=True)
class Call:
    """One test with one set of parameters."""

    function: FunctionType
    arguments: Mapping[str, Any]

    def names(self, text: str) -> bool:
        """Tell whether the test, or what it is told, names something."""
        return text in _source(self.function) or any(text in str(told) for told in self.arguments.values())

    def fails(self) -> bool:
        """Run it."""
        try:
            self.function(**self.arguments)
        except (Exception, pytest.fail.Exception, pytest.skip.Exception):
            return True
        return False


@dataclass(frozen=True, slots=True)
class Suite:
    """The tests that look at a pack; ``sound`` remembers which of them hold on it as it ships."""

    calls: tuple[Call, ...]
    sound: dict[int, bool] = field(default_factory=dict)

    def failing(self, row: Mapping[str, Any]) -> Iterator[int]:
        """Yield the numbers of the tests that name the row, or what its id begins with, and fail on the pack in place."""
        name = str(row.get("id", row.get("document")))
        stem = name.split(".")[0] + "." if "." in name else name
        yield from (n for n, call in enumerate(self.calls) if call.names(stem) and call.fails())

    def holds(self, number: int) -> bool:
        """Tell whether a test holds on the packs as they ship: one that never does catches nothing."""
        if number not in self.sound:
            self.sound[number] = not self.calls[number].fails()
        return self.sound[number]


def of(pack: str) -> Suite:
    """Return the tests of a pack; those that want a fixture, draw by themselves or load rows of their own are left out."""
    names = (_OF_PACKS[pack], *_OF_ALL)
    others = [name for name in packs.available() if name != pack]
    found = [
        call
        for name in names
        for call in _calls(importlib.import_module(f"tests.rules.{name}"))
        if not any(other in str(told) for other in others for told in call.arguments.values())
    ]
    return Suite(tuple(found))


def _calls(module: ModuleType) -> Iterator[Call]:
    for name, function in vars(module).items():
        if not name.startswith("test_") or not isinstance(function, FunctionType) or name in _SLOW:
            continue
        if hasattr(function, "hypothesis"):
            continue
        marks = [m for m in getattr(function, "pytestmark", ()) if m.name == "parametrize"]
        sets = list(product(*(_parameters(mark) for mark in marks)))
        told = [{k: v for one in chosen for k, v in one.items()} for chosen in sets]
        if told and set(inspect.signature(function).parameters) <= set(told[0]):
            yield from (Call(function, arguments) for arguments in told)


def _parameters(mark: pytest.Mark) -> list[dict[str, Any]]:
    names, rows = mark.args[0], mark.args[1]
    keys = [n.strip() for n in names.split(",")] if isinstance(names, str) else list(names)
    found = []
    for row in rows:
        values = getattr(row, "values", row) if not isinstance(row, Mapping | str) else row
        values = values if not callable(values) else row
        found.append(dict(zip(keys, values, strict=True)) if len(keys) > 1 else {keys[0]: _single(row)})
    return found


def _single(row: Any) -> Any:
    values = getattr(row, "values", None)
    return values[0] if isinstance(values, tuple) and hasattr(row, "marks") else row


@contextmanager
def in_place_of(original: Pack, mutated: Pack) -> Iterator[None]:
    """Have every test module find a mutated pack where it has or loads the shipped one."""
    undo: list[Callable[[], None]] = []
    load = packs.load

    def loaded(pack_id: str, **more: Any) -> Pack:
        return mutated if pack_id == original.id and not more else load(pack_id, **more)

    packs.load = loaded
    undo.append(lambda: setattr(packs, "load", load))
    for module in [m for name, m in sys.modules.items() if name.startswith("tests.rules.")]:
        for name, value in list(vars(module).items()):
            if isinstance(value, Pack) and value.id == original.id:
                setattr(module, name, mutated)
                undo.append(lambda m=module, n=name, v=value: setattr(m, n, v))  # type: ignore[misc]
            elif value is load:
                setattr(module, name, loaded)
                undo.append(lambda m=module, n=name: setattr(m, n, load))  # type: ignore[misc]
            elif isinstance(value, dict) and isinstance(value.get(original.id), Pack):
                kept = value[original.id]
                value[original.id] = mutated
                undo.append(lambda d=value, v=kept: d.__setitem__(original.id, v))  # type: ignore[misc]
            elif isinstance(value, FunctionType) and any(
                isinstance(v, Pack) for v in (value.__kwdefaults__ or {}).values()
            ):
                kept_defaults = dict(value.__kwdefaults__ or {})
                value.__kwdefaults__ = {
                    k: mutated if isinstance(v, Pack) and v.id == original.id else v
                    for k, v in kept_defaults.items()
                }
                undo.append(lambda f=value, d=kept_defaults: setattr(f, "__kwdefaults__", d))  # type: ignore[misc]
    try:
        yield
    finally:
        for back in reversed(undo):
            back()
