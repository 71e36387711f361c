"""Small steps the store tests are made of."""

from __future__ import annotations

import datetime as dt
import secrets
from contextlib import AbstractContextManager
from pathlib import Path
from unittest import mock

from archivist.model.by import CHINA, By
from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.facts import to_plain
from archivist.model.ids import CaseNo
from archivist.store import Archive, Draft, NewFile, Original, Stamp
from tests.people import wang

NUMBER = CaseNo.parse("TJHQ-DB-2024-000001")
STAMP = Stamp(By("经办", dt.datetime(2024, 3, 4, 9, tzinfo=CHINA)), "test@1")


def new_archive(folder: Path) -> Archive:
    archive = Archive(folder / "archive")
    archive.create()
    return archive


def open_wang(archive: Archive, number: CaseNo = NUMBER) -> Case:
    data = {"category": "DB", "opened_on": "2024-03-04", "facts": to_plain(wang())}
    return archive.open_case(number, "样例街道办事处", Draft(Op.CASE_OPENED, data), STAMP)


def file_draft(case: Case, original: Original, title: str = "其他材料") -> Draft:
    no = case.next_record()
    entry = {"no": no, "type": "other", "title": title, "folder": "01 申请", "status": "filed", "pages": 1}
    files = (
        NewFile(f"data/01 申请/{no} {title}.pdf", original, no),
        NewFile(f"text/{no}.txt", f"{title} 的文字".encode(), no),
    )
    return Draft(Op.RECORD_FILED, {"record": entry}, files=files)


def same_salt() -> AbstractContextManager[object]:
    """Salt alike what is written meanwhile: the same acts then leave the same bytes."""
    return mock.patch.object(secrets, "token_hex", lambda count: "5a" * count)


def add_file(archive: Archive, folder: Path, name: str, data: bytes, *, lock: bool = True) -> Original:
    path = folder / name
    path.write_bytes(data)
    original = Original.of(path, name)
    archive.commit(NUMBER, lambda case: file_draft(case, original), STAMP)
    if lock:
        original.remove(archive.work)
    return original
