"""Entering the heads of bags into the ledger, and which of them took an event since that was done last.

Each day's first event, ``verify`` and the watcher's midnight have the heads entered of what changed. A bag is marked
before it takes an event: ``changed/<day>/<bag>/`` are empty folders, ``<day>`` the civil day of the change (Asia/Shanghai), ``<bag>`` the bag's
External-Identifier. So what is to be entered is known without a look at the bags that stand still, and after a kill
too: a mark without its event only has an old head entered once more.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Container, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.model.bag_head import BagHead
from archivist.model.event import Op
from archivist.store import bag, durable_files
from archivist.store.bag_heads import bag_folder, read_head
from archivist.store.commit import Draft, Stamp

HEADS_IN_EVENT: Final = 2_000
"""So many heads stand in one event of the ledger at most; some 200 KB."""


class ChangedBags:
    """The folder ``changed/``. Callers hold the workspace's lock."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def mark(self, names: Iterable[str], day: dt.date) -> None:
        """Mark bags that are about to take an event; durable when this returns.

        Raises:
            WriteFailed: E204.
        """
        place = self.folder / day.isoformat()
        with durable_files.writing("没有写入任何内容"):
            durable_files.make_folders(place, below=self.folder.parent)
            if missing := [path for name in names if not (path := place / name).is_dir()]:
                for path in missing:
                    durable_files.make_folder(path)
                durable_files.sync_folder(place)

    def has_other_days(self, day: dt.date) -> bool:
        """Tell whether anything changed on another day than this and was not recorded since."""
        return any(found != day.isoformat() for found in self._days())

    def names(self) -> list[str]:
        """Return what changed, in order."""
        return sorted({path.name for day in self._days() for path in (self.folder / day).iterdir()})

    def clear(self, names: Iterable[str], *, but: tuple[str, dt.date]) -> None:
        """Forget bags whose heads are recorded, all marks of them but one bag's of one day.

        A mark that comes back after a power cut does no harm.
        """
        done, left = frozenset(names), self.folder / but[1].isoformat() / but[0]
        with durable_files.writing("已经登记，标记下次再清"):
            for day in self._days():
                for path in [*(self.folder / day).iterdir()]:
                    if path.name in done and path != left:
                        durable_files.remove_if_empty(path)
                durable_files.remove_if_empty(self.folder / day)

    def folders(self) -> list[Path]:
        """Return the folders whose names must be durable before a mark in them is relied on."""
        return [self.folder, *(self.folder / day for day in self._days())]

    def _days(self) -> list[str]:
        return sorted(p.name for p in self.folder.iterdir() if p.is_dir()) if self.folder.is_dir() else []


class HeadLog:
    """The heads in the ledger. Callers hold the workspace's lock.

    Args:
        root: the archive.
        enter: writes an event into a year of the ledger.
        access: says where the access log ends; that stands beside the heads.
    """

    def __init__(
        self,
        root: Path,
        enter: Callable[[int, Draft, Stamp], object],
        access: Callable[[], list[object]] = list,
    ) -> None:
        self.changed = ChangedBags(root / "changed")
        self._root = root
        self._enter = enter
        self._access = access

    def changing(self, name: str, stamp: Stamp) -> None:
        """Mark a bag before it takes an event; the first event of a day has what changed before it entered.

        Raises:
            WriteFailed: E204, nothing was written to that bag.
        """
        self.changing_all((name,), stamp)

    def changing_all(self, names: Iterable[str], stamp: Stamp) -> None:
        """Mark many bags at once, like ``changing``."""
        if self.changed.has_other_days(stamp.by.today):
            with suppress(IntegrityAlarm, NewerFormat):  # the ledger takes nothing: what is marked stays so
                self.record(stamp)
        self.changed.mark(names, stamp.by.today)

    def record(
        self, stamp: Stamp, heads: Sequence[BagHead] = (), *, unsound: Container[str] = ()
    ) -> tuple[BagHead, ...]:
        """Enter into the ledger the heads of the bags that changed since this was done last, and of others if given.

        The year of the ledger that takes them is left out: its next event names its head. It stays marked for the
        year after it.

        Args:
            stamp: who, when, under which rule pack.
            heads: of bags that need not have changed.
            unsound: bags in which something was found: where their chains end is not for this to say, they stay marked.

        Returns:
            The heads that were entered.

        Raises:
            IntegrityAlarm: E202, NewerFormat: E210, of the ledger. WriteFailed: E204.

        Survives: a kill at any point; what was not entered is still marked, what was entered may be entered once more.
        """
        year = stamp.by.today.year
        own = bag.identifier(str(year))
        marked = [name for name in self.changed.names() if name not in unsound]
        found = {head.bag: head for head in heads}
        for name in marked:
            with suppress(IntegrityAlarm, OSError):  # gone, or not whole: ``verify`` says so
                found[name] = read_head(name, bag_folder(self._root, name))
        found.pop(own, None)
        entered = tuple(found[name] for name in sorted(found))
        if entered or own in marked:
            self.changed.mark((own,), stamp.by.today)
        for start in range(0, len(entered), HEADS_IN_EVENT):
            data: dict[str, object] = {"heads": [list(h) for h in entered[start : start + HEADS_IN_EVENT]]}
            if place := self._access():
                data["access"] = place
            self._enter(year, Draft(Op.HEADS_RECORDED, data), stamp)
        self.changed.clear(marked, but=(own, stamp.by.today))
        return entered
