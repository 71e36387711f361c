"""Whose paper is it, and which document? Candidates with evidence; a decision only where there is exactly one.

Evidence for the case, strongest first: our own QR code; the case's drop folder; a case number on the page or in
the file name; an ID number; a name together with its birth date or address. For the document type: QR code, what
its pages look like, the file name's words. Where two strong signs disagree nobody is right by majority: a person looks.
A closed file takes by itself only the signed copies of what was issued for it; what makes a scan one is for
``signed_copy``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final, Protocol

from archivist.doctypes.catalogue import Catalogue
from archivist.errors import InvalidValue
from archivist.ingest.matching.drop_folder import DropFolder
from archivist.ingest.matching.evidence import CaseDirectory, Doubt, Evidence, Reason, Recognition
from archivist.ingest.matching.match_case import match_case
from archivist.ingest.matching.match_type import TypeMatch, match_type
from archivist.ingest.matching.pages import pages_evidence
from archivist.ingest.matching.signed_copy import IssuedPrints, check_signed_copy, refuse_void_form
from archivist.model import device_folder
from archivist.model.case import Case, CaseStatus
from archivist.model.document_code import DocumentCode, is_ours
from archivist.model.event import Data
from archivist.model.form_code import FormCode
from archivist.reading.pages import PageText, ReadResult

ABOUT_THE_TYPE: Final = (Reason.NO_TYPE, Reason.SEVERAL_TYPES, Reason.SEVERAL_DOCUMENTS, Reason.FOREIGN_CODE)


class Directory(CaseDirectory, IssuedPrints, Protocol):
    """All that recognition asks of the archive."""


def recognise(result: ReadResult, name: str, directory: Directory, catalogue: Catalogue) -> Recognition:
    """Say whose paper this is and which document, or why a person must look.

    Args:
        result: what was read on the pages.
        name: path relative to the inbox, with ``/``; its first part may be a case's drop folder, in a device's folder too.
        directory: the cases and people on file, and what was issued.
        catalogue: the document types.
    """
    name = device_folder.within(name)
    evidence: list[Evidence] = []
    case: Case | None = None
    found: TypeMatch | None = None
    signature: Data = {}
    doubtful_type: Doubt | None = None
    try:
        code, payloads = _code(result, evidence)
        try:
            found = match_type(result, name, code, catalogue, evidence)
        except Doubt as doubt:
            doubtful_type = doubt
        case = match_case(
            pages_evidence(result.pages, name, directory),
            DropFolder.of(name),
            code,
            directory,
            evidence,
            names_others=found is not None and found.type.names_others,
        )
        if doubtful_type:
            raise doubtful_type
        assert found is not None
        if result.failed:
            raise _not_whole(result.failed, case)
        if code is not None:
            signature = check_signed_copy(case, found.type, code, payloads, result.pages, directory, evidence)
        elif case.status is CaseStatus.DEREGISTERED:
            raise Doubt(
                Reason.CASE_CLOSED,
                f"{case.number} 已于 {case.deregistered_on} 注销，自动归档的只有已制发待签文书的签署件；请核实是否应归入该户",
                (str(case.number),),
            )
        else:
            refuse_void_form(case, found.type, result.pages)
    except Doubt as doubt:
        if found is None and doubt.reason not in ABOUT_THE_TYPE:
            found = _try_match_type(result, name, catalogue, evidence)
        return Recognition(
            case,
            found.type if found else None,
            reason=doubt.reason,
            message=doubt.message,
            cases=doubt.cases or ((str(case.number),) if case else ()),
            types=doubt.types or ((found.type.id,) if found else ()),
            evidence=tuple(evidence),
            type_score=found.score if found else None,
        )
    return Recognition(
        case,
        found.type,
        code,
        signature,
        cases=(str(case.number),),
        types=(found.type.id,),
        evidence=tuple(evidence),
        type_score=found.score,
    )


def _not_whole(failed: Sequence[PageText], case: Case) -> Doubt:
    """Return why a file is not taken as if it had been read whole: nobody knows what the page says, or of whom."""
    numbers = "、".join(str(page.number) for page in failed)
    return Doubt(
        Reason.PAGES_UNREADABLE,
        f"第 {numbers} 页读不出来（{failed[0].failure}），请人核对后指定归属",
        (str(case.number),),
    )


def _try_match_type(
    result: ReadResult, name: str, catalogue: Catalogue, evidence: list[Evidence]
) -> TypeMatch | None:
    try:
        return match_type(result, name, None, catalogue, evidence)
    except Doubt:
        return None


# ── our own code ──────────────────────────────
_TO_SIGN: Final = "是{0}的表，不从收件箱归档：签字后用 {1} 登记"


def _code(result: ReadResult, evidence: list[Evidence]) -> tuple[DocumentCode | None, tuple[str, ...]]:
    """Return what our codes on the pages say, all the same, and how each was written."""
    codes: dict[DocumentCode, int] = {}
    payloads: dict[str, None] = {}
    damaged = False
    for page in result.pages:
        for payload in page.codes:
            try:
                codes.setdefault(DocumentCode.parse(payload), page.number)
                payloads[payload] = None
            except InvalidValue:
                if form := FormCode.parse(payload):
                    raise Doubt(Reason.FOREIGN_CODE, _TO_SIGN.format(form.words, form.command)) from None
                damaged = damaged or is_ours(payload)
    for code, number in codes.items():
        evidence.append(Evidence(str(code.case), "qr", f"第 {number} 页二维码"))
    if len(codes) > 1:
        where = "、".join(f"第 {n} 页 {c.case} 第 {c.record} 件" for c, n in codes.items())
        raise Doubt(
            Reason.SEVERAL_DOCUMENTS,
            f"一份扫描里有多份文书（{where}），请分拆后重新投入",
            tuple({str(c.case) for c in codes}),
        )
    if not codes and damaged:
        raise Doubt(Reason.FOREIGN_CODE, "页上有本系统的二维码但校验不符，可能被涂改，请人工核对")
    return next(iter(codes), None), tuple(payloads)
