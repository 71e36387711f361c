"""Whether a step of service (送达) may be taken: its papers are proved served, by a method whose proof is there, on the day of receipt.

From that day the remedies' time limits run. Which methods there are, and what each needs, stands in the rows ``service.method.…`` of
the pack; a row's value names what the step must be told, who must have signed, or 理由 (``、`` and, ``或`` or).
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from archivist.doctypes.catalogue import Catalogue, DocumentKind
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import RuleFault
from archivist.model.case import Case
from archivist.model.record import Record, RecordStatus
from archivist.model.states import StepTaken
from archivist.model.step_ids import DELIVERIES, GRANTING, REFUSING
from archivist.rules import service, step_rows
from archivist.rules.completeness import required_papers
from archivist.rules.pack import Pack
from archivist.rules.rule import Rule, StepRule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId, RulePrefix
from archivist.rules.service import Proof

DIRECT: Final = "直接"
"""The method where none is told."""
REASON: Final = "理由"
SIGNATURE: Final = "签名"
"""Ends what a way of service asks for that the receipt itself shows."""


@dataclass(frozen=True, slots=True)
class ToServe:
    """What the latest act that has to be served brought forth.

    Attributes:
        step: that act; ``None`` where there is none.
        papers: those of its papers that are in the file, since the service before it.
        lacking: titles of the decision or notice that is not.
        ours: it is served by a paper of the office's own; else by one of another body.
    """

    step: StepTaken | None
    papers: tuple[Record, ...] = ()
    lacking: tuple[str, ...] = ()
    ours: bool = True


def to_serve(case: Case, pack: Pack, catalogue: Catalogue) -> ToServe:
    """Return which papers have to be served now: those of the latest step that led the case on and brought any forth."""
    for step in reversed(case.steps):
        types = [n for n in _makes(case, pack, step) if n in catalogue and catalogue.get(n).served]
        types = [n for n in types if case.category in catalogue.get(n).categories]
        if step.before is not step.after and (types or step.id in (*GRANTING, *REFUSING)):
            return _of_step(case, catalogue, step, types)
    return ToServe(None)


def _makes(case: Case, pack: Pack, taken: StepTaken) -> Sequence[str]:
    row = step_rows.row_taken(pack, case, taken)
    return row.makes if row else ()


def _of_step(case: Case, catalogue: Catalogue, step: StepTaken, types: Sequence[str]) -> ToServe:
    before = [s.seq for s in case.steps if s.id in DELIVERIES and s.seq < step.seq]
    since = before[-1] if before else 0
    papers = tuple(r for r in case.records_of(*types) if r.seq > since and not r.signs)
    decisions = [n for n in types if catalogue.get(n).kind is DocumentKind.DECISION]
    held = {r.type for r in papers}
    lacking = tuple(catalogue.title(n) for n in decisions or types if n not in held)
    return ToServe(step, papers, lacking, bool(types))


# ── proved served ────────────────────────────────────────────────────────────────────────────────────────
def unproved(case: Case, pack: Pack, catalogue: Catalogue) -> list[str]:
    """Return which paper of the latest act is not proved served by which receipt; none when all are.

    A receipt of which it is in doubt whether it is one, or is signed, proves nothing before a person looked.
    """
    due = to_serve(case, pack, catalogue)
    if due.step is None:
        return ["还没有作出须送达的决定或告知"]
    served = service.of(case, catalogue)
    if not due.ours:
        if proofs := [p for p in served.proofs.values() if p.copy.seq > due.step.seq]:
            return _doubts(case, [p.copy for p in proofs])
        return [
            f"“{due.step.title}”（{due.step.on}）以后没有签收的送达回证；先制发：archivist generate 送达回证 {case.number} --serves 件号"
        ]
    lacking = [f"卷内没有《{title}》，无从送达" for title in due.lacking]
    lacking += [why for paper in due.papers if (why := service.unproved(case, served, paper))]
    copies = [served.proofs[r.no].copy for r in due.papers if r.no in served.proofs]
    return [*dict.fromkeys(lacking + [why for copy in copies for why in _doubts(case, [copy])])]


def _doubts(case: Case, copies: Sequence[Record]) -> list[str]:
    """Return what a person should look at among some signed copies, of which one is enough."""
    return [required_papers.settling(case, doubt) for doubt in required_papers.open_doubts_of(case, copies)]


def served_since(case: Case, pack: Pack, catalogue: Catalogue, step: str) -> StepTaken | None:
    """Return the step of service that served the latest act already; ``None`` when none did."""
    due = to_serve(case, pack, catalogue)
    taken = case.step(step) if step in DELIVERIES else None
    return taken if taken and due.step and taken.seq > due.step.seq else None


# ── method and day ───────────────────────────────────────────────────────────────────────────────────────
def unfit(
    case: Case,
    pack: Pack,
    catalogue: Catalogue,
    row: StepRule,
    on: dt.date,
    values: Mapping[str, Any],
    reason: str,
) -> list[str]:
    """Return what the method of service lacks, and how the day of the step disagrees with the day of receipt.

    Raises:
        RuleFault: E502, a row of a method asks for what the step does not ask.
    """
    due = to_serve(case, pack, catalogue)
    served = service.of(case, catalogue)
    if due.ours:
        proofs = [served.proofs[r.no] for r in due.papers if r.no in served.proofs]
    else:
        proofs = [p for p in served.proofs.values() if due.step and p.copy.seq > due.step.seq]
    methods = {
        m.title: m for m in pack.under(RulePrefix.SERVICE_METHOD, case.category, RuleDays(case.rules_on, on))
    }
    name = str(values.get("method") or DIRECT)
    if (method := methods.get(name)) is None:
        return [f"送达方式没有“{name}”；可填：{'、'.join(methods)}"]
    told: dict[str, Any] = {_name(label): values.get(name) for name, label in row.labels.items()}
    told[REASON] = reason.strip()
    return [
        *_lacking(method, told, proofs),
        *_choices(catalogue, values),
        *_evidence(case, row, values),
        *_day(case, pack, on, values, proofs),
    ]


def _name(label: str) -> str:
    """Return the name of what a step asks for, without what explains it in brackets."""
    return label.split("（")[0]


def _lacking(method: Rule, told: Mapping[str, Any], proofs: Sequence[Proof]) -> Iterator[str]:
    for need in str(method.value).split("、"):
        either = need.split("或")
        if not any(_there(method, one, told, proofs) for one in either):
            inferred = "〔参照、推定〕" if method.inferred else ""
            yield f"{method.title}送达须有{'或'.join(either)}（{method.source}{inferred}）"


def unaskable(method: Rule, step: StepRule) -> list[str]:
    """Return what a row of a method asks for that a step of service is never told and that is no signature."""
    told = {_name(label) for label in step.labels.values()} | {REASON}
    needs = (one for need in str(method.value).split("、") for one in need.split("或"))
    return [one for one in needs if one not in told and not one.endswith(SIGNATURE)]


def _there(method: Rule, need: str, told: Mapping[str, Any], proofs: Sequence[Proof]) -> bool:
    if need in told:
        return bool(told[need])
    if not need.endswith(SIGNATURE):
        raise RuleFault(f"{method.id}：办理送达时不问“{need}”，无从核对")
    return all(proof.signed_at(need) for proof in proofs)


def _choices(catalogue: Catalogue, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield a relation that the receipt does not offer."""
    relation = values.get("relation")
    receipt = catalogue.get(DocumentId.DELIVERY_RECEIPT) if DocumentId.DELIVERY_RECEIPT in catalogue else None
    field = receipt.field(FieldPath.DELIVERY_RELATION) if receipt else None
    if relation and field and relation not in field.choices:
        yield f"代收人与受送达人的关系没有“{relation}”；可填：{'、'.join(field.choices)}"


