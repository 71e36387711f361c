"""The JSON Schemas of ``docs/json/``, made from the annotations of the results of ``archivist.api``."""

from __future__ import annotations

import importlib
import json
import pkgutil
from collections.abc import Iterator
from typing import Any, Final

from pydantic import TypeAdapter

import archivist.api
from archivist.api.result import Result, key_of

DRAFT: Final = "https://json-schema.org/draft/2020-12/schema"


def results() -> Iterator[type[Result]]:
    """Yield every result of the program once, in the order of the modules' names."""
    for module in pkgutil.iter_modules(archivist.api.__path__, "archivist.api."):
        for made in vars(importlib.import_module(module.name)).values():
            if not isinstance(made, type) or made.__module__ != module.name:
                continue
            if issubclass(made, Result) and made is not Result:
                yield made


def schema_of(result: type[Result]) -> dict[str, Any]:
    """Return the JSON Schema of what a result prints: every key is always there, and there are no others."""
    schema = TypeAdapter(result).json_schema(mode="serialization")
    _close(schema)
    schema["properties"] = {"schema": {"const": result.SCHEMA}, **schema.get("properties", {})}
    schema["required"] = list(schema["properties"])
    return {"$schema": DRAFT, "title": result.SCHEMA, **{k: v for k, v in schema.items() if k != "title"}}


def file_name(result: type[Result]) -> str:
    """Return the name of a result's schema: ``archivist/case-list/1`` → ``case-list-1.schema.json``."""
    return result.SCHEMA.removeprefix("archivist/").replace("/", "-") + ".schema.json"


def pages() -> dict[str, str]:
    """Return the text of each file of ``docs/json/`` by its name."""
    return {file_name(r): json.dumps(schema_of(r), ensure_ascii=False, indent=1) + "\n" for r in results()}


def _close(part: object) -> None:
    """Let no object have keys that its class has not; drop the titles pydantic makes of the keys."""
    if isinstance(part, list):
        for inner in part:
            _close(inner)
    if not isinstance(part, dict):
        return
    if properties := part.get("properties"):
        for name, inner in properties.items():
            _close(inner)
            if inner.get("title") == name.replace("_", " ").title():
                del inner["title"]
        part["properties"] = {key_of(name): inner for name, inner in properties.items()}
        part["additionalProperties"] = False
        part["required"] = list(part["properties"])
    for name, inner in part.items():
        if name != "properties":
            _close(inner)
