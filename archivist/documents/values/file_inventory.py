"""What cover, catalogue, notes and file list of a volume (卷) print, told by the case itself.

Which papers are items of the volume, and in which order, stands in ``rules.disposition.arrangement``.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import MATERIAL
from archivist.documents.values.context import DocumentContext, Fixity, Row, once
from archivist.documents.values.registry import computes
from archivist.model.case import CaseStatus
from archivist.model.expunged_records import EXPUNGED
from archivist.model.fact_paths import FactPath
from archivist.model.holds import Hold
from archivist.rules.completeness.run import findings, lacking_in_volume
from archivist.rules.disposition.arrangement import (
    Author,
    VolumeItem,
    author,
    files,
    items,
    page_ranges,
    pages,
    title,
)
from archivist.rules.disposition.retention import RetentionClass, retention, words
from archivist.rules.rule import Stage


# ── the cover ────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.VOLUME_FONDS)
def _fonds(context: DocumentContext) -> str | None:
    return context.config.office.name or None


@computes(FieldPath.VOLUME_CLASS)
def _class(context: DocumentContext) -> str:
    return f"社会救助·{context.case.category.label}"


@computes(FieldPath.VOLUME_TITLE)
def _title(context: DocumentContext) -> str | None:
    return title(context.case, context.text(FactPath.APPLICANT_NAME)) or None


@computes(FieldPath.VOLUME_START)
def _start(context: DocumentContext) -> str | None:
    return min(_months(context), default=None)


@computes(FieldPath.VOLUME_END)
def _end(context: DocumentContext) -> str | None:
    return max(_months(context), default=None)


def _months(context: DocumentContext) -> list[str]:
    """Return the months of the papers: cards and certificates that an applicant brought are older than the file."""
    dated = [item for item in items(context.case) if item.date]
    own = [item for item in dated if not item.made.type.startswith(MATERIAL)]
    return [item.date[:7] for item in own or dated]


@computes(FieldPath.VOLUME_ITEM_COUNT)
def _item_count(context: DocumentContext) -> int | None:
    return len(items(context.case)) or None


@computes(FieldPath.VOLUME_PAGES)
def _pages(context: DocumentContext) -> int | None:
    return pages(context.case)


@computes(FieldPath.VOLUME_KEEP_UNTIL)
def _keep_until(context: DocumentContext) -> dt.date | None:
    return retention(context.case, context.pack, context.made_on).expires


@computes(FieldPath.VOLUME_RETENTION)
def _retention(context: DocumentContext) -> str:
    kept = retention(context.case, context.pack, context.made_on)
    return RetentionClass.PERMANENT.label if kept.kind is RetentionClass.PERMANENT else words(kept.rule)


@computes(FieldPath.HOLD_STATE)
def _state(context: DocumentContext) -> str:
    if context.case.status is not CaseStatus.DEREGISTERED:
        return context.case.status.label
    expires = _keep_until(context)
    return "保管期满" if expires is not None and expires < context.made_on else "已注销"


# ── the catalogue ────────────────────────────────────────────────────────────────────────────────────────
def _author(context: DocumentContext, item: VolumeItem) -> str:
    office = context.config.office
    names = {
        Author.APPLICANT: context.text(FactPath.APPLICANT_NAME),
        Author.AGENCY: office.verification_agency,
        Author.OFFICE: office.name,
    }
    return names.get(author(item), "")


@computes(FieldPath.VOLUME_RECORDS)
def _records(context: DocumentContext) -> tuple[Row, ...]:
    return (*_item_rows(context), *_expunged_rows(context))


def _item_rows(context: DocumentContext) -> tuple[Row, ...]:
    found = items(context.case)
    return tuple(
        {
            "no": str(item.kept.no),
            "doc_no": item.made.doc_no,
            "author": _author(context, item),
            "title": item.made.title,
            "date": item.date.replace("-", ""),
            "pages": item.pages or None,
            "range": str(numbered or ""),
            "section": item.section,
            "note": item.note,
        }
        for item, numbered in zip(found, page_ranges(context.case, found), strict=True)
    )


def _expunged_rows(context: DocumentContext) -> Iterator[Row]:
    """Yield what the catalogue says of numbers that were taken out: that they were, and nothing of what stood there but its kind."""
    for no, gone in context.case.expunged.items():
        yield {
            "no": str(no),
            "doc_no": "",
            "author": "",
            "title": gone.record.title,
            "date": "",
            "pages": None,
            "range": "",
            "section": EXPUNGED,
            "note": EXPUNGED,
        }


@computes(FieldPath.EVIDENCE_ROWS)
def _evidence(context: DocumentContext) -> tuple[Row, ...]:
    """Return the papers of the file that hold, as evidence to be handed over; what each proves is for a person to say."""
    return tuple(
        {"no": str(item.kept.no), "title": item.made.title, "date": item.date}
        for item in items(context.case)
        if not item.made.voided
    )


@computes(FieldPath.VOLUME_COMPARED)
def _compared(context: DocumentContext) -> tuple[Row, ...]:
    """What is compared paper against file: the pages of the file, the rest is for the pen."""
    return tuple(
        {"no": row["no"], "title": row["title"], "pages": row["pages"], "note": row["note"]}
        for row in _item_rows(context)
    )


# ── the notes ────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.VOLUME_STATEMENT)
def _statement(context: DocumentContext) -> str | None:
    found = items(context.case)
    if not found:
        return None
    counted = pages(context.case)
    told = [f"本卷共{len(found)}件" + (f"，{counted}页。" if counted else "，页数待清点。")]
    for what, note in (("尚未归入签署件", "待签"), ("页数未经清点", "页数待点")):
        if numbers := [str(item.kept.no) for item in found if item.note == note]:
            told.append(f"第{'、'.join(numbers)}件{what}。")
    if numbers := [str(item.kept.no) for item in found if item.made.voided]:
        told.append(f"第{'、'.join(numbers)}件作废，留存卷内。")
    told += [
        f"第{no}件{moved.at[:10]}移出，归入{moved.case}第{moved.new}件。"
        for no, moved in context.case.moved_out.items()
    ]
    told += [f"第{no}件{gone.words}，依据第{gone.paper}件。" for no, gone in context.case.expunged.items()]
    told += [f"第{no}件{gone.at[:10]}撤回，不在本卷。" for no, gone in context.case.unfiled.items()]
    told += [_hold(hold) for hold in context.case.holds]
    return "".join(told)


def _hold(hold: Hold) -> str:
    """Say that the volume is or was held, and by which paper it was released."""
    paper = f"，依据第{hold.record}件" if hold.record else ""
    if hold.release is None:
        return f"{hold.words}{paper}，未解除。"
    return f"{hold.words}{paper}，{hold.release.on}解除，依据第{hold.release.paper}件。"


@computes(FieldPath.VOLUME_LACKING)
def _lacking(context: DocumentContext) -> list[str]:
    """What the checks at the closing of the file find wrong; the archive's own papers are only being made."""
    case, sources = context.case, context.sources
    assert sources is not None
    found = findings(case, sources.pack, sources.catalogue, Stage.ARCHIVE, on=context.on, words=sources.words)
    return [
        _COMMAND.sub("", re.sub("（依据 .*）$", "", problem)) for problem in lacking_in_volume(found, case)
    ]


