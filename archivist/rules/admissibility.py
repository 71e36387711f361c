"""One gate for every act: whether a step may be taken, or a document issued, in a case on a day.

Whoever asks (a step, one document, a bulk of them, a check, what comes next) gets the same sentences. A document
belongs to the steps of the rule pack that bring it forth (``makes``) or rest on it (``needs``), and to the states its
declaration names besides; what nobody names is refused.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from archivist.doctypes.catalogue import Catalogue, DocumentType
from archivist.doctypes.ids import DocumentId
from archivist.errors import CaseClosed, DocumentNotApplicable
from archivist.model import conditions
from archivist.model.case import Case, CaseStatus
from archivist.model.facts import Path, fact
from archivist.model.ids import RecordNo
from archivist.model.record import Record
from archivist.model.states import State, StepTaken
from archivist.model.step_ids import StepId
from archivist.rules import across, benefit_amount, prerequisites, service, step_rows
from archivist.rules.across import AcrossHouseholds
from archivist.rules.attempt import Attempt, money_decision
from archivist.rules.disposition import late_filing
from archivist.rules.pack import Pack
from archivist.rules.rule import StepRule
from archivist.rules.rule_days import RuleDays

ANY_STATE: Final = "*"
"""Among the ``states`` of a document type: whatever the state."""


@dataclass(frozen=True, slots=True)
class Admission:
    """What stands in the way of an act, every reason at once; what does not, but should be known."""

    problems: tuple[str, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Issuance:
    """A document about to be issued for a case as it stands.

    Attributes:
        on: its date (成文日期); ``today`` the day it is asked, both civil days of Asia/Shanghai.
        again: one of the kind holds already, and this one is to be issued beside it.
        replaces: the record that this one takes the place of, and which is void from then on.
        reason: why it is issued again, in place of another, or dated back.
        serves: the records a receipt (送达回证) is to list; empty: whatever waits to be served.
        posted: it stands with others on one sheet for the board (公示栏): its step need only be the next, and the
            household's own notice may be in its file already.
        standards: the office's monthly standards in yuan, by category.
        given: what the clerk tells, by path.
        across: what other households say, where its step wants to know; see ``document_looks_across``.
    """

    case: Case
    pack: Pack
    catalogue: Catalogue
    document: DocumentType
    on: dt.date
    today: dt.date
    again: bool = False
    replaces: str = ""
    reason: str = ""
    serves: tuple[RecordNo, ...] = ()
    posted: bool = False
    standards: Mapping[str, str] = field(default_factory=dict)
    given: Mapping[str, Any] = field(default_factory=dict)
    across: AcrossHouseholds | None = None

    @property
    def remaining(self) -> Case:
        """The case without the record that is replaced and its signed copy."""
        return self.case.without(self.replaces) if self.replaces else self.case

    @property
    def holding(self) -> tuple[Record, ...]:
        """The records of the case that hold, without the one that is replaced and its signed copy."""
        return self.remaining.holding


# ── steps ────────────────────────────────────────────────────────────────────────────────────────────────
def of_step(attempt: Attempt, catalogue: Catalogue, today: dt.date) -> Admission:
    """Say what stands in the way of a step; who takes it is not looked at.

    Args:
        attempt: the step, with its day and what it was told.
        catalogue: the document types.
        today: the day it is recorded.
    """
    case = attempt.case
    lacking, warnings = prerequisites.papers(attempt, catalogue)
    problems = [
        *step_rows.wrong_state(attempt.pack, case, attempt.step, attempt.on),
        *prerequisites.unmet(attempt),
        *lacking,
        *prerequisites.days(attempt, today),
    ]
    for name in attempt.step.makes:
        if name in catalogue:
            problems += _opposite(case, case.holding, catalogue.get(name), f"办“{attempt.step.title}”")
    if "amount_lawful" in attempt.step.guards:
        warnings += benefit_amount.remarks(money_decision(attempt))
    if attempt.across is not None:
        warnings += [line for line in attempt.across.lines if not any(line in p for p in problems)]
    return Admission(tuple(dict.fromkeys(problems)), tuple(warnings))


def looks_across(steps: Iterable[StepRule]) -> bool:
    """Tell whether one of some steps wants to know what other households say: those that grant or pay ahead, and 受理."""
    told = (StepId.ACCEPT, StepId.ADVANCE)
    return any(across.GUARD in step.guards or step.id in told for step in steps)


def document_looks_across(pack: Pack, case: Case, document: DocumentType, on: dt.date) -> bool:
    """Tell whether a document of a day waits for a step that wants to know what other households say."""
    if is_its_turn(pack, case, document, on):
        return False
    rows = (*makers(pack, case, document.id, on), *users(pack, case, document.id, on))
    return looks_across(row for row in rows if case.state in row.moves)


# ── documents ────────────────────────────────────────────────────────────────────────────────────────────
def of_document(issuance: Issuance) -> Admission:
    """Say what stands in the way of issuing a document, whatever it would say.

    Raises:
        DocumentNotApplicable: E307, it is not made here, not for this category, pack or state of things.
        CaseClosed: E207, and it is none of the papers that close a file.
    """
    refuse_inapplicable(issuance)
    problems = [*_not_its_turn(issuance), *_second(issuance), *_days(issuance)]
    problems += _opposite(
        issuance.case,
        issuance.holding,
        issuance.document,
        f"制发《{issuance.document.title}》",
    )
    problems += unmet_guards(issuance)
    if issuance.document.id == DocumentId.DELIVERY_RECEIPT:
        case, catalogue = issuance.remaining, issuance.catalogue
        again = issuance.again and bool(issuance.reason.strip())
        problems += service.unlistable(case, catalogue, issuance.serves, again=again)
    return Admission(tuple(dict.fromkeys(problems)))


def refuse_inapplicable(issuance: Issuance) -> None:
    """Refuse a document that is not made for such a case, or not as the case stands.

    Raises:
        DocumentNotApplicable: E307. CaseClosed: E207.
    """
    refuse_foreign(issuance)
    document, case = issuance.document, issuance.case
    if unmet := conditions.unmet(document.enabled, case):
        raise DocumentNotApplicable(
            f"现在不能制发{document.title}：{'；'.join(_words(issuance, c) for c in unmet)}",
            file=str(case.number),
            remedy="先把所缺的办理、归档或登记好，再制发。",
        )
    if case.status is CaseStatus.DEREGISTERED and document.id not in late_filing.ISSUED:
        raise CaseClosed(f"已注销，不再制发{document.title}", file=str(case.number))


def refuse_foreign(issuance: Issuance) -> None:
    """Refuse a document that is never made for such a case, drafts included: other papers, categories, rule packs.

    Raises:
        DocumentNotApplicable: E307.
    """
    pack, document, case = issuance.pack, issuance.document, issuance.case
    if not document.generated or document.template is None:
        raise DocumentNotApplicable(f"{document.title}是收取的材料，不由本系统生成", file=str(case.number))
    if document.of_office:
        raise DocumentNotApplicable(
            f"{document.title}不按户制发、不入户档", file=str(case.number), remedy="去掉户号，为本机关制发。"
        )
    if case.category not in document.categories:
        names = "、".join(c.label for c in document.categories)
        raise DocumentNotApplicable(f"{document.title}只用于{names}", file=str(case.number))
    if document.packs and pack.id not in document.packs:
        raise DocumentNotApplicable(
            f"{document.title}只用于规则包 {'、'.join(document.packs)}，本单位适用 {pack.id}",
            file=str(case.number),
        )


def _words(issuance: Issuance, clause: conditions.Clause) -> str:
    """Return what a document waits for, in words."""
    head, _, name = clause.path.partition(".")
    if head == "record":
        title = issuance.catalogue.get(name).title
        return f"户档中已有《{title}》" if clause.negated else f"户档中还没有《{title}》"
    if head == "step":
        title = next((s.title for s in issuance.pack.steps if s.id == name), name)
        return f"“{title}”环节已经办过" if clause.negated else f"“{title}”环节还没有办"
    label = "办理状态" if clause.path == "state" else Path.parse(clause.path).label
    if clause.values:
        return f"{label}{'不能是' if clause.negated else '应是'}{'、'.join(clause.values)}"
    return f"户档中登记了{label}" if clause.negated else f"户档中没有登记{label}"


# ── its place in the procedure ───────────────────────────────────────────────────────────────────────────
def makers(pack: Pack, case: Case, document: str, on: dt.date) -> list[StepRule]:
    """Return the steps of a case's procedure on a day that bring a document forth."""
    return [s for s in pack.steps_of(case, on) if document in s.makes]


