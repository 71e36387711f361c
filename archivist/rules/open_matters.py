"""What is still open in a file that is about to be closed (注销): named before, for afterwards it can no longer be done.

Pure: what waits in the review tray and in the drop folder the archive knows, see ``procedure.closing``.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.catalogue import Catalogue
from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.fact_paths import FactPath
from archivist.model.group_holds import GroupHold
from archivist.model.household import RECOGNISED, other_members
from archivist.model.ids import Category
from archivist.model.record import RecordStatus
from archivist.model.standing import MatterKind
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import GRANTING, StepId
from archivist.rules import deadlines, service, step_rows
from archivist.rules.disposition import late_filing
from archivist.rules.disposition.holds import holds, unsettled
from archivist.rules.pack import Pack

_DECIDED: Final = (State.REFUSED, State.NOT_ACCEPTED, State.PROCEDURE_TERMINATED, State.TERMINATED)
"""Where a decision leads that ends a procedure."""
_PAID_ONCE: Final = (Category.JN, Category.ZC)


@dataclass(frozen=True, slots=True)
class OpenMatter:
    """One thing that is open, in a sentence."""

    kind: MatterKind
    text: str


def open_matters(
    case: Case, pack: Pack, catalogue: Catalogue, on: dt.date, groups: Sequence[GroupHold] = ()
) -> tuple[OpenMatter, ...]:
    """Return what a file leaves open that is closed on a day, by its papers, steps and facts."""
    return (
        *_unissued(case, pack, catalogue),
        *_unserved(case, catalogue),
        *(
            OpenMatter(MatterKind.UNSIGNED, f"{service.named(record)}待签，还没有归入签署件")
            for record in case.holding
            if record.status is RecordStatus.PENDING
        ),
        *_unpaid(case),
        *(OpenMatter(MatterKind.UNSETTLED, text) for text in unsettled(case)),
        *(
            OpenMatter(MatterKind.HELD, f"{hold.words}；解除以前不得销毁，也不因注销而解除")
            for hold in holds(case, on, groups)
        ),
        *_running(case, pack),
    )


def unexamined(case: Case) -> tuple[str, ...]:
    """Return what nobody can tell by the file."""
    if case.category in _PAID_ONCE or case.step(StepId.PAY) is None:
        return ()
    since = f"自 {start} 起" if (start := case.fact(FactPath.BENEFIT_START)) else ""
    return (f"未检：{since}各月救助资金是否发放到位，系统没有逐月登记，请对照发放明细核对",)


def _unissued(case: Case, pack: Pack, catalogue: Catalogue) -> Iterator[OpenMatter]:
    """Yield the documents of this round's steps that were not issued and could not be any more."""
    for step in case.round:
        row = step_rows.row_taken(pack, case, step)
        for name in dict.fromkeys(row.makes if row else ()):
            if name not in catalogue or name == DocumentId.DELIVERY_RECEIPT or name in late_filing.ISSUED:
                continue
            kind = catalogue.get(name)
            if kind.of_office or not kind.generated or case.category not in kind.categories:
                continue
            if (kind.packs and pack.id not in kind.packs) or any(
                record.seq > step.seq for record in case.records_of(name)
            ):
                continue
            yield OpenMatter(
                MatterKind.UNISSUED,
                f"“{step.title}”（{step.on}）应形成的《{kind.title}》没有制发，注销以后不能再制发",
            )


def _unserved(case: Case, catalogue: Catalogue) -> Iterator[OpenMatter]:
    if nobody_left(case):
        return
    found = service.of(case, catalogue)
    for paper in found.unserved:
        yield OpenMatter(MatterKind.UNSERVED, service.unproved(case, found, paper))


def _unpaid(case: Case) -> Iterator[OpenMatter]:
    granted = case.step(*GRANTING)
    if granted is None or case.category in RECOGNISED or case.step(StepId.PAY):
        return
    if case.category in _PAID_ONCE:
        yield OpenMatter(MatterKind.UNPAID, f"“{granted.title}”（{granted.on}）以后没有办“发放”")
        return
    start = case.fact(FactPath.BENEFIT_START)
    months = f"自 {start} 起各月都没有发放" if start else "没有一个月发放过"
    yield OpenMatter(MatterKind.UNPAID, f"“{granted.title}”（{granted.on}）以后没有列入发放，{months}")


def _running(case: Case, pack: Pack) -> Iterator[OpenMatter]:
    for limit in deadlines.running(case, pack):
        if limit.due is not None:
            due = f"{limit.due.day} {limit.due.at}".strip()
            yield OpenMatter(
                MatterKind.DEADLINE, f"“{limit.rule.title}”的期限到 {due}，还没有办（{limit.rule.source}）"
            )


# ── the decision that ends it ────────────────────────────────────────────────────────────────────────────
def ending_decision(case: Case, pack: Pack, catalogue: Catalogue) -> tuple[StepTaken, tuple[str, ...]] | None:
    """Return the step of this round that decided the end and has to be served, with the documents that say so.

    ``None`` where nothing was decided against the household (放弃、撤回, 办结); no documents where the pack names none.
    """
    for step in reversed(case.round):
        row = step_rows.row_taken(pack, case, step)
        served = [n for n in (row.makes if row else ()) if n in catalogue and catalogue.get(n).served]
        if step.after in _DECIDED and step.before is not step.after:
            return step, tuple(served)
    return None


def nobody_left(case: Case) -> bool:
    """Tell whether there is nobody to serve any more: the only person of the household is dead (得知死亡).

    A subsidy for the disabled is one person's (残疾人两项补贴以人为单位), whoever else lives there.
    """
    death = next((s for s in case.round if s.id == StepId.REPORT_DEATH), None)
    if death is None or any(person.seq > death.seq for person in case.former):
        return False  # somebody goes on in the place of the dead
    return case.category is Category.CJ or not other_members(case, death.on)