_COMMAND: Final = re.compile("（archivist [^）]*）|[；，。][^；，。]*archivist .*$")
"""What to type is for who sits at the machine, not for a paper that is kept."""


# ── the files ────────────────────────────────────────────────────────────────────────────────────────────
@computes(FieldPath.VOLUME_FILES)
def _files(context: DocumentContext) -> tuple[Row, ...]:
    """Every file; where they were compared, with who recorded each and whether it is as it was."""
    compared = _fixity(context)
    return tuple(
        {
            "no": str(record.no),
            "path": entry.path,
            "size": f"{entry.size:,}",
            "sha256": entry.sha256,
            "recorded": record.filed_at[:16].replace("T", " "),
        }
        | (
            {
                "by": compared.filed_by.get(record.seq, ""),
                "result": "不符" if entry.path in compared.files else "相符",
            }
            if compared
            else {}
        )
        for record, entry in files(context.case)
    )


@once
def _fixity(context: DocumentContext) -> Fixity | None:
    return context.sources.fixity() if context.sources and context.sources.fixity else None


@computes(FieldPath.VOLUME_CHECKED)
def _checked(context: DocumentContext) -> str | None:
    compared = _fixity(context)
    if compared is None:
        return None
    result = f"{compared.findings} 处不符" if compared.findings else "全部相符"
    return f"{compared.at:%Y-%m-%d %H:%M}，{result}"


@computes(FieldPath.VOLUME_FILE_COUNT)
def _file_count(context: DocumentContext) -> int | None:
    return sum(1 for _ in files(context.case)) or None


@computes(FieldPath.VOLUME_BYTES)
def _bytes(context: DocumentContext) -> str:
    return f"{sum(entry.size for _, entry in files(context.case)):,}"


@computes(FieldPath.VOLUME_HEAD)
def _head(context: DocumentContext) -> str:
    return context.case.head


@computes(FieldPath.VOLUME_EVENTS)
def _events(context: DocumentContext) -> int | None:
    return context.case.seq or None