def users(pack: Pack, case: Case, document: str, on: dt.date) -> list[StepRule]:
    """Return the steps of a case's procedure on a day that rest on a document."""
    return [s for s in pack.steps_of(case, on) if document in s.needed]


def rests_on(pack: Pack, case: Case, document: str) -> StepTaken | None:
    """Return the step of this round that brought a document forth last, ``None`` where none did.

    Where the procedure is over, only the step that ended it and what came after bring anything forth: a notice of
    acceptance has no place after the application was withdrawn.
    """
    since = 0
    for step in reversed(case.round):
        if not step.after.ended:
            break
        since = step.seq
    makes = {s.id for s in pack.steps if document in s.makes}
    return next(
        (
            taken
            for taken in reversed(case.round)
            if taken.seq >= since and taken.id in makes
            if any(row.id == taken.id for row in makers(pack, case, document, taken.on))
        ),
        None,
    )


def is_its_turn(pack: Pack, case: Case, document: DocumentType, on: dt.date) -> bool:
    """Tell whether the procedure has come to a document on a day, whatever else stands in its way."""
    return (
        ANY_STATE in document.states
        or case.state in document.states
        or case.status is CaseStatus.DEREGISTERED
        or rests_on(pack, case, document.id) is not None
        or any(case.state in s.moves for s in users(pack, case, document.id, on))
    )


