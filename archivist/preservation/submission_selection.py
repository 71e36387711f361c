"""Which households a submission takes: newly granted in its period, changed since the last receipt, returned or unanswered.

How often and which categories the rule pack says: 晋城 「按季度将新增救助对象档案电子版…上报」, 红桥 「每月将新增社会救助对象审核确认
档案…报区民政局备案」; a pack without such a row leaves both to the person.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import ArchivistError, IntegrityAlarm
from archivist.model.bag_head import BagHead
from archivist.model.case import Case
from archivist.model.event import Event, Op
from archivist.model.expunged_records import ExpungedRecord
from archivist.model.ids import CaseNo, Category
from archivist.preservation.submission_bags import PackedBag, pack
from archivist.preservation.submission_format import WhySubmitted
from archivist.preservation.submission_ledger import Acknowledged
from archivist.report.case_history import HouseholdHistory
from archivist.report.query import Period
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId
from archivist.store import chain
from archivist.workspace import Workspace


class Wanted(StrEnum):
    """Which households are wanted: what is due, everything, or only one part of what is due."""

    DUE = "due"
    ALL = "all"
    CHANGED = "changed"
    NEW = "new"


_TAKEN: Final = {
    Wanted.DUE: frozenset(WhySubmitted),
    Wanted.ALL: frozenset(WhySubmitted),
    Wanted.CHANGED: frozenset(WhySubmitted) - {WhySubmitted.NEW},
    Wanted.NEW: frozenset(WhySubmitted) - {WhySubmitted.CHANGED},
}


@dataclass(frozen=True, slots=True)
class SubmissionCycle:
    """How often files are handed over by the rules: ``period`` is ``quarter`` or ``month``; ``rows`` say so."""

    period: str
    steps: frozenset[str]
    rows: tuple[Rule, ...]

    @property
    def rule(self) -> Rule:
        """The row that is named."""
        return self.rows[0]

    def categories(self, catalogue: Catalogue) -> frozenset[Category]:
        """Return of which categories: as the rows say, else as their documents are made for; empty for every one."""
        return frozenset(c for row in self.rows for c in row.categories) or frozenset(
            c for row in self.rows for document in row.documents for c in catalogue.get(document).categories
        )


def cycle(workspace: Workspace, period: Period) -> SubmissionCycle | None:
    """Return how often the office's rules want files handed over, on the last day of a period; ``None`` where they say nothing."""
    pack_ = workspace.pack
    for rule_id, name in ((RuleId.FILING_NEW_MONTHLY, "month"), (RuleId.ARCHIVE_QUARTERLY, "quarter")):
        if rows := _rows(pack_, rule_id, period):
            return SubmissionCycle(name, frozenset(step for row in rows for step in row.ends), tuple(rows))
    return None


def _rows(pack_: Pack, rule_id: str, period: Period) -> list[Rule]:
    days = RuleDays.alike(period.last)
    return [row for row in pack_.rules if row.id == rule_id and row.applies(None, days)]


@dataclass(frozen=True, slots=True)
class _Look:
    """What was found of a household at one of its heads: why it is handed over, if it is."""

    why: WhySubmitted | None
    expunged: tuple[ExpungedRecord, ...]


@dataclass
class Selection:
    """Looks through the households of an archive; what it found of one it need not look up again at the same head.

    Args:
        workspace: the open workspace.
        period: in which a grant is new.
        wanted: which households.
        known: what the bureau has.
    """

    workspace: Workspace
    period: Period
    wanted: Wanted
    known: Acknowledged
    packed: dict[BagHead, PackedBag] = field(default_factory=dict)
    _looks: dict[BagHead, _Look] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.cycle = cycle(self.workspace, self.period)
        self._categories = self.cycle.categories(self.workspace.catalogue) if self.cycle else frozenset()

    def select(self, heads: Iterable[BagHead]) -> list[tuple[PackedBag, WhySubmitted]]:
        """Return the households to be handed over, packed as they stand at their heads, in order.

        Args:
            heads: of every case.

        Raises:
            IntegrityAlarm: E202, naming every household that cannot be read or handed over.
        """
        found: list[tuple[PackedBag, WhySubmitted]] = []
        refused: list[str] = []
        for head in sorted(heads):
            try:
                if head not in self._looks:
                    case = self.workspace.archive.read(CaseNo.parse(head.bag))
                    self._looks[head] = _Look(self._reason(head, case), tuple(case.expunged.values()))
                if (why := self._looks[head].why) is not None:
                    self._refuse_alarmed(head)
                    if head not in self.packed:
                        self.packed[head] = pack(self.workspace.archive.root, head)
                    found.append((self.packed[head], why))
            except ArchivistError as error:
                refused.append(str(error))
        if refused:
            raise refusal(refused)
        return found

    def _refuse_alarmed(self, head: BagHead) -> None:
        findings = self.workspace.archive.alarms.findings(CaseNo.parse(head.bag))
        if findings:
            raise IntegrityAlarm(f"有 {len(findings)} 项核对问题没有了结", file=head.bag)

    def expunged(self, heads: Iterable[BagHead]) -> list[tuple[str, ExpungedRecord]]:
        """Return the records that were taken out of the files of households that were looked through, in order."""
        return [(head.bag, one) for head in sorted(heads) for one in self._looks[head].expunged]

    def _reason(self, head: BagHead, case: Case) -> WhySubmitted | None:
        if self.wanted is Wanted.ALL:
            return WhySubmitted.ALL
        if head.bag in self.known.returned:
            why: WhySubmitted | None = WhySubmitted.RETURNED
        elif head.bag in self.known.unanswered:
            why = WhySubmitted.UNANSWERED
        elif accepted := self.known.accepted.get(head.bag):
            why = (
                WhySubmitted.CHANGED
                if accepted[1] != head.head and self._changed(case.number, accepted[0])
                else None
            )
        else:
            why = WhySubmitted.NEW if self._granted(case) else None
        return why if why in _TAKEN[self.wanted] else None

    def _granted(self, case: Case) -> bool:
        if self._categories and case.category not in self._categories:
            return False
        return HouseholdHistory(case).entered(self.period)

    def _changed(self, number: CaseNo, since: int) -> bool:
        """Tell whether anything was entered since that the bureau does not know by having received it."""
        steps = self.cycle.steps if self.cycle else frozenset[str]()
        events = chain.read(self.workspace.archive.folder(number)).events[since:]
        return not all(_is_of_submission(event, steps) for event, _ in events)


def _is_of_submission(event: Event, steps: frozenset[str]) -> bool:
    if event.op is Op.CHECK_FEEDBACK:
        return bool(event.data["passed"])
    return event.op is Op.CASE_BOUND or (event.op is Op.STEP_TAKEN and event.data["step"] in steps)


def refusal(households: Iterable[str]) -> IntegrityAlarm:
    """Return why nothing is handed over: every household that does not hold, on a line of its own."""
    lines = list(households)
    return IntegrityAlarm(
        f"{len(lines)} 户没有通过核对，没有报送",
        problems=lines,
        remedy="用 archivist verify 查明，从备份恢复（restore）或作出决定（verify --accept）后再报送。",
    )
