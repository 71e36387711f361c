"""What can be put back from copies where there is no chain: an item of the tray by the digest in its note or its id, keys by their ids."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from typing import Any, Final

from archivist.errors import ArchiveError, InvalidValue, TrayItemNotFound
from archivist.preservation.copies import CopiedFile, CopySet
from archivist.preservation.repairs import RepairPlan
from archivist.store import Archive, bag, durable_files, office_keys
from archivist.store.review_tray import note_of
from archivist.store.tray_filings import filed_from_tray
from archivist.store.tray_items import READING, TEXT, WHY

KEYS: Final = office_keys.FOLDER
_SHORT: Final = 8
"""So many digits of the file's digest are in an item's id."""


def plan_tray_item(archive: Archive, item: str, copies: CopySet) -> RepairPlan:
    """Say what would be put back into an item of the tray.

    Its note says the digest of its file. Where the note is damaged, that of a copy holds if it fits the file that is there, or the
    digits in the item's id.

    Raises:
        TrayItemNotFound: E104, neither the tray nor the copy has it. ArchiveError: E200, it was filed since.
    """
    folder = archive.review / item
    plan, copied = RepairPlan(folder, new=not folder.is_dir()), copies.below(f"review/{item}")
    if plan.new and not copied:
        raise TrayItemNotFound(f"待认领和副本中都没有编号为“{item}”的一项")
    if plan.new:
        _refuse_filed(archive, item)
    here = {p.name: p for p in folder.iterdir() if p.is_file()} if folder.is_dir() else {}
    original = next((name for name in (*here, *copied) if name.startswith("original.")), "original")
    note = _note(here, original, copied, item, plan)
    if note is None:
        plan.missing.append(WHY)
        return plan
    wanted = {original: str(note["source"]["sha256"])} | dict(note.get("files", {}))
    for name in (original, TEXT, READING):
        if name not in wanted:
            continue
        digest = wanted[name]
        if name in here and durable_files.digest_of(here[name])[0] == digest:
            continue
        if (
            found := copies.find(digest, int(note["source"]["size"]) if name == original else None)
        ) is not None:
            plan.put(name, digest, found)
        else:
            plan.missing.append(name)
    return plan


def _note(
    here: dict[str, Path],
    original: str,
    copied: dict[str, CopiedFile],
    item: str,
    plan: RepairPlan,
) -> dict[str, Any] | None:
    """Return the item's note: its own, or that of the copy, which is then put back."""
    if WHY in here and (own := note_of(item, here[WHY].read_bytes())) is not None:
        return own
    content = copied[WHY].read() if WHY in copied else b""
    note = note_of(item, content)
    if note is None:
        return None
    digest = str(note["source"]["sha256"])
    stands = original in here and durable_files.digest_of(here[original])[0] == digest
    if not stands and not item.split("-")[-1].startswith(digest[:_SHORT]) and not plan.new:
        return None  # a part of a batch bears no digits: its file must fit
    plan.put(WHY, bag.sha256(content), content, copied[WHY].path)
    return note


def _refuse_filed(archive: Archive, item: str) -> None:
    """Refuse to put back an item that left the tray because it was filed."""
    for number in archive.case_numbers():
        with suppress(ArchiveError):
            if filed_from_tray(archive.chain(number).events, item):
                raise InvalidValue(f"这一份已经归入 {number}，不用恢复", file=f"review/{item}")


def plan_keys(folder: Path, copies: CopySet) -> RepairPlan:
    """Say which keys would be put back: those of a copy that are what their names say, where ours are gone or damaged."""
    plan = RepairPlan(folder)
    for name, file in sorted(copies.below(KEYS).items()):
        content = file.read()
        if not office_keys.is_key(name, content):
            continue
        here = folder / name
        if not here.is_file() or not office_keys.is_key(name, here.read_bytes()):
            plan.put(name, bag.sha256(content), content, file.path)
    return plan
