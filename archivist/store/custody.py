"""Who answers for the files here: those handed over to another office take nothing any more, those taken over from one came under its numbers.

``ledger-<office>/<year>/`` are the years of the ledger of an office whose files were taken over, read-only.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final

from archivist.errors import CaseClosed, IntegrityAlarm, NewerFormat
from archivist.model.custody import HANDOVER_OPS, Handover, Handovers, TakenOver, fold_handovers
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.store import chain
from archivist.store.bag_heads import numbers_in
from archivist.store.ledger import LedgerBags, LedgerFold

_TAKEN: Final = re.compile(r"ledger-([A-Z]{2,8})")
_HANDOVERS: Final = LedgerFold(HANDOVER_OPS, Handovers(), fold_handovers)


def ledger_of(root: Path, office: str) -> Path:
    """Return where in an archive the ledger of an office is, or would be, whose files were taken over."""
    return root / f"ledger-{office}"


def ledgers_taken(root: Path) -> list[Path]:
    """Return the folders of the ledgers that were taken over, in order."""
    return (
        sorted(p for p in root.iterdir() if _TAKEN.fullmatch(p.name) and p.is_dir()) if root.is_dir() else []
    )


def years_of(root: Path, office: str) -> list[Path]:
    """Return the years of the ledger of an office whose files were taken over, in order."""
    return sorted(ledger_of(root, office).glob("[0-9]*"))


def offices_taken(root: Path) -> list[str]:
    """Return the codes of the offices whose files were taken over, in order."""
    return [path.name.partition("-")[2] for path in ledgers_taken(root)]


def own_numbers(root: Path) -> list[CaseNo]:
    """Return the numbers of the cases that this office opened: of those taken over its ledger gave none."""
    others = {*offices_taken(root)}
    return [number for number in numbers_in(root / "cases") if number.office not in others]


class Custody:
    """What the ledger says of files handed over and taken over.

    Args:
        ledgers: the ledger's bags.
    """

    def __init__(self, ledgers: LedgerBags) -> None:
        self._ledgers = ledgers

    def handed_over(self) -> Mapping[CaseNo, Handover]:
        """Return the files that were handed over, or are being.

        Raises:
            IntegrityAlarm: E202, of the ledger. NewerFormat: E210.
        """
        try:
            return self._ledgers.folded(_HANDOVERS, quick=True).cases
        except (OSError, *chain.UNFIT) as error:
            raise IntegrityAlarm(f"总账所记的移交读不出来（{error}）", file="ledger") from error

    def taken_over(self) -> tuple[TakenOver, ...]:
        """Return what was taken over, in the order in which it was; none where the ledger cannot be read."""
        try:
            return tuple(map(TakenOver.of, self._ledgers.events(Op.CUSTODY_RECEIVED)))
        except (IntegrityAlarm, NewerFormat, *chain.UNFIT):
            return ()

    def of(self, number: CaseNo) -> Handover | None:
        """Return by what a file was handed over; ``None`` where it was not, or the ledger cannot be read."""
        return self.readable().get(number)

    def readable(self) -> Mapping[CaseNo, Handover]:
        """Return the files that were handed over, none where the ledger cannot be read: for whoever has to go on then."""
        try:
            return self.handed_over()
        except (IntegrityAlarm, NewerFormat):
            return {}

    def before(self, number: CaseNo) -> str:
        """Return what stands before the words on a copy that was cleared away; empty where the file was not handed over."""
        handover = self.of(number)
        return f"{handover.words}；本机关的一份" if handover else ""

    def refuse(self, number: CaseNo) -> None:
        """Refuse to write to a file that another office answers for.

        Raises:
            CaseClosed: E207.
        """
        if handover := self.of(number):
            raise CaseClosed(
                f"{handover.words}，本机关不再写入",
                file=str(number),
                remedy=f"由 {handover.to} 在接收后的户档里接着办。没有写入任何内容。",
            )
