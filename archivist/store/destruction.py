"""The destruction of one case: the ledger says it first, then the folder leaves ``cases/``, then its bytes go, then the ledger again.

D1 the ledger takes ``case_destroying`` with the tombstone: from here on there is only forward. D2 the folder is renamed into
``.work/``. D3 its bytes are removed. D4 the ledger takes ``case_destroyed``: only now is it destroyed. In between the ledger takes
nothing else; whoever holds the lock next does what is left to do. What is asked before D1 (D0), and what goes with the case
outside its folder (D5), is not of this module.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.disposal_errors import AlreadyDestroyed
from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo, Sha256
from archivist.model.tombstone import Tombstone
from archivist.store import bag, chain, durable_files
from archivist.store.chain import Chain
from archivist.store.commit import Draft, Stamp
from archivist.store.ledger import LedgerBags, LedgerFold, stamp_of

_UNDER_WAY: Final = "销毁已登记、尚未办完，下次启动时自动补完；补完之前不算已销毁"


@dataclass(frozen=True, slots=True)
class Sentence:
    """By what one case is destroyed; see ``Tombstone`` for what is not said here."""

    disposal: str
    list_sha256: Sha256
    records: int
    pages: int
    deregistered: str
    rule: str
    sentence: str
    end: str
    persons: Mapping[str, tuple[str, ...]]
    copies: tuple[str, ...]

    def tombstone(self, number: CaseNo, folder: Path, current: Chain) -> Tombstone:
        """Return the tombstone of a case whose chain this is."""
        years = [int(event.time[:4]) for event, _ in current.events]
        return Tombstone(
            case=number,
            disposal=self.disposal,
            list_sha256=self.list_sha256,
            events=tuple(digest for _, digest in current.events),
            tagmanifest=durable_files.digest_of(folder / bag.TAG_MANIFEST)[0],
            records=self.records,
            files=len(current.files),
            bytes=sum(size for _, size in current.files.values()),
            pages=self.pages,
            years=(min(years), max(years)),
            deregistered=self.deregistered,
            rule=self.rule,
            sentence=self.sentence,
            end=self.end,
            persons=self.persons,
            copies=self.copies,
        )


def _fold(before: Mapping[CaseNo, Tombstone], events: Iterable[Event]) -> Mapping[CaseNo, Tombstone]:
    """Return the tombstones with those that further events of the ledger tell of."""
    found = dict(before)
    for event in events:
        try:
            number = CaseNo.parse(str(event.data["case"]))
            if event.op is Op.CASE_DESTROYING:
                found[number] = Tombstone.of(event)
            elif number in found:
                found[number] = replace(found[number], destroyed_at=event.time)
        except chain.UNFIT as error:
            raise IntegrityAlarm(f"墓碑读不出来（事件 {event.seq}：{error}）", file=event.time[:4]) from error
    return found


_TOMBSTONES: Final[LedgerFold[Mapping[CaseNo, Tombstone]]] = LedgerFold(
    (Op.CASE_DESTROYING, Op.CASE_DESTROYED), {}, _fold
)


class Destructions:
    """What was destroyed, and the only place that destroys. Callers hold the workspace's lock for everything that writes.

    Args:
        cases: where the cases are.
        work: where a case goes that is being destroyed; on the same disk.
        ledgers: the ledger's bags.
    """

    def __init__(self, cases: Path, work: Path, ledgers: LedgerBags) -> None:
        self._cases = cases
        self._work = work
        self._ledgers = ledgers

    def tombstones(self) -> Mapping[CaseNo, Tombstone]:
        """Return what the ledger says was destroyed, or is being, by case and in the order it was done.

        Raises:
            IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
        """
        return self._ledgers.folded(_TOMBSTONES, quick=True)

    def readable(self) -> Mapping[CaseNo, Tombstone]:
        """Return the tombstones, none where the ledger cannot be read: for whoever has to go on then."""
        try:
            return self.tombstones()
        except (IntegrityAlarm, NewerFormat):
            return {}

    def refuse(self, number: CaseNo) -> None:
        """Refuse a case that was destroyed: it neither opens nor comes back.

        Raises:
            AlreadyDestroyed: E604. IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
        """
        if stone := self.tombstones().get(number):
            raise AlreadyDestroyed(stone.words, file=str(number))

    def carry_out(self, tombstone: Tombstone, stamp: Stamp) -> Tombstone:
        """Destroy a case (D1 to D4) and return its tombstone as it stands then.

        Args:
            tombstone: of the case as it stands under the lock.
            stamp: who, when; of both events.

        Raises:
            WriteFailed: E204; its message says that the next start completes it, or that nothing was begun.
            ArchiveError: E200, another destruction is under way.

        Survives: a kill or a power cut at any point; the case is whole and the ledger says nothing of it, or the next start
            completes it.
        """
        year = self._ledgers.year_of(Op.CASE_DESTROYING, stamp.by.today.year)
        data = {
            "case": str(tombstone.case),
            "disposal": tombstone.disposal,
            "tombstone": tombstone.to_plain(),
        }
        destroying = self._ledgers.enter(year, Draft(Op.CASE_DESTROYING, data), stamp)
        with durable_files.writing(_UNDER_WAY, file=str(tombstone.case)):
            return replace(tombstone, destroyed_at=self._complete(year, destroying, stamp).time)

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete what a year's last event began; idempotent, after every bag has recovered and before anything else is entered.

        Returns:
            What was done, and what could not be; both in Chinese.

        Raises:
            OSError: a file cannot be removed; nobody says that the case is destroyed.
        """
        done: list[str] = []
        alarms: list[str] = []
        for year, event in self._ledgers.last_events():
            if event.op is not Op.CASE_DESTROYING:
                continue
            try:
                self._complete(year, event, stamp_of(event), resumed=True)
                done.append(f"{event.data['case']}：补完销毁")
            except (IntegrityAlarm, NewerFormat) as alarm:
                alarms.append(str(alarm))
        return done, alarms

    def _complete(self, year: int, destroying: Event, stamp: Stamp, *, resumed: bool = False) -> Event:
        """Do D2 to D4 of what the ledger has begun."""
        number = CaseNo.parse(str(destroying.data["case"]))
        self._erase(number)
        data: dict[str, object] = {"case": str(number), "disposal": destroying.data["disposal"]}
        if resumed:
            data["resumed"] = True
        return self._ledgers.enter(year, Draft(Op.CASE_DESTROYED, data), stamp)

    def _erase(self, number: CaseNo) -> None:
        """Take a case out of ``cases/`` and remove its bytes; done again it changes nothing."""
        folder, leaving = self._cases / str(number), self._work / f"destroy-{number}"
        if folder.is_dir():
            durable_files.remove_tree(leaving)
            durable_files.rename_new(folder, leaving)
            durable_files.sync_folder(self._work)
        durable_files.sync_folder(self._cases)
        durable_files.remove_tree(leaving)
        durable_files.sync_folder(self._work)
