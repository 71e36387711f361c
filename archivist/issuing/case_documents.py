"""Issuing documents: one for a case, or one for each of many; planned first, refused with all reasons at once."""

from __future__ import annotations

import datetime as dt
import os
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

import archivist.documents.render.pdf as pdf_maker
from archivist.doctypes.catalogue import DocumentType, Numbering
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render.pool import RenderedDocument, make, render_all
from archivist.documents.template.own_copy import refuse_faulty
from archivist.documents.values.context import DocumentContext
from archivist.documents.values.resolve import filled
from archivist.errors import ArchivistError, PdfUnavailable, TemplateFault, UnlawfulDocument
from archivist.issuing import admission, filing, jobs, numbering
from archivist.issuing.filing import CaseChanged, Ready
from archivist.issuing.numbering import NumberTaker
from archivist.issuing.planned import (
    ORDINARY,
    BatchOutcome,
    DoneBefore,
    Given,
    IssuedForCase,
    Manner,
    Outcome,
    Plan,
    PlannedForCase,
    Refused,
)
from archivist.issuing.sources import case_sources
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.document_code import OfficeKey
from archivist.model.holds import HOLD_FORM, as_recorded, meant_by
from archivist.model.ids import CaseNo
from archivist.procedure.across import look
from archivist.rules import admissibility, service
from archivist.rules.across import AcrossHouseholds
from archivist.rules.admissibility import Issuance
from archivist.store import held_files
from archivist.workspace import Workspace


def plan(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    numbers: Sequence[CaseNo],
    given: Mapping[CaseNo, Given],
    *,
    on: dt.date,
    manner: Manner = ORDINARY,
) -> Plan:
    """Check for every case whether the document can be issued; write nothing.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        document: the type.
        numbers: the cases.
        given: what the clerk adds, for each case.
        on: date of the documents.
        manner: how they are issued.

    Raises:
        TemplateFault: E303, the workspace's own copy of the template does not pass its check.
    """
    refuse_faulty(document)
    job = jobs.sealed(workspace, manner.job)
    planned: list[PlannedForCase] = []
    refused: list[Refused] = []
    done: list[DoneBefore] = []
    for number in numbers:
        try:
            case = workspace.archive.read(number)
            one = _planned(
                workspace, by, document, case, given.get(number, {}), on=on, manner=manner, job=job
            )
        except ArchivistError as error:
            refused.append(Refused(number, error))
        else:
            if isinstance(one, DoneBefore):
                done.append(one)
            else:
                planned.append(one)
    if not manner.draft:
        planned, taken = _without_taken_numbers(workspace, planned)
        refused += taken
    return Plan(tuple(planned), tuple(refused), tuple(done), manner.job)


def plan_one(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    case: Case,
    given: Given,
    *,
    on: dt.date,
    manner: Manner = ORDINARY,
) -> PlannedForCase:
    """Check one case; see ``plan``.

    Raises:
        DocumentError: 30–39, with everything that is missing or unlawful.
    """
    given, doubts = _told(workspace, document, case, given)
    on = admission.date_borne(given, on)
    if not manner.draft:
        admission.refuse_number_of_void(case, given)
        admission.refuse_dates_of_steps(workspace.pack, document, case, given)
        admission.refuse_facts_of_steps(workspace.pack, document, case, given, on)
    issuance = _issuance(workspace, by, document, case, given, on=on, manner=manner)
    admission.refuse_inadmissible(workspace, by, issuance, draft=manner.draft)
    numbered = document.doc_no is Numbering.REQUIRED and FieldPath.DOC_NO not in given
    context = DocumentContext.read(
        document,
        issuance.remaining,
        workspace.config,
        on=on,
        given=given,
        extra=numbering.expected(workspace, on.year) if numbered else {},
        sources=case_sources(workspace, by, case),
        draft=manner.draft,
    )
    values = filled(context)
    return PlannedForCase(case, document, values, given, on, numbered, manner, (*doubts, *context.doubts))


def _planned(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    case: Case,
    given: Given,
    *,
    on: dt.date,
    manner: Manner,
    job: str,
) -> PlannedForCase | DoneBefore:
    """Check one case, unless the bulk job (sealed) has done it."""
    if job:
        by_path, _ = _told(workspace, document, case, given)
        issuance = _issuance(workspace, by, document, case, by_path, on=on, manner=manner)
        if record := jobs.done_before(issuance, by_path, job):
            return DoneBefore(case.number, record)
    return plan_one(workspace, by, document, case, given, on=on, manner=manner)


