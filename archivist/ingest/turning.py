"""Pages that a person turned: the angle is kept as data beside the file that waits, the file itself stays as it came.

Who looks at the item, files it, splits or joins it takes the angle along (``upright_reading``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from archivist.errors import UsageError
from archivist.model.by import By
from archivist.reading.kept_reading import unpack
from archivist.reading.pages import PageText, ReadResult, TextLine
from archivist.store import TrayItem
from archivist.workspace import Workspace

TURNS = "turns"
"""Key in the details of an item: page → degrees clockwise by which a person turned what the program showed."""


def turned_by_hand(item: TrayItem) -> Mapping[int, int]:
    """Return by how many degrees clockwise a person turned which pages."""
    return {int(number): int(turn) for number, turn in item.details.get(TURNS, {}).items()}


def turn(workspace: Workspace, by: By, item: TrayItem, page: int, degrees: int) -> TrayItem:
    """Turn a page of an item further, as it is shown.

    Raises:
        UsageError: E001, no such page, or no such angle. TrayItemNotFound: E104, it is gone by now.

    Survives: a kill at any point; the page is turned or it is not.
    """
    if degrees % 90 or not degrees % 360:
        raise UsageError("只能转 90、180 或 270 度", file=item.name)
    with workspace.writing(by):
        now = workspace.archive.tray.get(item.id)
        reading = unpack(now.reading)
        count = len(reading.pages) if reading else max(int(now.details.get("pages", 0)), 1)
        if not 1 <= page <= count:
            raise UsageError(f"没有第 {page} 页，共 {count} 页", file=item.name)
        turns = {**turned_by_hand(now)}
        turns[page] = (turns.get(page, 0) + degrees) % 360
        kept = {str(number): angle for number, angle in sorted(turns.items()) if angle}
        workspace.archive.tray.explain(now, reason=now.reason, message=now.message, details={TURNS: kept})
        return workspace.archive.tray.get(now.id)


def upright_reading(item: TrayItem) -> ReadResult | None:
    """Return what was read of an item, its pages and the places on them turned as a person turned them."""
    result = unpack(item.reading)
    turns = turned_by_hand(item)
    if result is None or not turns:
        return result
    return ReadResult(result.format, tuple(_turned(page, turns.get(page.number, 0)) for page in result.pages))


def _turned(page: PageText, angle: int) -> PageText:
    lines = page.lines
    for _ in range(angle // 90):
        lines = tuple(
            TextLine(line.text, line.score, 1 - line.bottom, line.left, 1 - line.top, line.right)
            for line in lines
        )
    return replace(page, rotation=(page.rotation + angle) % 360, lines=lines)
