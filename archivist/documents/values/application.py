"""What the papers of application, acceptance and verification print: who signs, who is looked into, what was handed in.

Like ``computed``: each function takes what is known and returns the stored form of a value, or ``None`` when it cannot
be told.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import DocumentId
from archivist.model.chinese import format_date
from archivist.model.facts import rows
from archivist.model.household import OF_ONE_PERSON, is_minor, other_members
from archivist.model.step_ids import StepId
from archivist.rules.completeness import required_papers

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.documents.values.context import Known
    from archivist.model.case import Case, Record
    from archivist.workspace import Workspace

Row = Mapping[str, object]
Persons = Callable[["Known"], "tuple[Row, ...] | None"]


def promising(known: Known) -> tuple[Row, ...] | None:
    """Return who signs the commitment: the applicant and the grown-up members; for 特困 the applicant alone."""
    if not (name := known.text("applicant.name")):
        return None
    applicant = {"name": name, "relation": "本人", "id_number": known.text("applicant.id_number")}
    others = () if known.case.category in OF_ONE_PERSON else other_members(known.case, known.on)
    return (applicant, *(m for m in others if not is_minor(m, known.on)))


def looked_into(known: Known, persons: tuple[Row, ...] | None) -> tuple[Row, ...] | None:
    """Return whose means are verified: who must have signed the authorization, with whether they did.

    Somebody who does not live with the family and owes it no support is not looked into.
    """
    if persons is None:
        return None
    obligors = {o.get("id_number") or o.get("name") for o in rows(known.case.facts, "obligors")}
    held = required_papers.held(known.case, DocumentId.VERIFICATION_AUTHORIZATION)
    return tuple(
        {**p, "authorized": "已签" if p.get("authorized") or held else ""}
        for p in persons
        if p.get("living_together") != "否" or (p.get("id_number") or p.get("name")) in obligors
    )


def _authorizations(known: Known) -> str | None:
    """The authorizations in the file, by the number printed on them."""
    numbers = [
        f"{known.case.number}-{r.no}"
        for r in known.case.records_of(DocumentId.VERIFICATION_AUTHORIZATION)
        if not r.signs
    ]
    return f"授权书编号：{'、'.join(numbers)}" if numbers else None


def _kin(known: Known) -> tuple[Row, ...] | None:
    kin = known.text("application.kin_name")
    return ({"declarant": known.text("applicant.name"), "kin": kin},) if kin else None


def _latest(known: Known, document: str) -> Record | None:
    found = [r for r in known.case.records_of(document) if not r.signs]
    return found[-1] if found else None


def _number_of(document: str) -> Callable[[Known], str | None]:
    """Return what tells the reference number of the latest document of a type in the case."""

    def number(known: Known) -> str | None:
        record = _latest(known, document)
        return record.doc_no or None if record else None

    return number


def _asked_for(known: Known) -> str | None:
    """When the applicant was told to complete the papers, and by which notice."""
    record, step = _latest(known, DocumentId.CORRECTION_NOTICE), known.case.step(StepId.ASK_CORRECTION)
    if record is None:
        return None
    name = f"《{record.title}》{record.doc_no}"
    return f"{format_date(step.on)}，{name}" if step else name


def _done_on(step: str) -> Callable[[Known], str | None]:
    """Return what tells the day a step was last taken."""

    def day(known: Known) -> str | None:
        taken = known.case.step(step)
        return taken.on.isoformat() if taken else None

    return day


VALUES: Final[Mapping[str, Callable[[Known], object]]] = {
    "kinship.rows": _kin,
    "kinship.registered_on": lambda k: k.on.isoformat(),
    "receipt.submitter": lambda k: k.text("agent.name") or k.text("applicant.name") or None,
    "receipt.submitter_relation": lambda k: (
        k.text("agent.relation") or ("" if k.text("agent.name") else "本人")
    ),
    "request.authorization": _authorizations,
    "explanation.notice_no": _number_of(DocumentId.VERIFICATION_RESULT_NOTICE),
    "explanation.notice_received_on": _done_on(StepId.DELIVER_EXPLAIN),
    "submission.notice_no": _number_of(DocumentId.VERIFICATION_RESULT_NOTICE),
    "submission.delivered_on": _done_on(StepId.DELIVER_EXPLAIN),
    "abandonment.notice": _asked_for,
    "termination.date": lambda k: k.text("made_on") or k.on.isoformat(),
}
"""Path → how it is computed when neither the case nor the clerk tells."""


def ruled(workspace: Workspace, document: DocumentType, case: Case) -> dict[str, object]:
    """Return what only the rule pack knows: the papers asked for and which are there, the time to explain."""
    match document.id:
        case DocumentId.MATERIAL_RECEIPT:
            return _handed_in(workspace, case)
        case DocumentId.VERIFICATION_RESULT_NOTICE if rule := workspace.pack.rule_for("verify.explain", case):
            return {"explain.period": f"{rule.value}个{rule.unit}"}
        case DocumentId.NONCOMPLIANCE_SUBMISSION if (
            rule := workspace.pack.rule_for("verify.explain", case)
        ) and (told := case.step(StepId.DELIVER_EXPLAIN)):
            return {"submission.explain_end": rule.deadline(told.on, workspace.pack.calendar).day}
        case _:
            return {}


def _handed_in(workspace: Workspace, case: Case) -> dict[str, object]:
    """List the papers the category asks for, then what else the applicant handed in; tell which are missing."""
    catalogue = workspace.catalogue
    wanted = list(dict.fromkeys(m.document for m in required_papers.required(case, workspace.pack)))
    others = [
        document
        for document in dict.fromkeys(r.type for r in case.records.values())
        if document not in wanted and document in catalogue and catalogue.get(document).kind == "material"
    ]
    papers = [
        _paper(case, catalogue.get(document).title if document in catalogue else document, document)
        | {"need": "应有" if document in wanted else "另收"}
        for document in (*wanted, *others)
    ]
    lacking = [str(paper["name"]) for paper in papers if paper["state"] == _LACKING]
    return {"materials": papers, "receipt.missing": "、".join(lacking) or "无，材料齐备。"}


_LACKING: Final = "缺"


def _paper(case: Case, name: str, document: str) -> dict[str, object]:
    """One line of the list: a form counts when it came back signed."""
    if not required_papers.held(case, document):
        return {"name": name, "state": _LACKING}
    kept = [r for r in case.records_of(document) if not r.signs]
    pages = sum(r.pages for r in kept)
    return {"name": name, "copies": str(len(kept)), "pages": str(pages) if pages else "", "state": "已收"}
