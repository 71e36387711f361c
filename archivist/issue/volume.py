"""The volume (卷) a case makes: what its cover, catalogue, notes and file list print, told by the case itself.

A printed document and its signed copy are one item (件), and the signed paper is what is kept. The archive's own
papers – cover, catalogue, notes, check sheets – are not items of the volume.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from archivist.model.case import Case, FileEntry, Record, RecordStatus
from archivist.rules.completeness import Verdict, findings
from archivist.rules.retention import ENDINGS, retention
from archivist.store.fixity import check_bag

if TYPE_CHECKING:
    import datetime as dt

    from archivist.issue.facts import Known
    from archivist.rules.documents import DocumentType
    from archivist.workspace import Workspace

Row = Mapping[str, object]

OWN: Final = (
    "case_cover", "case_catalog", "case_notes", "archive_stamp", "missing_material_notice", "digitization_register",
    "consistency_check_sheet", "four_nature_report", "fixity_manifest", "archive_access_request", "legal_hold_record",
)  # fmt: skip
"""Papers of the archive about the volume, which its catalogue does not list."""
APPROVAL, DAILY, ENDING, PICTURES = "审核审批", "日常管理", "终止注销", "影像资料"
ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    APPROVAL: tuple(
        """
        review_confirmation_form temp_emergency_approval temp_expenditure_approval disability_subsidy_form
        benefit_calculation_sheet confirmation_decision refusal_decision disability_refusal_notice
        non_acceptance_notice procedure_termination_notice abandonment_record extension_notice
        proactive_discovery_report application_form agency_authorization mat_agent_id mat_id_card
        mat_household_register mat_id_or_other mat_ economic_declaration integrity_commitment kinship_declaration
        tekun_written_statement verification_authorization personal_info_notice material_receipt correction_notice
        acceptance_notice kinship_filing_register verification_request verification_report
        verification_result_notice applicant_explanation verification_recheck_record noncompliance_submission
        investigation_assignment household_survey neighbor_interview evidence_letter evidence_letter_reply
        emergency_survey_record reinvestigation_record income_asset_calculation expense_verification
        survey_conclusion_report self_care_assessment obligor_capacity_form temp_emergency_advance_register
        appraisal_notice democratic_appraisal preliminary_publicity publicity_evidence
        proposed_confirmation_publicity objection_register objection_reply re_publicity dispute_submission
        deliberation_minutes deliberation_opinion_report deliberation_feedback leadership_meeting_minutes
        over_standard_submission joint_conference_minutes care_arrangement_form care_agreement account_authorization
        mat_bank_card cash_in_kind_receipt proactive_report_obligation_notice confirmation_announcement
        filing_review_opinion delivery_receipt
        """.split()
    ),
    DAILY: tuple(
        """
        periodic_review_form home_visit_record change_report_form change_verification_record benefit_change_form
        benefit_change_decision suspension_decision employment_refusal_record death_verification_form recovery_notice
        recovery_demand_letter complaint_register complaint_reply spot_check_record spot_check_feedback
        """.split()
    ),
    ENDING: ("termination_publicity", "termination_decision", "gradual_exit_notice", "deregistration_form"),
    PICTURES: ("photo_evidence_sheet", "mat_photo"),
}
"""Order inside a household's file: 审批类, 日常管理类 by years, 终止, 影像."""
_SECTIONS: Final = tuple(ORDER)
_PLACES: Final = {name: (s, i) for s, names in enumerate(ORDER.values()) for i, name in enumerate(names)}
_LAST: Final = 999
_OF_THE_APPLICANT: Final = (
    "application_form", "agency_authorization", "economic_declaration", "integrity_commitment", "kinship_declaration",
    "tekun_written_statement", "verification_authorization", "applicant_explanation", "change_report_form",
    "disability_subsidy_form", "account_authorization",
)  # fmt: skip
_OF_OTHERS: Final = ("mat_", "evidence_letter_reply", "filing_review_opinion", "other")
_SERVED: Final = ("_decision", "_notice")


@dataclass(frozen=True, slots=True)
class Item:
    """One item of the volume: the paper that is kept, and the record that says what it is.

    Attributes:
        kept: the signed copy when there is one.
        made: the document as issued, or the paper as filed.
    """

    kept: Record
    made: Record
    section: str = APPROVAL

    @property
    def date(self) -> str:
        """The day of the document, else the day it was filed; ``YYYY-MM-DD``."""
        return str(self.made.data.get("date") or self.made.filed_at[:10])

    @property
    def note(self) -> str:
        """What is still wrong with the paper."""
        if self.kept.status is RecordStatus.PENDING:
            return "待签"
        return "" if self.kept.pages else "页数待点"


