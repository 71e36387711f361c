"""Papers and steps put into a case straight away, through the archive itself: real chains, real files."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final

from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.case_fold import apply
from archivist.model.event import Event, Op
from archivist.model.ids import CaseNo
from archivist.model.record import Record, RecordStatus
from archivist.model.step_ids import StepId
from archivist.procedure.steps import event_data
from archivist.reading.formats.images import JPEG
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.rules.admissibility import is_its_turn
from archivist.rules.attempt import Attempt
from archivist.rules.rule import StepRule
from archivist.rules.step_rows import leading_on
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.kit import BY

ACCEPTANCE: Final = (
    "application_form", "mat_id_card", "mat_household_register", "verification_authorization",
    "economic_declaration", "integrity_commitment", "kinship_declaration",
)  # fmt: skip
"""The papers with which 低保 and 低收入 are accepted."""
TO_PUBLICITY: Final = (
    ("submit", "2024-03-04", ()), ("accept", "2024-03-04", ("林经办",)), ("survey", "2024-03-05", ("林经办", "苏调查")),
    ("prelim", "2024-03-06", ("林经办",)), ("publicize", "2024-03-06", ("林经办",)),
)  # fmt: skip
"""The steps of ``walk`` up to the first publicity."""


ACCEPTED: Final = "accept accepted 2024-03-04"
"""A step of ``take``."""


def file_papers(
    workspace: Workspace,
    number: CaseNo,
    *kinds: str,
    text: str = "样例",
    by: By = BY,
    typed: object = None,
    dated: str = "",
    unread: str = "",
    unsigned: str = "",
) -> Case:
    """File one scan of each type with some text on it; the other words are what its record says besides."""
    said = (("typed", typed), ("dated", dated), ("unread", unread), ("unsigned", unsigned))
    data = {key: value for key, value in said if value}
    for kind in kinds:
        document = workspace.catalogue.get(kind)

        def draft(
            case: Case, kind: str = kind, title: str = document.title, folder: str = document.folder
        ) -> Draft:
            no = case.next_record()
            entry = {
                "no": no,
                "type": kind,
                "title": title,
                "folder": folder,
                "status": RecordStatus.FILED.value,
                "data": data,
            }
            scan = NewFile(f"data/{folder}/{no} {title}.txt", f"{no} {text}".encode(), no)
            return Draft(
                Op.RECORD_FILED, {"record": entry}, files=(scan, NewFile(f"text/{no}.txt", text.encode(), no))
            )

        workspace.commit(number, draft, by)
    return workspace.archive.read(number)


def sign(workspace: Workspace, number: CaseNo, record: str, *, empty: Sequence[str] = ()) -> Case:
    """File the signed copy of a document that was issued; no ink was seen at ``empty`` places."""

    def draft(case: Case) -> Draft:
        no, signed = case.next_record(), case.records[next(r for r in case.records if r == record)]
        entry = {"no": no, "type": signed.type, "title": signed.title, "folder": signed.folder,
                 "status": RecordStatus.SIGNED_COPY.value, "signs": record, "data": {"signature": {"empty": list(empty)}}}  # fmt: skip
        scan = NewFile(f"data/{signed.folder}/{no} {signed.title}.txt", f"{no} 已签".encode(), no)
        return Draft(Op.SIGNED_COPY_FILED, {"record": entry}, files=(scan,))

    return workspace.commit(number, draft, BY)[0]


def bind(workspace: Workspace, number: CaseNo, receipt: str, *papers: str) -> Case:
    """Say of a receipt that came in as a scan for which records it is."""
    told = {"receipt": receipt, "serves": list(papers)}
    return workspace.commit(number, lambda _: Draft(Op.SERVICE_RECORDED, told), BY)[0]


def signed_scan(record: Record, text: str) -> ReadResult:
    """Return what a reader makes of a scan of an issued document that somebody signed."""
    page = PageText(
        1, text, (str(record.data["code"]),), "ocr", 0.97, 0, 1654, 2339,
        on_paper=True, signature_places=(SignaturePlace("签名", 0.1),),
    )  # fmt: skip
    return ReadResult(JPEG, (page,))


def walk(workspace: Workspace, number: CaseNo, *steps: tuple[str, str, Sequence[str]]) -> Case:
    """Record steps (id, day, people) as they stand in the pack, with the facts they set, without asking its guards."""
    for step, day, people in steps:

        def draft(case: Case, step: str = step, day: str = day, people: Sequence[str] = people) -> Draft:
            rows = [s for s in workspace.pack.steps_of(case, dt.date.fromisoformat(day)) if s.id == step]
            rule = next((s for s in rows if case.state in s.moves), rows[0])
            return Draft(Op.STEP_TAKEN, _taken(workspace, case, rule, dt.date.fromisoformat(day), people))

        workspace.commit(number, draft, BY)
    return workspace.archive.read(number)


def _taken(
    workspace: Workspace, case: Case, rule: StepRule, on: dt.date, people: Sequence[str]
) -> dict[str, Any]:
    attempt = Attempt(case, workspace.pack, rule, on, by=tuple(people))
    return event_data(attempt, rule.moves[case.state])


def come_to(workspace: Workspace, case: Case, document: str, on: str = "2024-03-05") -> Case:
    """Record the shortest way of steps to where a document may be issued: received when opened, the others on a day.

    Where the case has come to it already, nothing is recorded.
    """
    kind, day = workspace.catalogue.get(document), dt.date.fromisoformat(on)
    now = workspace.archive.read(case.number)
    ways: list[tuple[Case, tuple[tuple[str, str, tuple[str, ...]], ...]]] = [(now, ())]
    seen = {now.state}
    for now, way in ways:
        if is_its_turn(workspace.pack, now, kind, day):
            return walk(workspace, case.number, *way)
        for rule in leading_on(workspace.pack, now, day):
            if (rule.moves[now.state] in seen and kind.id not in rule.makes) or rule.id == StepId.DEREGISTER:
                continue
            seen.add(rule.moves[now.state])
            taken_on = now.opened_on if rule.id == StepId.SUBMIT else day
            data = _taken(workspace, now, rule, taken_on, ())
            event = Event(now.seq + 1, now.head, "", BY.actor, Op.STEP_TAKEN, data)
            ways.append((apply(now, event, now.head), (*way, (rule.id, taken_on.isoformat(), ()))))
    raise AssertionError(f"no way to {document} from {case.state.label}")


def take(workspace: Workspace, case: Case, *trail: str, followed: bool = True) -> Case:
    """Record steps such as ``"accept accepted 2024-03-04"`` as they are recorded when taken; or the index not told."""
    for words in trail:
        step, to, on, at = (*words.split(" "), "")[:4]

        def draft(now: Case, step: str = step, to: str = to, on: str = on, at: str = at) -> Draft:
            data: dict[str, Any] = {"step": step, "title": step, "from": now.state.value, "to": to, "on": on}
            return Draft(Op.STEP_TAKEN, data | ({"at": at} if at else {}))

        if followed:
            case, _ = workspace.commit(case.number, draft, BY)
        else:
            case, _ = workspace.archive.commit(case.number, draft, workspace.stamp(BY))
    return case
