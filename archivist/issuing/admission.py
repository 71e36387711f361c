"""Whether a document may be issued by this person as things stand: the gate, and who may replace and repeat."""

from __future__ import annotations

from collections.abc import Mapping

from archivist.doctypes.catalogue import DocumentType, Origin
from archivist.doctypes.field_paths import FieldPath
from archivist.errors import UnlawfulDocument
from archivist.issuing import voiding
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.ids import RecordNo
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
            workspace.config, by.actor, workspace.pack, case, document, signed=signed
        )
    if problems:
        raise UnlawfulDocument(
            f"《{document.title}》有 {len(problems)} 项不符", file=str(case.number), problems=problems
        )


def refuse_facts_of_steps(
    pack: Pack, document: DocumentType, case: Case, given: Mapping[str, object]
) -> None:
    """Refuse facts told for one document that a step records (受理日期 …); what agrees with the file is no matter.

    Raises:
        UnlawfulDocument: E305.
    """
    told = [p for p in given if (spec := document.field(p)) and spec.origin is Origin.FACT]
    problems = step_facts.unlawful(pack, case, (p for p in told if case.fact(p) is None))
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