def items(case: Case) -> tuple[Item, ...]:
    """Return what the volume holds, in the order of the file; receipts stand behind what they prove was served."""
    placed: list[tuple[tuple[object, ...], Item]] = []
    served: tuple[object, ...] = ()
    for record in case.records.values():
        if record.type in OWN or record.signs:
            continue
        if record.type == "delivery_receipt" and served:
            key = (*served, record.no)
        else:
            key = (*_place(record), record.no)
        if record.type.endswith(_SERVED):
            served = key
        kept = case.records[record.signed_by] if record.signed_by else record
        placed.append((key, Item(kept, record, _SECTIONS[int(str(key[0]))])))
    return tuple(item for _, item in sorted(placed, key=lambda p: p[0]))


def _place(record: Record) -> tuple[object, ...]:
    """Section, year (of daily management only), rank within it."""
    name = "mat_" if record.type.startswith("mat_") and record.type not in _PLACES else record.type
    section, rank = _PLACES.get(name, (1 if record.folder[:2] in ("08", "09", "10") else 0, _LAST))
    year = str(record.data.get("date") or record.filed_at)[:4] if _SECTIONS[section] == DAILY else ""
    return section, year, rank


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────
def _author(known: Known, item: Item) -> str:
    """责任者: the applicant, the office, the verification agency; of papers that others wrote nobody knows."""
    kind, office = item.made.type, known.config.office
    if kind in _OF_THE_APPLICANT:
        return known.text("applicant.name")
    if kind == "verification_report":
        return office.verification_agency
    return "" if kind.startswith(_OF_OTHERS) else office.name


def _records(known: Known) -> tuple[Row, ...]:
    found = items(known.case)
    ends = list(accumulate(item.kept.pages for item in found))
    counted = [all(i.kept.pages for i in found[: n + 1]) for n in range(len(found))]
    return tuple(
        {
            "no": str(item.kept.no),
            "doc_no": item.made.doc_no,
            "author": _author(known, item),
            "title": item.made.title,
            "date": item.date.replace("-", ""),
            "pages": item.kept.pages or None,
            "range": _range(end - item.kept.pages + 1, end) if known_pages else "",
            "section": item.section,
            "note": item.note,
        }
        for item, end, known_pages in zip(found, ends, counted, strict=True)
    )


def _range(first: int, last: int) -> str:
    return str(first) if first == last else f"{first}—{last}"


def _pages(known: Known) -> int | None:
    """How many pages the volume has; unknown while one of its papers was not counted."""
    found = items(known.case)
    return sum(i.kept.pages for i in found) if found and all(i.kept.pages for i in found) else None


def _month(known: Known, which: Callable[[Sequence[str]], str]) -> str | None:
    dates = [item.date for item in items(known.case)]
    return which(dates)[:7] if dates else None


def _title(known: Known) -> str | None:
    name = known.text("applicant.name")
    return f"{name}户{known.case.category.label}档案" if name else None


def _statement(known: Known) -> str | None:
    found = items(known.case)
    if not found:
        return None
    pages = _pages(known)
    told = [f"本卷共{len(found)}件" + (f"，{pages}页。" if pages else "，页数待清点。")]
    for what, note in (("尚未归入签署件", "待签"), ("页数未经清点", "页数待点")):
        if numbers := [str(item.kept.no) for item in found if item.note == note]:
            told.append(f"第{'、'.join(numbers)}件{what}。")
    return "".join(told)


def _files(case: Case) -> Iterator[tuple[Record, FileEntry]]:
    """Yield every file of a case, the text read from a paper included."""
    for record in case.records.values():
        yield from ((record, entry) for entry in (*record.files, *([record.text] if record.text else ())))


def _file_rows(case: Case) -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "no": str(record.no),
            "path": entry.path,
            "size": f"{entry.size:,}",
            "sha256": entry.sha256,
            "recorded": record.filed_at[:16].replace("T", " "),
        }
        for record, entry in _files(case)
    )


def _compared(known: Known) -> tuple[Row, ...]:
    """What is compared paper against file: the pages of the file, the rest is for the pen."""
    return tuple(
        {"no": row["no"], "title": row["title"], "pages": row["pages"], "note": row["note"]}
        for row in _records(known)
    )


def _listed(known: Known, table: str) -> Sequence[Row]:
    """Return the rows of a list over many cases, from the engine that fills it or from the clerk."""
    found = known.extra.get(table) or known.given.get(table)
    return [row for row in found if isinstance(row, Mapping)] if isinstance(found, tuple) else []


