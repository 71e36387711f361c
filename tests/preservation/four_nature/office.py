"""A household with papers that are sound in every way, and what may be done to it."""

from __future__ import annotations

import io
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from PIL import Image

from archivist.model.case import Case
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.model.record import RecordStatus
from archivist.store import Draft, NewFile
from archivist.workspace import Workspace
from tests.filing import come_to
from tests.kit import BY, make_workspace, open_household
from tests.reading import files

ONE: Final = CaseNo.parse("TJHQ-DB-2024-000001")
GRAY: Final = Image.effect_noise((120, 160), 40)


def file_paper(
    workspace: Workspace,
    name: str,
    content: bytes,
    kind: str = "household_survey",
    *,
    data_of_record: Mapping[str, Any] = {},
    source: Mapping[str, Any] | None = None,
    **of_record: Any,
) -> Case:
    """File a paper of any content under any extension, as a program with a fault would: nothing looks at it first.

    Args:
        workspace: where.
        name: the end of the file's name, such as ``.pdf``.
        content: its bytes.
        kind: of which type it is.
        data_of_record: what its record says besides.
        source: what the event says of the file it came from.
        of_record: values of the record itself.
    """

    def draft(case: Case) -> Draft:
        no = case.next_record()
        entry = {
            "no": no, "type": kind, "title": "入户调查表", "folder": "04 经济状况调查", "pages": 2,
            "status": RecordStatus.FILED.value, "data": {"date": "2024-03-05", **data_of_record}, **of_record,
        }  # fmt: skip
        path = f"data/04 经济状况调查/{no} 入户调查表{name}"
        return Draft(
            Op.RECORD_FILED, {"record": entry}, files=(NewFile(path, content, RecordNo(no)),), source=source
        )

    case, _ = workspace.commit(ONE, draft, BY)
    return case


def pdf(folder: Path, *texts: str) -> bytes:
    return files.text_pdf(folder / "scratch.pdf", *(texts or ("第一页", "第二页"))).read_bytes()


def picture(form: str = "JPEG", **options: Any) -> bytes:
    made = io.BytesIO()
    GRAY.save(made, form, **options)
    return made.getvalue()


def sound_office(folder: Path) -> None:
    """Make the office: one household that has come to a decision, with a PDF, a photograph and a two-page TIFF."""
    with make_workspace(folder / "ws") as workspace:
        case = open_household(workspace)
        come_to(workspace, case, "confirmation_decision")
        file_paper(workspace, ".pdf", pdf(folder), "household_survey")
        file_paper(workspace, ".jpg", picture(), "neighbor_interview")
        stack = picture("TIFF", compression="tiff_lzw", save_all=True, append_images=[GRAY])
        file_paper(workspace, ".tif", stack, "income_asset_calculation")


def paper(workspace: Workspace, number: int = 1) -> Path:
    """Return the file of a record as it lies in the bag."""
    (found,) = (workspace.archive.cases / str(ONE)).glob(f"data/*/{number:04d} *")
    return found
