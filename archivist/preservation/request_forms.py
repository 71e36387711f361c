"""The forms that people sign before one record is taken out of its file (剔除), or a group hold is released: each with the code of what is asked.

The code is of everything that is decided on (``request_digest``): of another record, another reason, another basis it is another, so that a signature stands for what
was read when it was given. The forms stand in the outbox and name nobody of a household.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from archivist.doctypes.ids import DocumentId
from archivist.issuing.office_documents import print_sheet
from archivist.model.expunged_records import ExpungeReason
from archivist.model.form_code import FormCode
from archivist.model.group_holds import GroupHold
from archivist.model.household_ranges import expanded
from archivist.model.ids import CaseNo, RecordNo, Sha256, in_rows
from archivist.model.record import Record
from archivist.store import durable_files
from archivist.workspace import Workspace

__all__ = [
    "expunging_code",
    "expunging_form",
    "print_request",
    "release_code",
    "release_form",
    "request_digest",
    "write_sheets",
]

EXPUNGING: Final = "剔除"
RELEASES: Final = "解除冻结"
"""Folders of the outbox."""


def request_digest(asked: Mapping[str, Any]) -> Sha256:
    """Return the SHA-256 by which a request is bound, whatever order it is told in."""
    return Sha256(hashlib.sha256(json.dumps(asked, ensure_ascii=False, sort_keys=True).encode()).hexdigest())


# ── one record taken out ─────────────────────────────────────────────────────────────────────────────────
def expunging_code(
    case: CaseNo, record: Record, why: ExpungeReason, to: tuple[CaseNo, RecordNo] | None
) -> FormCode:
    """Return the code of a request: which record with which bytes, why, and where the same paper stays."""
    asked = {
        "case": str(case),
        "record": record.no,
        "files": sorted(file.sha256 for file in record.files),
        "why": why.value,
        "to": [str(to[0]), to[1]] if to else [],
    }
    return FormCode.of_expunging(case, record.no, request_digest(asked))


def expunging_form(
    workspace: Workspace,
    case: CaseNo,
    record: Record,
    why: ExpungeReason,
    to: tuple[CaseNo, RecordNo] | None,
    copies: Mapping[str, int],
    *,
    on: dt.date,
) -> tuple[Path, FormCode]:
    """Write the form of a request to take a record out, over one of the same name; return where it is, and its code.

    Args:
        workspace: the open workspace.
        case: the file.
        record: what is to be taken out of it.
        why: why.
        to: where the same paper stays.
        copies: kind of place → how many places would still hold it.
        on: the day the form bears.

    Raises:
        MissingFields: E301. TemplateFault: E303. WriteFailed: E204.
    """
    workspace.archive.access.disclose([case, *([to[0]] if to else [])])
    left = "、".join(f"{label}{count}处" for label, count in copies.items())
    pages = f"，{record.pages}页" if record.pages else ""
    values = {
        "expunging.case": str(case),
        "expunging.record": record.no,
        "expunging.title": record.title,
        "expunging.filed_on": dt.date.fromisoformat(record.filed_at[:10]),
        "expunging.size": f"{len(record.files)}个文件{pages}",
        "expunging.digests": "；\n".join(in_rows(file.sha256) for file in record.files),
        "expunging.why": why.value,
        "expunging.kept": f"{to[0]} 第 {to[1]} 件" if to else "无（依法删除，不留）",
        "expunging.copies": f"还有{left}，剔除后逐处清除。" if left else "没有发现别的副本。",
    }
    code = expunging_code(case, record, why, to)
    folder = f"{EXPUNGING}/{case}-{record.no}"
    return print_request(workspace, DocumentId.EXPUNGING_APPROVAL, values, code, folder, on), code


# ── a group hold released ────────────────────────────────────────────────────────────────────────────────
def release_code(group: GroupHold, basis: str) -> FormCode:
    """Return the code of a request: which hold on which files, and on which basis it is to end."""
    asked = {
        "hold": group.hold.id,
        "cause": group.hold.cause,
        "start": group.hold.start.isoformat(),
        "cases": group.cases.to_plain(),
        "basis": "".join(basis.split()),
    }
    return FormCode.of_release(group.hold.id, request_digest(asked))


def release_form(
    workspace: Workspace, group: GroupHold, basis: str, households: str, *, on: dt.date
) -> tuple[Path, FormCode]:
    """Write the form of a request to release a group hold, over one of the same name; return where it is, and its code.

    Args:
        workspace: the open workspace.
        group: the hold.
        basis: on which ground.
        households: how many it binds now, in words.
        on: the day the form bears.

    Raises:
        MissingFields: E301. TemplateFault: E303. WriteFailed: E204.
    """
    workspace.archive.access.disclose(expanded(group.cases.numbers))
    hold = group.hold
    values = {
        "release.hold": hold.id,
        "release.start": hold.start,
        "release.cause": hold.cause,
        "release.authority": " ".join(filter(None, (hold.authority, hold.doc_no))),
        "release.cases": group.cases.words,
        "release.households": households,
        "release.until": hold.until,
        "release.basis": basis.strip(),
    }
    code = release_code(group, basis)
    folder = f"{RELEASES}/{hold.id}"
    return print_request(workspace, DocumentId.GROUP_RELEASE_APPROVAL, values, code, folder, on), code


# ── both ─────────────────────────────────────────────────────────────────────────────────────────────────
def print_request(
    workspace: Workspace,
    name: DocumentId,
    values: Mapping[str, object],
    code: FormCode,
    folder: str,
    on: dt.date,
) -> Path:
    """Write a form with the code of what is asked into a folder of the outbox, over one of the same name; return it. For what is raised see the others."""
    told = {path: value for path, value in values.items() if value != ""}
    title = workspace.catalogue.get(name).title
    made = print_sheet(workspace, name, told, code.payload, on=on, pdf=False)
    sheets = {f"{title}{suffix}": data for suffix, data in made.items()}
    return write_sheets(workspace, folder, sheets, "没有写全，再做一次") / f"{title}.docx"


def write_sheets(workspace: Workspace, place: str, sheets: Mapping[str, bytes], state: str) -> Path:
    """Write papers that are to be signed into a folder of the outbox, over those of the same names; return the folder.

    Args:
        workspace: the open workspace.
        place: the folder, below the outbox.
        sheets: name → bytes.
        state: how things stand where the disk refuses.

    Raises:
        WriteFailed: E204.

    Survives: a kill at any point; done again it does the same.
    """
    archive = workspace.archive
    folder = archive.outbox / place
    with durable_files.writing(state, file=folder.name):
        durable_files.make_folders(folder, below=archive.root)
        for name, data in sheets.items():
            durable_files.unlink(folder / name)
            durable_files.write_new(folder / name, data)
        durable_files.sync_folder(folder)
    return folder
