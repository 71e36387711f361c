"""How each person wants the page: ``index/page.json``; disposable, one that is damaged says nothing. Names stand in the file alone."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from archivist.errors import DamagedFile
from archivist.model.plain_json import JsonMap, JsonTable
from archivist.store import durable_files, notes

FILE: Final = "index/page.json"
_SHAPE: Final = JsonTable({"people": JsonMap(JsonTable({"large": bool, "keys": bool}))})


@dataclass(frozen=True, slots=True)
class PageSettings:
    """Whether letters are large (大字), and whether single keys do something."""

    large: bool = False
    keys: bool = True


def read(root: Path) -> dict[str, PageSettings]:
    """Return what people chose, by name."""
    path = root / FILE
    if not path.exists():
        return {}
    try:
        said = notes.read(path, FILE, _SHAPE, "不用处理：各人在网页“设置”里重选。")
    except DamagedFile:
        return {}
    return {name: PageSettings(one["large"], one["keys"]) for name, one in said["people"].items()}


def put(root: Path, name: str, chosen: PageSettings) -> None:
    """Keep what somebody chose. The caller holds the archive's lock.

    Raises:
        WriteFailed: E204.
    """
    kept: Mapping[str, PageSettings] = read(root) | {name: chosen}
    part = root / "index" / ".page.json.part"
    with durable_files.writing("设置没有改动", part):
        part.parent.mkdir(mode=0o700, exist_ok=True)
        durable_files.unlink(part)
        plain = {who: {"large": one.large, "keys": one.keys} for who, one in kept.items()}
        durable_files.write_new(part, notes.seal({"people": plain}), mode=0o600)
        durable_files.replace(part, root / FILE)
