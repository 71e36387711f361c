"""What the demonstration did, for a program to read."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from archivist.api.result import Result


@dataclass(frozen=True, slots=True)
class Deed:
    """One thing done, what came of it, and where it can be looked at."""

    what: str
    result: str
    where: str


@dataclass(frozen=True, slots=True)
class Demonstration(Result):
    """Everything done in the workspace, and what came out otherwise than expected."""

    SCHEMA: ClassVar[str] = "archivist/demo/1"

    workspace: Path
    at: dt.datetime
    done: tuple[Deed, ...]
    surprises: tuple[str, ...]
