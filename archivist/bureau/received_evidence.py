"""What the checks of the four natures ask of an office whose files were received: its ledger, its submissions, as they came.

What only the office knows (its 档号 rule, types and rules of its own) is left open; the bureau's own settings are not held against it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from archivist.bureau import custody, received
from archivist.bureau.received import Reported
from archivist.errors import ArchivistError, IntegrityAlarm, NewerFormat
from archivist.issuing.number_series import NumberSeries, borne_by
from archivist.model.event import Event
from archivist.model.ids import CaseNo
from archivist.os_reasons import reason_of
from archivist.preservation import comparison
from archivist.preservation.anchors import Anchors, contradiction
from archivist.preservation.comparison import HeadsElsewhere
from archivist.preservation.four_nature.items import Phase
from archivist.preservation.four_nature.office_evidence import OfficeEvidence, OutsideAnchor
from archivist.preservation.four_nature.run import FourNatureReport, check_each
from archivist.preservation.submission_format import TransferSums
from archivist.store import bag, chain
from archivist.store.bag_fixity import FixityFinding
from archivist.store.receptions import ANCHORS, LEDGER
from archivist.workspace import Workspace


class ReceivedEvidence(OfficeEvidence):
    """What was received from one office.

    Args:
        workspace: the bureau's.
        on: civil day of the check.
        office: its code.
        backup: the folder of the bureau's own backup; ``None`` where it is not at hand.

    Raises:
        IntegrityAlarm: E202, of the bureau's ledger: without it nobody knows what was received. NewerFormat: E210.
    """

    def __init__(self, workspace: Workspace, on: dt.date, office: str, backup: Path | None = None) -> None:
        super().__init__(workspace, on, backup)
        self.code = office
        self.submissions: tuple[Reported, ...] = tuple(
            one for one in received.submissions(workspace.archive) if one.office == office
        )

    @property
    def settings_of(self) -> None:
        """Nothing: they are the office's."""
        return None

    @property
    def foreign_rules(self) -> str:
        """Whether the office goes by other rules than the bureau: by what its ledger says last."""
        if isinstance(self.ledger, str):
            return f"不知道报送单位用的是什么规则：{self.ledger}"
        told, own = self.ledger[-1].pack, self.workspace.pack.stamp
        return "" if told == own else f"报送单位用的规则包是 {told or '不明'}，这里是 {own}"

    @cached_property
    def cases(self) -> list[CaseNo]:
        """The households of the office a copy of which is here."""
        return [number for number in self.workspace.archive.case_numbers() if number.office == self.code]

    @cached_property
    def anchors(self) -> Anchors:
        """The heads as they were received."""
        return Anchors(received.held_heads(self.workspace.archive, self.code))

    @cached_property
    def ledger(self) -> tuple[Event, ...] | str:
        """The events of the office's ledger as it came last, or why they cannot be read."""
        folder = self.workspace.archive.receptions.of(self.code) / LEDGER
        events: list[Event] = []
        try:
            for year in sorted(folder.glob("[0-9]*")):
                current = chain.read(year)
                heads = self.anchors.of(bag.identifier(year.name))
                if contradiction(heads, [digest for _, digest in current.events]):
                    return f"报送单位 {year.name} 年的总账不是接收时的那一份"
                events += [event for event, _ in current.events]
        except (IntegrityAlarm, NewerFormat) as error:
            return f"报送单位的总账读不出来：{error}"
        except OSError as error:
            return f"报送单位的总账读不出来：{reason_of(error)}"
        return tuple(events) if events else "报送单位的总账不在"

    @cached_property
    def ledger_here(self) -> tuple[Event, ...] | str:
        """The bureau's own."""
        return tuple(self.workspace.archive.ledger_events())

    @cached_property
    def outside(self) -> tuple[OutsideAnchor, ...] | str:
        """The heads the office named with each submission, of the bags that came with it."""
        folder = self.workspace.archive.receptions.of(self.code) / ANCHORS
        found = []
        for one in self.submissions:
            try:
                listed = comparison.read(folder / f"{one.submission}.tsv")
            except (ArchivistError, OSError):
                return f"报送 {one.submission} 的链头清单不在，或读不出来"
            if listed.sha256 != one.anchor:
                return f"报送 {one.submission} 的链头清单与总账所记的摘要不符"
            came = {head.bag for head in one.heads}
            heads = tuple(head for head in listed.heads if head.bag in came)
            found.append(
                OutsideAnchor(one.submission, HeadsElsewhere(listed.kind, heads, listed.sha256), True)
            )
        return tuple(found)

    @cached_property
    def transfer_lists(self) -> dict[str, Mapping[str, TransferSums] | str]:
        """What each submission said of the households that were taken in with it, as the bureau's ledger keeps it."""
        return {
            one.submission: one.sums
            if one.sums is not None
            else f"{one.submission} 由旧版程序接收，没有记下移交清单上的件数、字节数"
            for one in self.submissions
        }

    @cached_property
    def numbers(self) -> NumberSeries | str:
        """The reference numbers of the office's documents, or why they cannot be told."""
        if isinstance(self.ledger, str):
            return self.ledger
        return borne_by(self.workspace.archive, self.cases, self.ledger)

    def _strays(self) -> Iterator[FixityFinding]:
        yield from super()._strays()
        yield from custody.unaccounted(self.workspace.archive, self.code)


def check_four_natures(
    workspace: Workspace,
    office: str,
    numbers: Sequence[CaseNo],
    *,
    phase: Phase | None,
    on: dt.date,
    backup: Path | None = None,
    step: Callable[[int, int], None] | None = None,
) -> FourNatureReport:
    """Look into every item for what was received from an office, or from all of them; nothing is written.

    Args:
        workspace: the bureau's.
        office: its code; all when empty.
        numbers: households; all that were received, there or not, when none is named.
        phase: the occasion; ``None`` for every item there is.
        on: civil day of the check.
        backup: the folder of the bureau's own backup, where it is at hand.
        step: called with the cases done and the cases there are.

    Raises:
        ArchiveError: E200, nothing was received from that office. IntegrityAlarm: E202, of the bureau's own ledger.
    """
    archive = workspace.archive
    there = {*archive.case_numbers()}
    told = {CaseNo.parse(name) for one in received.submissions(archive) for name in one.cases}
    wanted = sorted(numbers) or sorted(there | told)
    if office:
        wanted = [number for number in wanted if number.office == office]
        if not wanted and not numbers:
            custody.require_received(archive, office)
    offices = {code: ReceivedEvidence(workspace, on, code, backup) for code in {n.office for n in wanted}}
    return check_each(
        [(offices[number.office], number) for number in wanted],
        gone={*wanted} - there, phase=phase, on=on, step=step,
    )  # fmt: skip
