"""A finished volume as one PDF: cover, catalogue, every item in its order, notes and the sheet of comparison.

The same bag gives the same bytes. What cannot be shown as it is becomes a picture; what cannot be shown at all has sheets in its place that say
so, and is named to whoever asked: the pages are those of the catalogue in any case.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from archivist.config import Arrangement
from archivist.doctypes.ids import DocumentId
from archivist.documents.render.pdf import to_pdf
from archivist.errors import DroppedFileError
from archivist.model.by import By
from archivist.model.case import Case
from archivist.model.record import PageFlag, Record
from archivist.preservation.finishing import retention_code
from archivist.reading import libreoffice
from archivist.reading.formats.identify import identify
from archivist.reading.formats.registry import Conversion
from archivist.reading.reader_process import Reader
from archivist.reading.volume.orders import bind_volume, make_notice, make_sheets
from archivist.reading.volume.parts import BoundPart, MadeSheets
from archivist.rules.disposition.arrangement import VolumeItem, items, title
from archivist.workspace import Workspace

__all__ = ["MadeVolume", "make_volume"]

FRONT: Final = (DocumentId.CASE_COVER, DocumentId.CASE_CATALOG)
BACK: Final = (DocumentId.CASE_NOTES, DocumentId.CONSISTENCY_CHECK_SHEET)
"""The archive's own papers before and behind the items; they have no numbers."""
_WORD: Final = "docx"


@dataclass(frozen=True, slots=True)
class MadeVolume:
    """A volume that was made.

    Attributes:
        file: where it is; whoever asked removes the folder.
        shown_otherwise: in Chinese, of which items it does not hold the pages as they are, and why.
    """

    file: Path
    shown_otherwise: tuple[str, ...]


@dataclass(slots=True)
class _Workshop:
    """Where a volume is made: the bag, the folder for work, the reading process, what was to be said."""

    bag: Path
    work: Path
    reader: Reader
    converted: Mapping[str, Path] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)


def make_volume(workspace: Workspace, by: By, case: Case, work: Path) -> MadeVolume:
    """Make the PDF of a finished volume.

    Args:
        workspace: the open workspace.
        by: who asks, and when.
        case: a finished one; every item of it is numbered.
        work: an existing folder of its own.

    Raises:
        PdfUnavailable: E306, documents of the program are there as ``.docx`` only, and LibreOffice is missing or fails.
        WriteFailed: E204. ArchivistError: E700, the reading process does not start.
    """
    assert case.volume is not None
    settings = workspace.config.archive
    by_item = settings.arrangement is Arrangement.ITEM
    stamp_of_file = (settings.fonds, settings.department or workspace.config.establishment.department, retention_code(case, workspace.pack, by))  # fmt: skip
    found, front, back = items(case), [*_own(case, FRONT)], [*_own(case, BACK)]
    bag = workspace.archive.folder(case.number)
    with Reader() as reader:
        shop = _Workshop(bag, work, reader)
        shop.converted = _converted(shop, [*front, *back, *(item.kept for item in found)])
        parts = [_paper(shop, record) for record in front]
        if not by_item:
            parts[0] = replace(parts[0], stamp=(case.volume.no,))
        parts += [_item(shop, item, _stamp(item, *stamp_of_file) if by_item else ()) for item in found]
        parts += [_paper(shop, record) for record in back]
        made = bind_volume(reader, parts, f"{case.volume.no} {title(case)}".strip(), work)
    return MadeVolume(made, tuple(shop.said))


def _own(case: Case, kinds: Sequence[DocumentId]) -> Iterator[Record]:
    """Yield the newest of the archive's own papers of some kinds: the signed copy where there is one."""
    for kind in kinds:
        if made := [record for record in case.records_of(kind) if record.signs is None]:
            newest = made[-1]
            yield case.records[newest.signed_by] if newest.signed_by else newest