def _told(
    workspace: Workspace, document: DocumentType, case: Case, given: Given
) -> tuple[Given, tuple[str, ...]]:
    """Return what the clerk gave by path; on the form of a hold that stands also what was registered of it, and what to know of that.

    It is kept with what was given: by its cause and day the form is known to be about that hold of the household, and places no other.
    """
    told = document.by_path(given)
    if document.id != HOLD_FORM:
        return told, ()
    groups = [g.hold for g in held_files.group_holds(workspace.archive) if g.cases.fit(case)]
    hold = meant_by(case.holds, groups, told)
    if hold is None:
        return told, ()
    of_group = f"照成批冻结 {hold.id} 填写；制发后本户另有一项自己的冻结，{hold.id} 解除后它仍在，须另行解除"
    return {**told, **as_recorded(hold, told)}, (of_group,) if hold in groups else ()


def _issuance(
    workspace: Workspace,
    by: By,
    document: DocumentType,
    case: Case,
    given: Given,
    *,
    on: dt.date,
    manner: Manner,
) -> Issuance:
    return Issuance(
        case,
        workspace.pack,
        workspace.catalogue,
        document,
        on,
        by.today,
        manner.again,
        manner.replaces or "",
        manner.reason,
        serves=service.numbers_in(given.get(FieldPath.DELIVERY_RECORDS)),
        posted=manner.posted,
        standards=workspace.config.standards,
        given=given,
        across=None if manner.draft else _others(workspace, document, case, by),
    )


def _others(workspace: Workspace, document: DocumentType, case: Case, by: By) -> AcrossHouseholds | None:
    """Return what other households say, where the step the document waits for wants to know."""
    if not admissibility.document_looks_across(workspace.pack, case, document, by.today):
        return None
    return look(workspace, case, by.today)


def _unlawful(document: DocumentType, case: Case, problems: Sequence[str]) -> UnlawfulDocument:
    return UnlawfulDocument(
        f"《{document.title}》有 {len(problems)} 项不符", file=str(case.number), problems=problems
    )


def _without_taken_numbers(
    workspace: Workspace, planned: Sequence[PlannedForCase]
) -> tuple[list[PlannedForCase], list[Refused]]:
    """Part those that may have the number a person gave them from those that may not."""
    times = Counter(one.number_by_hand for one in planned)
    kept: list[PlannedForCase] = []
    refused: list[Refused] = []
    for one in planned:
        text, why = one.number_by_hand, ""
        if text:
            why = numbering.objection(workspace, text, one.on)
            if not why and times[text] > 1:
                why = f"文号 {text} 填给了 {times[text]} 户，一个号只能用一次；逐户填写，或不填，由系统编号"
        if why:
            refused.append(Refused(one.case.number, _unlawful(one.document, one.case, [why])))
        else:
            kept.append(one)
    return kept, refused


# ── issuing ──────────────────────────────────────────────────────────────────────────────────────────────
Report = Callable[[Outcome, int, int], None]


def issue(
    workspace: Workspace,
    by: By,
    todo: Plan,
    *,
    pdf: bool = False,
    report: Report | None = None,
    processes: int | None = None,
) -> BatchOutcome:
    """Issue everything a plan holds; each document stands or falls alone.

    Reference numbers are taken for good before rendering; one whose document fails after that is vacant (空号).

    Args:
        workspace: the open workspace.
        by: who issues them, and when: a run is one act, and all its documents bear its moment.
        todo: what to issue.
        pdf: make a PDF of each as well.
        report: told of each document, with how many are done and of how many.
        processes: how many render and convert at once; by default several where it pays.

    Raises:
        PdfUnavailable: E306, before anything is issued, when PDFs are wanted and cannot be made.
        ArchiveError: E200, before anything is issued, when the office's key cannot be read; E203, when another run
            does the same bulk job; E204, or written.
    """
    if pdf and not pdf_maker.available():
        raise PdfUnavailable("没有找到 LibreOffice")
    outcome = BatchOutcome(refused=list(todo.refused), done_before=list(todo.done_before))
    total = len(todo.documents)
    if not total:
        if todo.job:
            numbering.settle(workspace, by)
        return outcome
    key, done = workspace.issuing_key(by), 0
    needed = bool(todo.job) or any(p.numbered or p.number_by_hand for p in todo.documents)
    job = jobs.sealed(workspace, todo.job)
    with numbering.taking(workspace, by, needed=needed, job=job) as numbers:
        for one in _issued(workspace, by, todo.documents, numbers, key, pdf=pdf, processes=processes):
            outcome.add(one)
            done += 1
            if report:
                report(one, done, total)
    return outcome


