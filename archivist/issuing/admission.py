"""Whether a document may be issued by this person as things stand: the gate, and who may replace and repeat."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from contextlib import suppress
from typing import Final

from archivist.doctypes.catalogue import DocumentType, Origin
from archivist.doctypes.field_paths import FieldPath
from archivist.errors import InvalidValue, UnlawfulDocument
from archivist.issuing import voiding
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.ids import RecordNo
from archivist.model.values import parse_value
from archivist.procedure import assignment
from archivist.rules import admissibility, step_facts
from archivist.rules.admissibility import Issuance
from archivist.rules.pack import Pack
from archivist.workspace import Workspace


def refuse_inadmissible(workspace: Workspace, by: By, issuance: Issuance, *, draft: bool) -> None:
    """Refuse a document that may not be issued, with every reason at once; of a draft only one that is not made at all.

    Raises:
        UnlawfulDocument: E305. DocumentNotApplicable: E307. CaseClosed: E207. See ``voiding.void`` for one that replaces
            another.
    """
    if draft:
        admissibility.refuse_foreign(issuance)
        return
    case, document = issuance.case, issuance.document
    if issuance.replaces:
        voiding.examined(workspace, by, case, RecordNo(issuance.replaces), issuance.reason)
    problems = [*admissibility.of_document(issuance).problems]
    if issuance.again and (held := admissibility.repeated(issuance)):
        signed = any(record.signed_by for record in held)
        problems += assignment.over_document(
            workspace.config, by.actor, workspace.pack, case, document, signed=signed, today=by.today
        )
    if problems:
        raise UnlawfulDocument(
            f"《{document.title}》有 {len(problems)} 项不符", file=str(case.number), problems=problems
        )


def date_borne(given: Mapping[str, object], on: dt.date) -> dt.date:
    """Return the date a document will bear: the day told as 成文日期, else ``on``; one that is none is refused where values are read."""
    with suppress(InvalidValue):
        told = parse_value("date", given.get(FieldPath.MADE_ON))
        return dt.date.fromisoformat(str(told)) if told else on
    return on


DECIDED_ON: Final = (FieldPath.DECISION_DATE, FieldPath.TERMINATION_DATE)
"""Days on which something was decided: those of the step, not of the paper."""


def refuse_dates_of_steps(
    pack: Pack, document: DocumentType, case: Case, given: Mapping[str, object]
) -> None:
    """Refuse a day of decision told for one document that is not the day of the step it rests on.

    Raises:
        UnlawfulDocument: E305.
    """
    step = admissibility.rests_on(pack, case, document.id)
    for path in DECIDED_ON:
        spec = document.field(path)
        if step is None or spec is None or path not in given:
            continue
        with suppress(InvalidValue):
            if (told := parse_value("date", given[path])) and str(told) != step.on.isoformat():
                raise UnlawfulDocument(
                    f"《{document.title}》有 1 项不符",
                    file=str(case.number),
                    problems=[
                        f"{spec.label} {told} 与环节“{step.title}”登记的日期 {step.on} 不一致；登记有误的：archivist case correct {case.number} {step.seq}"
                    ],
                )


def refuse_facts_of_steps(
    pack: Pack, document: DocumentType, case: Case, given: Mapping[str, object], on: dt.date
) -> None:
    """Refuse facts told for one document that a step records (受理日期 …); what agrees with the file is no matter.

    Raises:
        UnlawfulDocument: E305.
    """
    told = [p for p in given if (spec := document.field(p)) and spec.origin is Origin.FACT]
    problems = step_facts.unlawful(pack, case, (p for p in told if case.fact(p) is None), on)
    if problems:
        raise UnlawfulDocument(
            f"《{document.title}》有 {len(problems)} 项不符", file=str(case.number), problems=problems
        )


def refuse_number_of_void(case: Case, given: Mapping[str, object]) -> None:
    """Refuse a number (文号) given by hand that a document bore which is void now.

    Raises:
        UnlawfulDocument: E305.
    """
    number = str(given.get(FieldPath.DOC_NO) or "")
    for record in case.records.values():
        if number and record.voided and record.doc_no == number:
            raise UnlawfulDocument(
                f"文号 {number} 已随第 {record.no} 件《{record.title}》作废，不再使用", file=str(case.number)
            )