def _stamp(item: VolumeItem, fonds: str, department: str, period: str) -> tuple[str, ...]:
    """Return the six boxes of the 归档章: 全宗号、年度、件号、机构、期限、页数."""
    year = (item.date or item.made.filed_at)[:4]
    return fonds, year, str(item.kept.no), department, period, str(item.pages)


def _paper(shop: _Workshop, record: Record) -> BoundPart:
    made = _sheets(shop, record, count=1)
    return BoundPart(made.file, record.title, made.sheets)


def _item(shop: _Workshop, item: VolumeItem, stamp: tuple[str, ...]) -> BoundPart:
    pages = item.numbered
    assert pages is not None
    name = f"{item.kept.no} {item.made.title}"
    if not pages.count:
        return BoundPart("", f"{name}（{item.note or '无页'}）", ())
    made = _sheets(shop, item.kept, count=pages.count)
    if lacking := pages.count - len(made.sheets):
        shop.said.append(
            f"第 {item.kept.no} 件《{item.made.title}》实有 {len(made.sheets)} 页，目录为 {pages.count} 页"
        )
    if lacking > 0:
        made = _notice(shop, item.kept, pages.count, "实有页数少于目录")
    return BoundPart(made.file, name, made.sheets, pages.first, pages.count, stamp)


def _sheets(shop: _Workshop, record: Record, *, count: int) -> MadeSheets:
    """Return the sheets of a record; where it cannot be shown, sheets that say so."""
    path, own = _shown_file(shop, record)
    if not path.is_file():
        return _notice(shop, record, count, "文件不在卷内，请运行 archivist verify")
    try:
        made = make_sheets(
            shop.reader, path, shop.work, own=own, blank=record.page_flags.get(PageFlag.BLANK, ())
        )
    except DroppedFileError as error:
        return _notice(shop, record, count, error.what)
    for why in made.pictured:
        shop.said.append(f"第 {record.no} 件《{record.title}》有页显示为图像：{why}")
    return made


def _notice(shop: _Workshop, record: Record, count: int, why: str) -> MadeSheets:
    shop.said.append(f"第 {record.no} 件《{record.title}》不能显示，代以说明页：{why}")
    lines = (f"第 {record.no} 件", record.title, "本件不能在全卷中显示，原件见电子档案", why)
    return make_notice(shop.reader, lines, count, shop.work)


# ── which file is shown ──────────────────────────────────────────────────────────────────────────────────
def _shown_file(shop: _Workshop, record: Record) -> tuple[Path, bool]:
    """Return the file of which the pages are shown, and whether the program had it made."""
    if converted := shop.converted.get(record.no):
        return converted, True
    pdf = next((entry for entry in record.files if entry.path.endswith(".pdf")), record.files[0])
    return shop.bag / pdf.path, record.issued


def _converted(shop: _Workshop, records: Sequence[Record]) -> dict[str, Path]:
    """Return the PDFs of what only an office program shows: its own documents all at once, those of strangers one by one."""
    own: dict[str, Path] = {}
    found: dict[str, Path] = {}
    folder = Path(tempfile.mkdtemp(dir=shop.work))
    for record in records:
        path, issued = _shown_file(shop, record)
        if not path.is_file():
            continue
        kind = identify(path)
        if issued and kind.kind == _WORD:
            own[record.no] = Path(shutil.copyfile(path, folder / f"{record.no}.docx"))
        elif kind.kind == _WORD or isinstance(kind.handling, Conversion):
            suffix = kind.handling.suffix if isinstance(kind.handling, Conversion) else ".docx"
            copy = Path(shutil.copyfile(path, folder / f"{record.no}{suffix}"))
            try:
                libreoffice.convert_stranger(copy, libreoffice.PDF_A, folder)
            except libreoffice.ConversionFailed:
                continue  # it gets sheets that say so
            found[record.no] = copy.with_suffix(".pdf")
    made = to_pdf(list(own.values()), folder / "own")
    return found | dict(zip(own, made, strict=True))
