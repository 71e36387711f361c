"""保管: how long files must be kept, and the batches that are appraised and approved; nothing is destroyed from a browser."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from archivist.api import disposal
from archivist.api.disposal import DisposalView
from archivist.api.result import Problem
from archivist.api.retention import HELD, RetainedCaseView
from archivist.errors import ArchivistError, UsageError
from archivist.model.permissions import Act
from archivist.web.proof import others, second
from archivist.web.visit import Answer, Visit, to

PAGE: Final = 50
_REFUSED: Final = 409
KINDS: Final = {"expired": "到期", "held": "冻结", "open": "未了"}
"""What the list is narrowed to: may be appraised, held, something left to look into."""
_UNSETTLED: Final = ("期满未结案", "起算日不明")


def show(visit: Visit) -> Answer:
    """Show how long each file must be kept, the first to be appraised first, and the batches.

    Raises:
        IntegrityAlarm: E202, of the ledger.
    """
    return _list(visit)


def _list(visit: Visit, *, problem: ArchivistError | None = None) -> Answer:
    found = visit.office.gathered.retained(visit.workspace, on=visit.today, at=visit.office.keyboard.clock())
    kinds = {kind: [c for c in found.cases if kind in _kinds(c)] for kind in KINDS}
    wanted, page = visit.asked.get("kind", ""), visit.number("page")
    shown = kinds.get(wanted, list(found.cases))
    return visit.page(
        "retention.html",
        status=_REFUSED if problem else 200,
        cases=[(c, "expired" in _kinds(c)) for c in shown[(page - 1) * PAGE : page * PAGE]], total=len(shown),
        counts=[(kind, label, len(kinds[kind])) for kind, label in KINDS.items()], wanted=wanted, unread=found.unread,
        batches=disposal.list_disposals(visit.workspace).disposals, page=page, pages=max(1, -(-len(shown) // PAGE)),
        problem=Problem.of(problem) if problem else None,
    )  # fmt: skip


def _kinds(kept: RetainedCaseView) -> set[str]:
    if kept.status == HELD:
        return {"held"}
    if kept.status == "可鉴定":
        return {"expired", "open"} if kept.doubts else {"expired"}
    return {"open"} if kept.doubts or kept.status in _UNSETTLED else set()


def plan(visit: Visit) -> Answer:
    """Show what a batch of the ticked files would be; nothing is written."""
    cases = visit.form.get("case", ())
    try:
        if not cases:
            raise UsageError("没有勾选户档", remedy="在列表里勾选到期的户档，再送鉴定。")
        planned = disposal.propose(visit.workspace, visit.by, cases, on=visit.today, dry_run=True)
    except ArchivistError as error:
        return _list(visit, problem=error)
    return visit.page("retention_plan.html", planned=planned)


def propose(visit: Visit) -> Answer:
    """Propose the batch; its forms lie in the outbox."""
    try:
        made = disposal.propose(visit.workspace, visit.by, visit.form.get("case", ()), on=visit.today)
    except ArchivistError as error:
        return _list(visit, problem=error)
    return to(f"/retention/batch/{made.disposal}")


def batch(visit: Visit) -> Answer:
    """Show where a batch stands and what comes next.

    Raises:
        WrongBatchState: E607, there is none of this number.
    """
    return _batch(visit)


def _batch(visit: Visit, *, problem: ArchivistError | None = None) -> Answer:
    name = visit.place["batch"].strip().upper()
    listed = disposal.list_disposals(visit.workspace).disposals
    found = next((one for one in listed if one.disposal == name), None)
    if found is None:
        raise UsageError(f"没有销毁批次 {name}", remedy="回到“保管”，从批次列表里选。")
    return visit.page(
        "retention_batch.html",
        status=_REFUSED if problem else 200,
        batch=found, others=others(visit), said={k: v[-1] for k, v in visit.form.items() if "pin" not in k},
        problem=Problem.of(problem) if problem else None, cancellable=found.state in ("proposed", "appraised", "approved"),
    )  # fmt: skip


def papers(visit: Visit) -> Answer:
    """Make the papers of a batch again."""
    return _done(visit, lambda: disposal.papers(visit.workspace, visit.by, visit.place["batch"]))


def appraise(visit: Visit) -> Answer:
    """Record what the appraisers decided; one of them confirms it on the spot with the own PIN."""

    def act() -> DisposalView:
        confirmed = second(visit, Act.APPRAISE_DISPOSAL)
        signed = [
            name
            for line in visit.form.get("appraisers", ())
            for name in line.replace("，", " ").replace("、", " ").split()
        ]
        if "opinions" not in visit.files:
            raise UsageError(
                "没有选填好的鉴定意见表（.xlsx）", remedy="选拟办时做的那一份，填好意见的。没有写入任何内容。"
            )
        return disposal.appraise(
            visit.workspace, visit.by, visit.place["batch"],
            opinions=visit.files["opinions"], appraisers=signed, paper=visit.files.get("paper"), confirmed=confirmed,
        )  # fmt: skip

    return _done(visit, act)


def approve(visit: Visit) -> Answer:
    """Record the signed approval; the one who approved confirms it on the spot with the own PIN."""

    def act() -> DisposalView:
        confirmed = second(visit, Act.APPROVE_DISPOSAL)
        return disposal.approve(
            visit.workspace, visit.by, visit.place["batch"],
            approver=confirmed.actor, paper=visit.files.get("paper"), confirmed=confirmed,
        )  # fmt: skip

    return _done(visit, act)


def cancel(visit: Visit) -> Answer:
    """Cancel a batch that was not begun; the reason stays in the ledger."""
    return _done(
        visit,
        lambda: disposal.cancel(visit.workspace, visit.by, visit.place["batch"], reason=visit.said("reason")),
    )


def _done(visit: Visit, act: Callable[[], object]) -> Answer:
    try:
        act()
    except ArchivistError as error:
        return _batch(visit, problem=error)
    return to(f"/retention/batch/{visit.place['batch']}")
