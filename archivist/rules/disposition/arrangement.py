"""The volume (卷) a case makes: which papers are items (件) of it, in which order, how many pages and files it has.

A printed document and its signed copy are one item, and the signed paper is what is kept. What is void (作废) stays an item
of the volume, marked. The archive's own papers –
cover, catalogue, notes, check sheets – are not items of the volume.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import MATERIAL, DocumentId
from archivist.model.case import Case
from archivist.model.event import FileEntry
from archivist.model.ids import CaseNo
from archivist.model.record import Record, RecordStatus
from archivist.model.volumes import PageRange
from archivist.rules import service


def _ranked(names: str) -> tuple[str, ...]:
    """Return document types in the order they are named; ``mat_`` stands for every other material."""
    return tuple(MATERIAL if name == MATERIAL else DocumentId(name) for name in names.split())


OWN: Final = (
    DocumentId.CASE_COVER, DocumentId.CASE_CATALOG, DocumentId.CASE_NOTES,
    DocumentId.CONSISTENCY_CHECK_SHEET, DocumentId.FIXITY_MANIFEST, DocumentId.LEGAL_HOLD_RECORD,
)  # fmt: skip
"""Papers of the archive about the volume, which its catalogue does not list."""
APPROVAL, DAILY, ENDING, PICTURES = "审核审批", "日常管理", "终止注销", "影像资料"
ORDER: Final[Mapping[str, tuple[str, ...]]] = {
    APPROVAL: _ranked(
        """
        review_confirmation_form single_cover_form temp_emergency_approval temp_expenditure_approval disability_subsidy_form
        benefit_calculation_sheet confirmation_decision refusal_decision disability_refusal_notice
        non_acceptance_notice procedure_termination_notice abandonment_record extension_notice
        proactive_discovery_report application_form agency_authorization mat_agent_id mat_id_card
        mat_household_register mat_id_or_other mat_ economic_declaration integrity_commitment kinship_declaration
        tekun_written_statement verification_authorization obligor_consent authorization_withdrawal personal_info_notice material_receipt correction_notice
        acceptance_notice referral_sheet kinship_filing_register recognition_reliance verification_request verification_report
        verification_result_notice applicant_explanation verification_recheck_record noncompliance_submission
        household_survey neighbor_interview evidence_letter evidence_letter_reply
        emergency_survey_record reinvestigation_record income_asset_calculation expense_verification
        self_care_assessment obligor_capacity_form temp_emergency_advance_register advance_supplement quick_relief_form
        appraisal_notice democratic_appraisal preliminary_publicity publicity_evidence
        proposed_confirmation_publicity objection_register objection_reply re_publicity dispute_submission
        deliberation_minutes deliberation_opinion_report deliberation_feedback leadership_meeting_minutes
        over_standard_submission joint_conference_minutes care_arrangement_form care_agreement account_authorization
        mat_bank_card cash_in_kind_receipt proactive_report_obligation_notice confirmation_announcement
        filing_review_opinion public_delivery_notice delivery_receipt
        """
    ),
    DAILY: _ranked(
        """
        periodic_review_form home_visit_record change_report_form change_verification_record hearing_notice hearing_record benefit_change_form
        benefit_change_decision gradual_exit_notice suspension_decision disability_ending_notice death_verification_form recovery_prior recovery_notice
        complaint_register complaint_reply petition_reply remedy_materials_list spot_check_record spot_check_feedback
        """
    ),
    ENDING: (
        DocumentId.TERMINATION_PUBLICITY,
        DocumentId.TERMINATION_DECISION,
        DocumentId.DEREGISTRATION_FORM,
    ),
    PICTURES: (DocumentId.PHOTO_EVIDENCE_SHEET, DocumentId.MAT_PHOTO),
}
"""Order inside a household's file: 审批类, 日常管理类 by years, 终止, 影像."""
_SECTIONS: Final = tuple(ORDER)
_PLACES: Final = {name: (s, i) for s, names in enumerate(ORDER.values()) for i, name in enumerate(names)}
_LAST: Final = 999
ARCHIVE_NO: Final = FieldPath.VOLUME_ARCHIVE_NO
"""Field by which the archive's own papers are told the number of the volume."""


@dataclass(frozen=True, slots=True)
class VolumeItem:
    """One item of the volume: the paper that is kept, and the record that says what it is.

    Attributes:
        kept: the signed copy when there is one.
        made: the document as issued, or the paper as filed.
        numbered: its pages in the volume as that was finished; ``None`` before.
    """

    kept: Record
    made: Record
    section: str = APPROVAL
    numbered: PageRange | None = None

    @property
    def date(self) -> str:
        """The day the document bears, ``YYYY-MM-DD``; empty when it is not known: never the day it was scanned."""
        return self.made.dated

    @property
    def note(self) -> str:
        """That the paper is void, else what is still wrong with it."""
        if void := self.made.voided:
            return f"作废，由第{void.replaced_by}件代替" if void.replaced_by else "作废"
        if self.kept.status is RecordStatus.PENDING:
            return "待签"
        return "" if self.is_counted else "页数待点"

    @property
    def pages(self) -> int:
        """How many pages it has: as the volume was numbered, else as scanned; 0 where they were not counted."""
        return self.kept.pages if self.numbered is None else self.numbered.count

    @property
    def is_counted(self) -> bool:
        """Whether its pages are known; one that was void before it was signed has none in the volume but its electronic form."""
        return (
            self.numbered is not None
            or bool(self.kept.pages)
            or (self.made.voided is not None and self.kept is self.made)
        )