def _count(table: str) -> Callable[[Known], object]:
    return lambda known: len(_listed(known, table)) or None


def _sum(table: str, key: str) -> Callable[[Known], object]:
    def total(known: Known) -> object:
        found = _listed(known, table)
        return sum(int(str(row.get(key) or 0)) for row in found) if found else None

    return total


VALUES: Final[Mapping[str, Callable[[Known], object]]] = {
    "volume.fonds": lambda k: k.config.office.name or None,
    "volume.class": lambda k: f"社会救助·{k.case.category.label}",
    "volume.title": _title,
    "volume.start": lambda k: _month(k, min),
    "volume.end": lambda k: _month(k, max),
    "volume.item_count": lambda k: len(items(k.case)) or None,
    "volume.pages": _pages,
    "volume.records": _records,
    "volume.statement": _statement,
    "volume.files": lambda k: _file_rows(k.case),
    "volume.file_count": lambda k: len(_file_rows(k.case)) or None,
    "volume.bytes": lambda k: f"{sum(entry.size for _, entry in _files(k.case)):,}",
    "volume.head": lambda k: k.case.head,
    "volume.events": lambda k: k.case.seq or None,
    "volume.compared": _compared,
    "body.name": lambda k: (
        f"{k.config.office.name}社会救助审批确认议事协商机构" if k.config.office.name else None
    ),
    "body.size": _count("body.members"),
    "transfer.volumes": _count("transfer.rows"),
    **{f"transfer.{key}": _sum("transfer.rows", key) for key in ("item_count", "pages", "bytes")},
    "expiry.volumes": _count("expiry.rows"),
    "expiry.held": lambda k: sum(bool(row.get("held")) for row in _listed(k, "expiry.rows")),
    "appraisal.volumes": _count("appraisal.rows"),
    "destruction.volumes": _count("destruction.rows"),
    **{f"destruction.{key}": _sum("destruction.rows", key) for key in ("pages", "files", "bytes")},
    "erased.files": _count("erased.rows"),
    "erased.bytes": _sum("erased.rows", "bytes"),
}
"""Path → how it is told from the case."""


# ── what the rules and the store add ─────────────────────────────────────────────────────────────────────
def ruled(workspace: Workspace, document: DocumentType, case: Case, on: dt.date) -> dict[str, object]:
    """Return what only rule pack and store know of a volume: its retention, what it lacks, whether its files are whole.

    Args:
        workspace: the open workspace.
        document: one of the archive's own papers.
        case: the case.
        on: the day of the paper.
    """
    match document.id:
        case "case_cover":
            return _kept(workspace, case)
        case "case_notes":
            found = findings(
                case,
                workspace.pack,
                workspace.catalogue,
                "archive",
                on=on,
                words=lambda record: workspace.archive.text(case.number, record.no) or None,
            )
            own = [f"第 {record.no} 件" for record in case.records_of(*OWN)]
            wrong = [p for f in found if f.verdict is Verdict.FAILED for p in f.problems]
            return {"volume.lacking": [p for p in wrong if not any(paper in p for paper in own)]}
        case "fixity_manifest":
            return _checked(workspace, case)
        case _:
            return {}


def _kept(workspace: Workspace, case: Case) -> dict[str, object]:
    pack = workspace.pack
    if period := retention(case, pack):
        rule = period.rule
        extra: dict[str, object] = {"volume.keep_until": period.expires}
    else:
        day = case.rules_on
        ended = pack.find("retention.refused", case.category, day) if case.step(*ENDINGS) else None
        rule, extra = ended or pack.rule("retention.case", case.category, day), {}
    return extra | {"volume.retention": f"{rule.trigger}起不少于{rule.value}{rule.unit}"}


def _checked(workspace: Workspace, case: Case) -> dict[str, object]:
    archive = workspace.archive
    checked = check_bag(archive.folder(case.number))
    wrong = {f.file for f in checked.findings}
    actors = {event.seq: event.actor for event, _ in archive.chain(case.number).events}
    rows = [
        row | {"by": actors.get(record.seq, ""), "result": "不符" if entry.path in wrong else "相符"}
        for row, (record, entry) in zip(_file_rows(case), _files(case), strict=True)
    ]
    result = f"{len(checked.findings)} 处不符" if checked.findings else "全部相符"
    return {"volume.files": rows, "volume.checked": f"{workspace.stamp().time:%Y-%m-%d %H:%M}，{result}"}
