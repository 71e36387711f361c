"""Files that can be finished as volumes: an office that has a number as a fonds, and scans with real pages."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo
from archivist.model.record import RecordStatus
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.kit import BY, SETTINGS, make_workspace

FONDS = '[archive]\nfonds = "Z109"\ndepartment = "民政"\n'


@contextmanager
def filing_office(folder: Path, *, arrangement: str = "卷") -> Iterator[Workspace]:
    """Open a workspace with a fonds; its pack checks no completeness, so that a few papers make a volume."""
    make_workspace(folder).close()
    (folder / "archivist.toml").write_text(f'{SETTINGS}{FONDS}arrangement = "{arrangement}"\n', "utf-8")
    with Workspace.open(folder) as workspace:
        workspace.pack = replace(workspace.pack, checks=())
        yield workspace


def file_pages(
    workspace: Workspace,
    number: CaseNo,
    kind: str,
    content: bytes,
    suffix: str,
    *,
    pages: int = 1,
    dated: str = "2024-03-04",
    blank: tuple[int, ...] = (),
) -> Case:
    """File a scan of some pages; of its pages ``blank`` are not counted."""
    document = workspace.catalogue.get(kind)

    def draft(case: Case) -> Draft:
        no = case.next_record()
        entry = {
            "no": no, "type": kind, "title": document.title, "folder": document.folder, "pages": pages,
            "status": RecordStatus.FILED.value, "data": {"dated": dated} | ({"blank": list(blank)} if blank else {}),
        }  # fmt: skip
        path = f"data/{document.folder}/{no} {document.title}{suffix}"
        return Draft(Op.RECORD_FILED, {"record": entry}, files=(NewFile(path, content, no),))

    return workspace.commit(number, draft, BY)[0]