class Author(Enum):
    """Who answers for a paper (责任者); of those that others brought nobody noted it."""

    APPLICANT = "applicant"
    AGENCY = "agency"
    """Who compares a household's income and property (核对机构)."""
    OFFICE = "office"
    UNKNOWN = "unknown"


_OF_THE_APPLICANT: Final = (
    DocumentId.APPLICATION_FORM, DocumentId.AGENCY_AUTHORIZATION, DocumentId.ECONOMIC_DECLARATION,
    DocumentId.INTEGRITY_COMMITMENT, DocumentId.KINSHIP_DECLARATION, DocumentId.TEKUN_WRITTEN_STATEMENT,
    DocumentId.VERIFICATION_AUTHORIZATION, DocumentId.APPLICANT_EXPLANATION, DocumentId.CHANGE_REPORT_FORM,
    DocumentId.DISABILITY_SUBSIDY_FORM, DocumentId.ACCOUNT_AUTHORIZATION, DocumentId.AUTHORIZATION_WITHDRAWAL,
)  # fmt: skip
_OF_OTHERS: Final = (
    MATERIAL,
    DocumentId.EVIDENCE_LETTER_REPLY,
    DocumentId.FILING_REVIEW_OPINION,
    DocumentId.OTHER,
)


def author(item: VolumeItem) -> Author:
    """Return who answers for an item of the volume."""
    kind = item.made.type
    if kind in _OF_THE_APPLICANT:
        return Author.APPLICANT
    if kind == DocumentId.VERIFICATION_REPORT:
        return Author.AGENCY
    return Author.UNKNOWN if kind.startswith(_OF_OTHERS) else Author.OFFICE


def items(case: Case) -> tuple[VolumeItem, ...]:
    """Return what the volume holds, in the order of the file; receipts stand behind what they prove was served.

    What was numbered when the volume was finished comes first, as it was numbered.
    """
    numbered = case.volume.pages if case.volume else {}
    placed: list[tuple[tuple[object, ...], VolumeItem]] = []
    for record in case.records.values():
        if record.type in OWN or record.signs:
            continue
        served = [case.records[n] for n in service.serves(record) if n in case.records]
        behind: tuple[object, ...] = max(((*_place(r), r.no) for r in served), default=_place(record))
        kept = case.records[record.signed_by] if record.signed_by else record
        own = numbered.get(kept.no)
        key = (own is None, (own.first, own.last) if own else (), *behind, record.no)
        placed.append((key, VolumeItem(kept, record, _SECTIONS[int(str(behind[0]))], own)))
    return tuple(item for _, item in sorted(placed, key=lambda p: p[0]))


def _place(record: Record) -> tuple[object, ...]:
    """Section, year (of daily management only), rank within it."""
    name = MATERIAL if record.type.startswith(MATERIAL) and record.type not in _PLACES else record.type
    section, rank = _PLACES.get(name, (1 if record.folder[:2] in ("08", "09", "10") else 0, _LAST))
    year = (record.dated or record.filed_at)[:4] if _SECTIONS[section] == DAILY else ""
    return section, year, rank


# ── what is told of the whole ────────────────────────────────────────────────────────────────────────────
def title(case: Case, name: str = "") -> str:
    """Return the title of the volume, ``王秀兰户最低生活保障档案``; empty while nobody knows whose it is."""
    name = name or case.applicant_name
    return f"{name}户{case.category.label}档案" if name else ""


def pages(case: Case) -> int | None:
    """Return how many pages the volume has; ``None`` while it holds no paper, or one that was not counted."""
    found = items(case)
    return sum(i.pages for i in found) if found and all(i.is_counted for i in found) else None


def page_ranges(case: Case, found: Sequence[VolumeItem]) -> list[PageRange | None]:
    """Return which pages each item of a volume has; ``None`` from the first on whose pages were not counted.

    Args:
        case: the case.
        found: its items, in order.
    """
    ranges: list[PageRange | None] = []
    last: int | None = case.volume.last if case.volume else 0
    for item in found:
        if item.numbered is None:
            pages = PageRange(last + 1, last + item.pages) if last is not None and item.is_counted else None
            last = pages.last if pages else None
        ranges.append(item.numbered or pages)
    return ranges


def composed_archive_no(fonds: str, number: CaseNo, retention_code: str) -> str:
    """Return the number in the archive (档号) that DA/T 13-2022 makes: ``Z109-DB·2024-D3-000001``.

    The class is the category, year and file number are those of the case number, so that no two files of an office share one.

    Args:
        fonds: 全宗号.
        number: the case number.
        retention_code: 保管期限代码, ``D3`` or ``Y``.
    """
    return f"{fonds}-{number.category.value}·{number.year}-{retention_code}-{number.sequence:06d}"


def archive_no(case: Case) -> str:
    """Return the number in the archive (档号): of the finished volume, else as the latest of the archive's own papers tells it."""
    if case.volume:
        return case.volume.no
    told = (r.data.get("given", {}).get(ARCHIVE_NO) for r in reversed(case.holding))
    return next((str(number) for number in told if number), "")


def files(case: Case) -> Iterator[tuple[Record, FileEntry]]:
    """Yield every file of the papers of a case, the text read from a paper included."""
    for record in case.records.values():
        yield from ((record, entry) for entry in (*record.files, *([record.text] if record.text else ())))