def _evidence(case: Case, row: StepRule, values: Mapping[str, Any]) -> Iterator[str]:
    """Yield what is named as evidence and is no paper of the file that holds."""
    labels = {name: _name(label) for name, label in row.labels.items()}
    for key in ("evidence", "consent"):
        for number in service.numbers_in(values.get(key)):
            record = case.records.get(number)
            if record is None or record.voided or record.status is RecordStatus.PENDING:
                yield f"{labels.get(key, key)}：卷内没有已归档的第 {number} 件"


def _day(
    case: Case, pack: Pack, on: dt.date, values: Mapping[str, Any], proofs: Sequence[Proof]
) -> Iterator[str]:
    for proof in proofs:
        for record in {proof.paper.no: proof.paper, proof.receipt.no: proof.receipt}.values():
            if record.issued and record.dated > on.isoformat():
                yield f"送达日期 {on} 早于{service.named(record)}（{record.dated}）"
    days = {f"第 {p.copy.no} 件上的收到日期": p.on for p in proofs if p.on}
    if told := values.get("received_on"):
        days["填写的收到日期"] = dt.date.fromisoformat(str(told))
    if (posted := values.get("posted_on")) and (rule := pack.rule_for(RuleId.SERVICE_PUBLIC, case, on)):
        until = rule.deadline(dt.date.fromisoformat(str(posted)), pack.calendar).day
        days[f"公告 {rule.value} 日期满（{rule.source}）"] = until
    if len(set(days.values())) > 1:
        yield (
            "收到日期前后不符："
            + "；".join(f"{what} {day}" for what, day in days.items())
            + (
                f"；以原件为准改正：archivist case record serves {case.number} 回证件号 件号 --received-on 日期"
            )
        )
        return
    for what, day in days.items():
        if day != on:
            yield f"送达日期 {on} 与{what} {day} 不符：复议、诉讼和说明的期限从收到之日起算，办理日期应为 {day}"
