"""What ``--json`` prints, held against the schema it names."""

from __future__ import annotations

import functools
import json
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from archivist.api.result import Result

SCHEMAS = Path(__file__).resolve().parent.parent / "docs/json"


@functools.cache
def validator(schema: str) -> Draft202012Validator:
    name = schema.removeprefix("archivist/").replace("/", "-") + ".schema.json"
    return Draft202012Validator(json.loads((SCHEMAS / name).read_text(encoding="utf-8")))


def answer(text: str) -> Any:
    """Read the one JSON document of a run; it names a schema of ``docs/json/`` and is as the schema says."""
    document = json.loads(text)
    validator(document["schema"]).validate(document)
    return document


def printed(result: Result) -> Any:
    """Return what ``--json`` prints of a result, held against its schema."""
    return answer(json.dumps(result.as_json()))