_GROUP = 10
"""Documents filed under one hold of the lock, which others wait for, and followed by the index together."""
_BATCH = 50
"""Documents numbered, rendered and converted in one go, by one start of LibreOffice."""
PAYS, PAYS_PDF = 200, 10
"""From so many documents on it pays to start further processes."""
MOST = 4
_TRIES: Final = 3
"""How often a document is planned and printed anew because its case changed under it."""


def _issued(
    workspace: Workspace,
    by: By,
    documents: Sequence[PlannedForCase],
    numbers: NumberTaker,
    key: OfficeKey,
    *,
    pdf: bool,
    processes: int | None,
) -> Iterator[Outcome]:
    """Yield what became of each document, once it is filed or refused."""
    total = len(documents)
    if processes is None:
        processes = min(os.cpu_count() or 1, MOST) if total >= (PAYS_PDF if pdf else PAYS) else 1
    size = max(1, min(_BATCH, -(-total // processes)))
    refused: list[Refused] = []

    def batches() -> Iterator[list[Ready]]:
        for start in range(0, total, size):
            made, others = filing.numbered(numbers, key, documents[start : start + size])
            refused.extend(others)
            yield made

    for printed in render_all(batches(), pdf=pdf, processes=processes):
        pairs = list(zip(printed.batch, printed.results, strict=True))
        for group in (pairs[n : n + _GROUP] for n in range(0, len(pairs), _GROUP)):
            done: list[Outcome] = []
            changed: list[Ready] = []
            with workspace.together(by):
                for item, made in group:
                    try:
                        done.append(_filed(workspace, by, numbers, item, made))
                    except CaseChanged:
                        changed.append(item)
            yield from done
            yield from (_anew(workspace, by, numbers, key, item, pdf=pdf) for item in changed)
    yield from refused


def _filed(
    workspace: Workspace,
    by: By,
    numbers: NumberTaker,
    item: Ready,
    made: RenderedDocument | ArchivistError,
) -> IssuedForCase | Refused:
    """File a printed document and say what became of its number.

    Raises:
        CaseChanged: see ``filing.file``.
    """
    if isinstance(made, ArchivistError):
        result: IssuedForCase | Refused = Refused(item.planned.case.number, made)
    else:
        result = filing.file(workspace, by, item, made, numbers.job)
    if isinstance(result, Refused):
        numbers.lost(item.doc_no, result.error)
    else:
        numbers.borne(item.doc_no)
    return result


def _anew(
    workspace: Workspace, by: By, numbers: NumberTaker, key: OfficeKey, item: Ready, *, pdf: bool
) -> Outcome:
    """Plan and print a document again for the case as it is now, its number kept; refuse it when that does not end."""
    planned, number = item.planned, item.planned.case.number
    for _ in range(_TRIES):
        try:
            now = _planned(
                workspace,
                by,
                planned.document,
                workspace.archive.read(number),
                planned.given,
                on=planned.on,
                manner=planned.manner,
                job=numbers.job,
            )
        except ArchivistError as error:
            numbers.lost(item.doc_no, error)
            return Refused(number, error)
        if isinstance(now, DoneBefore):
            numbers.lost_because(item.doc_no, "同一批文书已由他人制发")
            return now
        again = filing.ready(now, key, item.doc_no if now.numbered else "")
        (made,) = make([again.sheet], pdf=pdf)
        try:
            with workspace.together(by):
                return _filed(workspace, by, numbers, again, made)
        except CaseChanged:
            continue
    restless = TemplateFault("制作期间户档一再变动", file=str(number), remedy="稍后重新运行同一命令。")
    numbers.lost(item.doc_no, restless)
    return Refused(number, restless)