def _not_its_turn(issuance: Issuance) -> list[str]:
    """Return why a document is none of the present state: what its step would say, or that the step was not taken."""
    case, pack, document = issuance.case, issuance.pack, issuance.document
    on = issuance.on
    if is_its_turn(pack, case, document, on):
        return []
    rows = [*makers(pack, case, document.id, on), *users(pack, case, document.id, on)]
    if not rows:
        return [_no_step(issuance)]
    by_id = {row.id: row for row in reversed(rows)} | {r.id: r for r in rows if case.state in r.moves}
    reasons = [reason for row in reversed(by_id.values()) for reason in _not_yet(issuance, row)]
    return ([f"须先办下列环节之一，再制发《{document.title}》"] if len(by_id) > 1 else []) + reasons


def _no_step(issuance: Issuance) -> str:
    document, case = issuance.document, issuance.case
    rows = [
        s
        for s in issuance.pack.steps
        if document.id in s.makes or document.id in s.needed
        if s.applies(case.category, RuleDays(case.rules_on, issuance.on))
    ]
    if rows:
        return step_rows.not_for(case, rows[0].title, rows)
    if document.states:
        states = "、".join(State(s).label for s in document.states)
        return f"户档现为“{case.state.label}”，《{document.title}》须在“{states}”时制发"
    why = document.nowhere.get(issuance.pack.id, "")
    return f"规则包 {issuance.pack.id} 没有规定《{document.title}》在哪一环节制发" + (why and f"：{why}")


def _not_yet(issuance: Issuance, row: StepRule) -> list[str]:
    case, pack = issuance.case, issuance.pack
    if wrong := step_rows.wrong_state(pack, case, row, issuance.on):
        return wrong
    attempt = Attempt(
        case,
        pack,
        row,
        issuance.on,
        reason="—",
        catalogue=issuance.catalogue,
        standards=issuance.standards,
        across=issuance.across,
    )
    found = of_step(attempt, issuance.catalogue, issuance.today).problems
    if found or issuance.posted:
        return [*found]
    return [f"还没有办“{row.title}”：先办 archivist case step {case.number} {row.id}"]


# ── one of a kind ────────────────────────────────────────────────────────────────────────────────────────
def repeated(issuance: Issuance) -> tuple[Record, ...]:
    """Return the documents of the kind that hold already, where there may be only one."""
    document = issuance.document
    if document.many or issuance.posted:
        return ()
    since = _since(issuance)
    return tuple(r for r in issuance.holding if r.type == document.id and r.seq > since and not r.signs)


