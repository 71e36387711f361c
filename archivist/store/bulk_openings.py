"""Many cases opened at once, as of a roster: all of them are there, or none.

One by one each case costs the disk fourteen fsyncs. Here, each step after the other: 1. the cases are announced and marked; 2. each is
built as ever, with its first event, and stands in ``.work/opening/``, nothing of it durable; 3. one sync makes all of it durable;
4. the folder is renamed to ``.work/opened/`` and ``.work/`` synced – *this is the commit*; 5. each case is renamed into its place,
``cases/`` synced once, and the empty folder goes. Whoever takes the lock after a death does 5 where ``opened/`` is there, and before it
empties ``.work/``; what is not in it was never opened.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Final

from archivist.errors import ArchiveError
from archivist.model.case import Case
from archivist.model.ids import CaseNo
from archivist.store import bag, chain, commit, durable_files
from archivist.store.case_numbers import OPENING, announce
from archivist.store.commit import Draft, Stamp

_OPENED: Final = "opened"


class BulkOpenings:
    """Opens many cases. Callers hold the workspace's lock.

    Args:
        work: where cases are built.
        cases: where they go.
        changing: marks bags that are about to change.
        refuse: refuses a number whose case was destroyed.
    """

    def __init__(
        self,
        work: Path,
        cases: Path,
        changing: Callable[[Iterable[str], Stamp], None],
        refuse: Callable[[CaseNo], None],
    ) -> None:
        self._work, self._cases, self._changing, self._refuse = work, cases, changing, refuse

    def open(self, drafts: Mapping[CaseNo, Draft], organisation: str, stamp: Stamp) -> list[Case]:
        """Make new cases, each with its first event.

        Raises:
            WriteFailed: E204; its message says whether they may be there. AlreadyDestroyed: E604, there was one of a number.

        Survives: a kill at any point; the next start puts all of them into their places, or they never were.
        """
        opening, opened = self._work / OPENING, self._work / _OPENED
        if opened.exists():
            raise ArchiveError("上一批立户还没有补完，请重新运行")
        for number in drafts:
            self._refuse(number)
        made: list[Case] = []
        with durable_files.writing("没有建立户档"):
            durable_files.remove_tree(opening)
            durable_files.make_folder(opening)
            for number in drafts:
                announce(self._work, number)
            self._changing(map(str, drafts), stamp)
            with durable_files.unsynced():
                for number, draft in drafts.items():
                    info = bag.case_info(number, organisation, stamp.by.today)
                    _, events = commit.create(self._work, opening / str(number), info, draft, stamp)
                    made.append(chain.state(number, events))
            durable_files.sync_tree(opening)
        with durable_files.writing("是否已建立户档要到下次启动时才能确定，届时自动补完"):
            durable_files.rename_new(opening, opened)
            durable_files.sync_folder(self._work)
            self._put_in_place()
        return made

    def is_open(self, number: CaseNo) -> bool:
        """Tell whether a case is there, or will be at the next start."""
        return any((place / str(number)).exists() for place in (self._cases, self._work / _OPENED))

    def recover(self) -> list[str]:
        """Put in place what was opened; idempotent. Return what was done, in Chinese."""
        if not (self._work / _OPENED).is_dir():
            return []
        durable_files.sync_folder(self._work)  # whoever died may have died before it did
        return [f"{name}：补完立户" for name in self._put_in_place()]

    def _put_in_place(self) -> list[str]:
        opened = self._work / _OPENED
        names = sorted(path.name for path in opened.iterdir() if path.is_dir())
        for name in names:
            durable_files.rename_new(opened / name, self._cases / name)
        durable_files.sync_folder(self._cases)
        durable_files.remove_tree(
            opened
        )  # the empty one that a power loss brings back is taken away by the next start
        return names
