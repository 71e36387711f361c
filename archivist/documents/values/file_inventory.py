"""What cover, catalogue, notes and file list of a volume (卷) print, told by the case itself.

Which papers are items of the volume, and in which order, stands in ``rules.volume``.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from itertools import accumulate
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import MATERIAL, DocumentId
from archivist.model.case import Case
from archivist.model.step_ids import UNGRANTED
from archivist.rules.completeness.run import Verdict, findings
from archivist.rules.disposition.arrangement import OWN, Item, files, items, pages, title
from archivist.rules.disposition.retention import retention, words
from archivist.store.bag_fixity import check_bag

if TYPE_CHECKING:
    import datetime as dt

    from archivist.doctypes.catalogue import DocumentType
    from archivist.documents.values.context import Known
    from archivist.model.by import By
    from archivist.workspace import Workspace

Row = Mapping[str, object]

_OF_THE_APPLICANT: Final = (
    DocumentId.APPLICATION_FORM, DocumentId.AGENCY_AUTHORIZATION, DocumentId.ECONOMIC_DECLARATION, DocumentId.INTEGRITY_COMMITMENT, DocumentId.KINSHIP_DECLARATION,
    DocumentId.TEKUN_WRITTEN_STATEMENT, DocumentId.VERIFICATION_AUTHORIZATION, DocumentId.APPLICANT_EXPLANATION, DocumentId.CHANGE_REPORT_FORM,
    DocumentId.DISABILITY_SUBSIDY_FORM, DocumentId.ACCOUNT_AUTHORIZATION,
)  # fmt: skip
_OF_OTHERS: Final = (
    MATERIAL,
    DocumentId.EVIDENCE_LETTER_REPLY,
    DocumentId.FILING_REVIEW_OPINION,
    DocumentId.OTHER,
)


# ── values ───────────────────────────────────────────────────────────────────────────────────────────────
def _author(known: Known, item: Item) -> str:
    """责任者: the applicant, the office, the verification agency; of papers that others wrote nobody knows."""
    kind, office = item.made.type, known.config.office
    if kind in _OF_THE_APPLICANT:
        return known.text("applicant.name")
    if kind == DocumentId.VERIFICATION_REPORT:
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


def _month(known: Known, which: Callable[[Sequence[str]], str]) -> str | None:
    dates = [item.date for item in items(known.case)]
    return which(dates)[:7] if dates else None


def _statement(known: Known) -> str | None:
    found = items(known.case)
    if not found:
        return None
    counted = pages(known.case)
    told = [f"本卷共{len(found)}件" + (f"，{counted}页。" if counted else "，页数待清点。")]
    for what, note in (("尚未归入签署件", "待签"), ("页数未经清点", "页数待点")):
        if numbers := [str(item.kept.no) for item in found if item.note == note]:
            told.append(f"第{'、'.join(numbers)}件{what}。")
    return "".join(told)


def _file_rows(case: Case) -> tuple[dict[str, object], ...]:
    return tuple(
        {
            "no": str(record.no),
            "path": entry.path,
            "size": f"{entry.size:,}",
            "sha256": entry.sha256,
            "recorded": record.filed_at[:16].replace("T", " "),
        }
        for record, entry in files(case)
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
    "volume.title": lambda k: title(k.case, k.text("applicant.name")) or None,
    "volume.start": lambda k: _month(k, min),
    "volume.end": lambda k: _month(k, max),
    "volume.item_count": lambda k: len(items(k.case)) or None,
    "volume.pages": lambda k: pages(k.case),
    "volume.records": _records,
    "volume.statement": _statement,
    "volume.files": lambda k: _file_rows(k.case),
    "volume.file_count": lambda k: len(_file_rows(k.case)) or None,
    "volume.bytes": lambda k: f"{sum(entry.size for _, entry in files(k.case)):,}",
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
def ruled(workspace: Workspace, by: By, document: DocumentType, case: Case, on: dt.date) -> dict[str, object]:
    """Return what only rule pack and store know of a volume: its retention, what it lacks, whether its files are whole.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        document: one of the archive's own papers.
        case: the case.
        on: the day of the paper.
    """
    match document.id:
        case DocumentId.CASE_COVER:
            return _kept(workspace, case)
        case DocumentId.CASE_NOTES:
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
        case DocumentId.FIXITY_MANIFEST:
            return _checked(workspace, by, case)
        case _:
            return {}


def _kept(workspace: Workspace, case: Case) -> dict[str, object]:
    pack = workspace.pack
    if period := retention(case, pack):
        rule = period.rule
        extra: dict[str, object] = {"volume.keep_until": period.expires}
    else:
        day = case.rules_on
        ended = pack.find("retention.refused", case.category, day) if case.step(*UNGRANTED) else None
        rule, extra = ended or pack.rule("retention.case", case.category, day), {}
    return extra | {"volume.retention": words(rule)}


def _checked(workspace: Workspace, by: By, case: Case) -> dict[str, object]:
    archive = workspace.archive
    checked = check_bag(archive.folder(case.number))
    wrong = {f.file for f in checked.findings}
    actors = {event.seq: event.actor for event, _ in archive.chain(case.number).events}
    rows = [
        row | {"by": actors.get(record.seq, ""), "result": "不符" if entry.path in wrong else "相符"}
        for row, (record, entry) in zip(_file_rows(case), files(case), strict=True)
    ]
    result = f"{len(checked.findings)} 处不符" if checked.findings else "全部相符"
    return {"volume.files": rows, "volume.checked": f"{by.time:%Y-%m-%d %H:%M}，{result}"}
