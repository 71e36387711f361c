"""The papers of a disposal, each with the code of its list: what is to be appraised, then the report on it and what is signed for the destruction.

They stand in ``outbox/处置/<XH>/`` and name nobody of a household. What the appraisers gave up is known only when they have said so: approval,
register and record of the destruction are made then, of those files alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError
from archivist.issuing.office_documents import print_sheet
from archivist.model.chinese import format_date, short_date
from archivist.model.disposals import Disposal, DisposalState, Opinion
from archivist.model.form_code import FormCode
from archivist.model.ids import CaseNo, Sha256, in_rows
from archivist.preservation import disposal_list
from archivist.preservation.appraisers_sheet import OPINIONS, opinion_sheet
from archivist.preservation.disposal_batches import ProposedDisposal
from archivist.preservation.disposal_list import DisposalRow
from archivist.preservation.disposal_residue import FOLDER
from archivist.preservation.request_forms import write_sheets
from archivist.report.registers.archive import elapsed
from archivist.rules.disposition.retention import retention
from archivist.workspace import Workspace

__all__ = ["hand_out", "hand_out_again"]

_EXPIRED: Final = "保管期限届满，经鉴定没有继续保存的价值"
_CLEARED: Final = "移交后清除：保管已移交，接管机关已接收，清除本机关留存的一份"
_FOR_DESTRUCTION: Final = (
    DocumentId.DESTRUCTION_APPROVAL,
    DocumentId.DESTRUCTION_REGISTER,
    DocumentId.DESTRUCTION_SUPERVISION_RECORD,
)


def hand_out(workspace: Workspace, proposed: ProposedDisposal, on: dt.date) -> Path:
    """Write what is to be appraised of a batch that was proposed, over papers of the same names; return their folder.

    Survives: a kill at any point; what is lacking then is made again (``hand_out_again``).
    """
    digest = proposed.sha256
    workspace.archive.access.disclose(row.case for row in proposed.rows)
    given: Mapping[str, object] = {
        FieldPath.APPRAISAL_ROWS: [
            {
                "case": row.case,
                "file_no": row.file_no,
                "title": row.title,
                **({} if row.is_cleared else {"expires": dt.date.fromisoformat(row.end)}),
            }
            for row in proposed.rows
        ],
        FieldPath.APPRAISAL_VOLUMES: len(proposed.rows),
        FieldPath.REGISTER_NOTES: _handed_over(proposed.rows),
    }
    papers = _printed(workspace, DocumentId.DISPOSAL_APPRAISAL_OPINION, given, proposed.batch, digest, on)
    papers[f"{OPINIONS}.xlsx"] = opinion_sheet(workspace.config.office.name, proposed)
    papers[disposal_list.LIST] = proposed.data
    return _write(workspace, proposed.batch, papers)


def hand_out_again(workspace: Workspace, batch: Disposal, on: dt.date) -> Path:
    """Write the papers that a batch needs where it stands, over those of the same names; return their folder.

    Args:
        workspace: the open workspace.
        batch: as it is now.
        on: the day the papers bear.

    Raises:
        ListChanged: E603, the list is another. MissingFields: E301. TemplateFault: E303.

    Survives: a kill at any point; done again it does the same.
    """
    rows = disposal_list.read(workspace, batch)
    if batch.state is DisposalState.PROPOSED:
        data = disposal_list.data_of(workspace, batch)
        return hand_out(workspace, ProposedDisposal(batch.id, batch.list_sha256, rows, (), data), on)
    gone = [row for row in rows if row.number in {*batch.remaining, *batch.destroyed}]
    given_up = [row for row in gone if batch.opinions.get(row.number) is Opinion.DESTROY]
    papers = _printed(
        workspace,
        DocumentId.DISPOSAL_APPRAISAL_REPORT,
        _reported(workspace, batch, rows, on),
        batch.id,
        batch.list_sha256,
        on,
    )
    if given_up:
        values = _destroyed(workspace, batch, given_up, on)
        for name in _FOR_DESTRUCTION:
            papers |= _printed(workspace, name, values, batch.id, batch.list_sha256, on)
    return _write(workspace, batch.id, papers)


def _write(workspace: Workspace, batch: str, papers: Mapping[str, bytes]) -> Path:
    state = f"批次已登记，打印件没有写全：archivist retention papers {batch} 再做"
    return write_sheets(workspace, f"{FOLDER}/{batch}", papers, state)


def _printed(
    workspace: Workspace,
    name: DocumentId,
    given: Mapping[str, object],
    batch: str,
    digest: Sha256,
    on: dt.date,
) -> dict[str, bytes]:
    """Return a form by the name of its file; of what is given it takes what it prints."""
    document = workspace.catalogue.get(name)
    told = {
        **given,
        FieldPath.REGISTER_NOTES: [
            *_notes(given),
            f"销毁批次 {batch}。清册的 SHA-256 摘要：\n{in_rows(digest)}",
        ],
    }
    known = {f.path for f in document.fields}
    values = {path: value for path, value in told.items() if path in known}
    code = FormCode.of_disposal(batch, digest).payload
    made = print_sheet(workspace, name, values, code, on=on, pdf=False)
    return {f"{document.title}{suffix}": data for suffix, data in made.items()}


def _notes(given: Mapping[str, object]) -> Sequence[str]:
    told = given.get(FieldPath.REGISTER_NOTES, ())
    return told if isinstance(told, list) else []


# ── what the appraisers decided ──────────────────────────────────────────────────────────────────────────
def _reported(
    workspace: Workspace, batch: Disposal, rows: Sequence[DisposalRow], on: dt.date
) -> Mapping[str, object]:
    """Return what the report on the appraisal says."""
    opinions = {row.number: batch.opinions.get(row.number) for row in rows}
    judged = [row for row in rows if opinions[row.number]]
    lines = []
    for category in dict.fromkeys(row.number.category for row in judged):
        own = [opinions[row.number] for row in judged if row.number.category is category]
        lines.append({"category": category.label, "volumes": len(own), **_counted(own)})
    kept = [
        {
            "case": row.case,
            "file_no": row.file_no,
            "expires": dt.date.fromisoformat(row.end),
            "until": _until(workspace, row.number, on),
        }
        for row in judged
        if opinions[row.number] is not Opinion.DESTROY
    ]
    left = len(rows) - len(judged)
    cleared = any(row.is_cleared for row in rows)
    what = "已移交接管机关、本机关留存" if cleared else "保管期限届满"
    return {
        "appraised.scope": (
            f"{batch.id}号清册所列{what}的社会救助户档{len(rows)}卷、{sum(row.records for row in rows)}件，"
            f"形成年度{_years(rows)}。"
        ),
        "appraised.members": "、".join(batch.appraisers),
        "appraised.on": dt.date.fromisoformat(batch.appraised_at[:10]),
        "appraised.rows": lines,
        "appraised.volumes": len(judged),
        **{f"appraised.{key}": count for key, count in _counted(opinions.values()).items()},
        "appraised.kept": kept,
        "appraised.ground": (
            "保管已移交，接管机关已接收，本机关留存的一份没有继续保存的需要"
            if cleared
            else "保管期限已满，鉴定小组认为没有继续保存的价值"
        ),
        FieldPath.REGISTER_NOTES: [
            *_handed_over(rows),
            *([f"另有{left}卷在鉴定以前退出本批次，没有鉴定。"] if left else []),
        ],
    }


def _counted(opinions: Iterable[Opinion | None]) -> dict[str, int]:
    said = list(opinions)
    return {
        key: said.count(opinion)
        for key, opinion in (("destroy", Opinion.DESTROY), ("extend", Opinion.EXTEND), ("keep", Opinion.KEEP))
    }


def _until(workspace: Workspace, number: CaseNo, on: dt.date) -> str:
    """Return how long a file is kept now; one that has gone since, or cannot be read, says so in its own place."""
    try:
        kept = retention(workspace.archive.read(number), workspace.pack, on)
    except ArchivistError:
        return "见总账"
    return f"至{format_date(kept.expires)}" if kept.expires else "永久"


def _years(rows: Sequence[DisposalRow]) -> str:
    first, last = min(row.first_year for row in rows), max(row.last_year for row in rows)
    return f"{first}—{last}年" if first != last else f"{first}年"


def _handed_over(rows: Sequence[DisposalRow]) -> list[str]:
    """Return what became of files that another office took over: why the copies here go, whatever their periods are."""
    said = dict.fromkeys(row.sentence for row in rows if row.is_cleared)
    return [f"本批次是移交后清除：{words}；户档由接管机关保管，保管期限由其定。" for words in said]


# ── what is signed for the destruction ───────────────────────────────────────────────────────────────────
def _destroyed(
    workspace: Workspace, batch: Disposal, rows: Sequence[DisposalRow], on: dt.date
) -> Mapping[str, object]:
    whole = len(batch.cases)
    cleared = any(row.is_cleared for row in rows)
    notes = _handed_over(rows)
    notes += [f"清册共{whole}卷，经鉴定拟销毁{len(rows)}卷，即本表所列。"] if whole != len(rows) else []
    if blank := sum(not row.pages for row in rows):
        notes.append(f"页数空白的{blank}卷有未清点的件，没有计入合计。")
    return {
        FieldPath.DESTRUCTION_ROWS: [
            {
                "n": n,
                "title": row.title,
                "year": str(row.last_year),
                "case": row.case,
                "file_no": row.file_no,
                "due": row.words,
                "kept": "—" if cleared else elapsed(dt.date.fromisoformat(row.start), on),
                "pages": row.pages or None,
                "files": row.files,
                "bytes": row.bytes,
                "note": f"{short_date(dt.date.fromisoformat(row.end))}{'接收' if cleared else '期满'}",
            }
            for n, row in enumerate(rows, 1)
        ],
        FieldPath.DESTRUCTION_VOLUMES: len(rows),
        FieldPath.DESTRUCTION_PAGES: sum(row.pages for row in rows),
        FieldPath.DESTRUCTION_FILES: sum(row.files for row in rows),
        FieldPath.DESTRUCTION_BYTES: sum(row.bytes for row in rows),
        FieldPath.DESTRUCTION_YEARS: _years(rows),
        FieldPath.DESTRUCTION_REGISTER: f"{batch.id}号《档案销毁清册》（{format_date(dt.date.fromisoformat(batch.proposed_at[:10]))}）",
        "destruction.fonds_no": workspace.config.archive.fonds,
        "destruction.department": "档案部门",
        "destruction.reason": _CLEARED if cleared else _EXPIRED,
        "destruction.report": f"{batch.id}号《档案鉴定工作报告》",
        FieldPath.REGISTER_NOTES: notes,
    }