def _second(issuance: Issuance) -> list[str]:
    """Return that one of the kind holds already, which is named."""
    document, case = issuance.document, issuance.case
    if not (held := repeated(issuance)):
        return []
    first = held[0]
    if document.id == DocumentId.CORRECTION_NOTICE:
        said = f"补正须一次性告知：第 {first.no} 件已于 {first.filed_at[:10]} 告知过"
        return [f"{said}（最低生活保障审核确认办法第十条「材料不齐备的，应当一次性告知补齐所有规定材料」）"]
    if issuance.again:
        return [] if issuance.reason.strip() else ["重复制发须写明理由（--reason）"]
    said = f"卷内已有第 {first.no} 件《{first.title}》（{first.dated or first.filed_at[:10]}），一次办理只制发一份"
    replace = f"作废重制：archivist case record replace {case.number} {first.no} --reason 理由"
    return [f"{said}；{replace}；确须再发一份：加 --again --reason 理由"]


def _since(issuance: Issuance) -> int:
    """Return the event since which one of a kind may be issued: the step that brings it forth, its last use, the round."""
    case, pack, name = issuance.case, issuance.pack, issuance.document.id
    step = rests_on(pack, case, name)
    anew = {s.id for s in pack.steps if name in s.anew}
    used = case.step(*anew) if anew else None
    return max(step.seq if step else 0, used.seq if used else 0, case.round_since)


def _opposite(case: Case, holding: Sequence[Record], document: DocumentType, what: str) -> Iterator[str]:
    """Yield the documents of this round that hold and say the opposite."""
    for record in holding:
        if record.seq > case.round_since and not record.signs and record.type in document.excludes:
            yield (
                f"卷内有第 {record.no} 件《{record.title}》（{record.dated or record.filed_at[:10]}），与之相反，不能{what}；"
                f"确属有误的先作废：archivist case record void {case.number} {record.no} --reason 理由"
            )


# ── its day, and what else must hold ─────────────────────────────────────────────────────────────────────
def _days(issuance: Issuance) -> Iterator[str]:
    """Yield what is wrong with the date: outside the case, before its step or what it recites, dated back unexplained."""
    case, on = issuance.case, issuance.on
    yield from prerequisites.outside(case, on, issuance.today)
    if (step := rests_on(issuance.pack, case, issuance.document.id)) and on < step.on:
        yield f"日期 {on} 早于所据的环节“{step.title}”（{step.on}）"
    for spec in issuance.document.fields:
        if spec.kind == "date" and spec.origin == "fact" and spec.applies(case.category):
            told = fact(case.facts, spec.path)
            if told and str(told) > on.isoformat():
                yield f"日期 {on} 早于文中写明的{spec.label}（{told}）"
    if on < issuance.today and not issuance.reason.strip():
        yield f"日期 {on} 早于今天（{issuance.today}）：倒签须写明理由（--reason）"


def unmet_guards(issuance: Issuance) -> Iterator[str]:
    """Yield the reasons of what the document's declaration has hold on the day it is issued, whenever its step was taken."""
    case, pack, document = issuance.case, issuance.pack, issuance.document
    guards = (*document.guards, *(("guardian",) if _signed_by_applicant(document) else ()))
    if not guards:
        return
    on = issuance.on
    rows = [*makers(pack, case, document.id, on), *users(pack, case, document.id, on)]
    if not rows:
        return
    rested = rests_on(pack, case, document.id)
    attempt = Attempt(
        case,
        pack,
        next((r for r in rows if rested and r.id == rested.id), rows[0]),
        issuance.on,
        values=issuance.given,
        reason=issuance.reason,
        catalogue=issuance.catalogue,
        standards=issuance.standards,
    )
    for name in guards:
        yield from prerequisites.guard(attempt, name)


_APPLICANT_SIGNS: Final = ("申请人", "授权人", "委托人")
"""How declarations call the applicant's place to sign."""


def _signed_by_applicant(document: DocumentType) -> bool:
    places = (*document.signers, *(spec.label for spec in document.fields if spec.kind == "sign"))
    return any(place.startswith(_APPLICANT_SIGNS) for place in places)
