"""The papers of a disposal: the list, the forms people sign, each with the list's digest, and the sheet the appraisers fill in.

They stand in ``outbox/处置/<XH>/`` and name nobody of a household.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from archivist.disposal_errors import ListChanged
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import UsageError
from archivist.issuing.office_documents import render_register
from archivist.model.chinese import read_day
from archivist.model.disposals import Opinion
from archivist.model.ids import CaseNo, Sha256
from archivist.preservation import disposal_list
from archivist.preservation.disposal_batches import Appraised, ProposedDisposal
from archivist.preservation.disposal_residue import FOLDER
from archivist.store import durable_files
from archivist.tables.reader import DamagedSheet, SheetRow, read_sheets
from archivist.tables.writer import BookWriter, SheetColumn
from archivist.workspace import Workspace

OPINIONS: Final = "鉴定意见表"
_COLUMNS: Final = (
    SheetColumn("序号", "int"),
    SheetColumn("户号", "str"),
    SheetColumn("件数", "int"),
    SheetColumn("期满日", "date"),
    SheetColumn("依据", "str", 40),
    SheetColumn("鉴定意见", "str", 12),
    SheetColumn("新保管期限", "str", 14),
)
_DIGEST: Final = re.compile(r"\b[0-9a-f]{64}\b")
_FORMS: Final = (
    DocumentId.DISPOSAL_APPRAISAL_OPINION,
    DocumentId.DESTRUCTION_APPROVAL,
    DocumentId.DESTRUCTION_REGISTER,
    DocumentId.DESTRUCTION_SUPERVISION_RECORD,
)


def hand_out(workspace: Workspace, proposed: ProposedDisposal, on: dt.date) -> Path:
    """Write the papers of a batch that was proposed, over those of the same names; return their folder.

    Survives: a kill at any point; what is lacking then is made by ``report``, or the batch is cancelled and proposed again.
    """
    archive = workspace.archive
    folder = archive.outbox / FOLDER / proposed.batch
    contents = {
        disposal_list.LIST: proposed.data,
        f"{OPINIONS}.xlsx": _sheet(workspace, proposed),
        **dict(_forms(workspace, proposed, on)),
    }
    with durable_files.writing("批次已登记，打印件没有写全", file=proposed.batch):
        durable_files.make_folders(folder, below=archive.root)
        for name, data in contents.items():
            durable_files.unlink(folder / name)
            durable_files.write_new(folder / name, data)
        durable_files.sync_folder(folder)
    return folder


def _bound(proposed: ProposedDisposal) -> str:
    """Return the line by which a paper is bound to the list."""
    code = disposal_list.code(proposed.batch, proposed.sha256)
    return f"销毁批次 {proposed.batch}，清册摘要（SHA-256）{proposed.sha256}，核对码 {code}。"


def _forms(workspace: Workspace, proposed: ProposedDisposal, on: dt.date) -> Iterator[tuple[str, bytes]]:
    given = {**_values(proposed, on), FieldPath.REGISTER_NOTES: [_bound(proposed)]}
    for name in _FORMS:
        document = workspace.catalogue.get(name)
        known = {f.path for f in document.fields}
        values = {path: value for path, value in given.items() if path in known}
        yield f"{document.title}.docx", render_register(document, workspace.config, values, on=on)


def _values(proposed: ProposedDisposal, on: dt.date) -> Mapping[str, object]:
    rows = proposed.rows
    first, last = min(r.first_year for r in rows), max(r.last_year for r in rows)
    listed = f"档案销毁清册（{proposed.batch}，{on}）"
    return {
        FieldPath.DESTRUCTION_ROWS: [
            {
                "n": n,
                "title": row.title,
                "year": str(row.last_year),
                "case": row.case,
                "file_no": row.file_no,
                "due": row.words,
                "kept": f"{row.deregistered}起",
                "pages": row.pages or None,
                "files": row.files,
                "bytes": row.bytes,
                "note": f"至{row.end}",
            }
            for n, row in enumerate(rows, 1)
        ],
        FieldPath.DESTRUCTION_VOLUMES: len(rows),
        FieldPath.DESTRUCTION_PAGES: sum(row.pages for row in rows),
        FieldPath.DESTRUCTION_FILES: sum(row.files for row in rows),
        FieldPath.DESTRUCTION_BYTES: sum(row.bytes for row in rows),
        FieldPath.DESTRUCTION_YEARS: f"{first}—{last}年" if first != last else f"{first}年",
        FieldPath.DESTRUCTION_REGISTER: listed,
        FieldPath.APPRAISAL_ROWS: [
            {
                "case": row.case,
                "file_no": row.file_no,
                "title": row.title,
                "expires": dt.date.fromisoformat(row.end),
            }
            for row in rows
        ],
        FieldPath.APPRAISAL_VOLUMES: len(rows),
        "destruction.department": "档案部门",
        "destruction.reason": "保管期限届满，经鉴定没有继续保存的价值",
        "destruction.report": f"{proposed.batch} 鉴定意见表",
    }


def _sheet(workspace: Workspace, proposed: ProposedDisposal) -> bytes:
    book = BookWriter()
    sheet = book.sheet(proposed.batch, _COLUMNS)
    sheet.line(f"保管期满档案鉴定意见表 {proposed.batch}", size_pt=16, bold=True, align="center")
    sheet.line(f"鉴定单位：{workspace.config.office.name}")
    sheet.line(f"清册摘要：{proposed.sha256}")
    sheet.line(
        "鉴定意见填“销毁”“延长”或“永久”；延长的在“新保管期限”写明到哪一天（如 2033-12-31）。不要改动别处。"
    )
    sheet.heads()
    for n, row in enumerate(proposed.rows, 1):
        end = dt.date.fromisoformat(row.end)
        sheet.row((n, row.case, row.records, end, f"{row.words}（{row.sentence}）", "", ""))
    return book.data()


# ── what the appraisers wrote ────────────────────────────────────────────────────────────────────────────
def read_opinions(path: Path) -> tuple[dict[CaseNo, Appraised], Sha256]:
    """Return what the appraisers' sheet says of each file, and the digest of the list that it is of.

    Raises:
        ListChanged: E603, it has no digest. UsageError: E001, it cannot be read, or an opinion is none.
    """
    try:
        rows = [row for sheet in read_sheets(path) for row in sheet.rows]
    except (DamagedSheet, OSError) as error:
        raise UsageError("鉴定意见表读不出来", file=path.name) from error
    told = " ".join(str(value) for row in rows for value in row.values if value is not None)
    digests = {*_DIGEST.findall(told)}
    if len(digests) != 1:
        raise ListChanged("表上没有清册摘要，不是本程序拟办时做的鉴定意见表", file=path.name)
    heads = [c.label for c in _COLUMNS]
    at = next((i for i, row in enumerate(rows) if [*map(_text, row.values)][: len(heads)] == heads), None)
    if at is None:
        raise UsageError("表头被改动了", file=path.name, remedy="用拟办时做的鉴定意见表，只填意见两栏。")
    problems: list[str] = []
    found = dict(filter(None, (_opinion(row, problems) for row in rows[at + 1 :])))
    if problems:
        raise UsageError(f"鉴定意见表有 {len(problems)} 处不能用", file=path.name, problems=problems)
    return found, Sha256(digests.pop())


def _opinion(row: SheetRow, problems: list[str]) -> tuple[CaseNo, Appraised] | None:
    case, said, until = (_text(row.values[at]) for at in (1, 5, 6))
    if not case:
        return None
    number = CaseNo.parse(case)
    if said not in set(Opinion):
        problems.append(f"{row.address(5)}：“{said}”不是销毁、延长或永久")
        return None
    day = read_day(until) if until else None
    if until and day is None:
        problems.append(f"{row.address(6)}：“{until}”不是日期")
    return number, Appraised(Opinion(said), day)


def _text(value: object) -> str:
    return (
        value.isoformat()[:10]
        if isinstance(value, dt.date)
        else str(value if value is not None else "").strip()
    )
