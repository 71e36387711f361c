"""A folder of photos, read and filed as one paper: the photos are kept as they came, a PDF made of them is what is filed.

It is a batch like any other (``store.batches``): one event keeps all photos and makes the paper, then the photos leave the inbox, the first
one last, because by it the batch is known again. So a kill leaves the folder as it was, or one paper and photos that go at the next start.
"""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from archivist.doctypes.catalogue import DocumentType
from archivist.errors import ArchivistError, DroppedFileError, DuplicateFile, UnreadableFile
from archivist.ingest import photo_folders
from archivist.ingest.batches import (
    Assemble,
    Outcome,
    SplitUp,
    assemble_apart,
    proposal,
    tried,
    waiting_draft,
)
from archivist.ingest.by_hand import choose, file_part
from archivist.ingest.filing import Filed, LeftInInbox, ReadDrop, left_over, read_file, remove
from archivist.ingest.matching.evidence import Reason
from archivist.ingest.matching.split import Cut
from archivist.ingest.settling import Dropped
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import CaseNo, RecordNo
from archivist.reading.formats.identify import identify
from archivist.reading.pages import PageText, ReadResult
from archivist.reading.reader_process import Reader
from archivist.store import Original
from archivist.store.batches import BatchChange, BatchPart
from archivist.store.foreign_files import SHADOW
from archivist.store.tray_items import PageRef
from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ReadPhotos:
    """The photos of a folder, in the order of the pages.

    Attributes:
        folder: the folder's name in the inbox, with ``/``.
        place: where it is.
        photos: each photo, read.
    """

    folder: str
    place: Path
    photos: tuple[ReadDrop, ...]

    @property
    def pages(self) -> tuple[PageText, ...]:
        """What was read, as the pages of one paper."""
        read = (page for photo in self.photos if photo.result for page in photo.result.pages)
        return tuple(replace(page, number=n) for n, page in enumerate(read, 1))

    @property
    def unread(self) -> ReadDrop | None:
        """A photo that could not be read; one is enough for the paper not to be whole."""
        return next((p for p in self.photos if p.result is None or p.error or p.result.failed), None)


def read_photos(place: Path, folder: str, photos: Sequence[tuple[Path, str]], reader: Reader) -> ReadPhotos:
    """Read the photos of a folder; nothing is written.

    Args:
        place: the folder.
        folder: its name in the inbox.
        photos: where each is, and its name in the inbox.
        reader: reads them.
    """
    names = [name for _, name in photos]
    times = [] if photo_folders.say_the_order(names) else reader.taken_at([path for path, _ in photos])
    ordered = [photos[n] for n in photo_folders.in_order(names, times)]
    read = (read_file(Original.of(path, name), path, reader) for path, name in ordered)
    return ReadPhotos(folder, place, tuple(read))


def read_dropped(dropped: Dropped, reader: Reader) -> ReadPhotos:
    """Read a folder of photos that lies in the inbox."""
    return read_photos(dropped.path, dropped.name, [(p.path, p.name) for p in dropped.photos], reader)


def take_in_photos(
    workspace: Workspace, by: By, read: ReadPhotos, assemble: Assemble = assemble_apart
) -> Outcome:
    """File a folder of photos as one paper, if it is certain whose and what it is; else it waits as a whole.

    Where a photo cannot be read all of them wait, each by itself: what is on it nobody knows.

    Survives:
        A kill at any point: the folder is in the inbox and nowhere else, or it is one paper, in a case once or in the tray once.
    """
    try:
        done = _finished(workspace, by, read) or _made(workspace, by, read, assemble)
    except ArchivistError as error:
        return LeftInInbox(read.folder, error)
    return tried(workspace, by, done) if isinstance(done, SplitUp) else done


def _finished(workspace: Workspace, by: By, read: ReadPhotos) -> Outcome | None:
    """Finish what a killed run began: photos of which there is a batch, or a record, leave the inbox; the rest is a new look's."""
    archive = workspace.archive
    for photo in read.photos:
        if batch := archive.batches.made_of(photo.original):
            names = archive.batches.names(batch)
            kept = {file.sha256 for file in archive.batches.chain(batch).events[0][0].files}
            ours = [p.original for p in read.photos if p.original.sha256 in kept and p.original.name in names]
            with workspace.writing(by):
                archive.batches.recover()
                return SplitUp(read.folder, batch, (), _take_away(workspace, read, ours))
    for photo in read.photos:
        with workspace.writing(by):
            if done := left_over(workspace, photo.original):
                return done
    return None


def _take_away(workspace: Workspace, read: ReadPhotos, originals: Sequence[Original]) -> str:
    """Remove photos that are kept by now, the first one last, and the folder they leave empty; return why one stays."""
    remark = ""
    for original in reversed(originals):
        remark = remove(workspace, original) or remark
    with suppress(OSError):  # something else is in it, or came meanwhile
        read.place.rmdir()
    return remark


def _made(workspace: Workspace, by: By, read: ReadPhotos, assemble: Assemble) -> SplitUp:
    """Keep the photos, and leave the paper in the tray, untried; or all of them apart."""
    originals = [photo.original for photo in read.photos]
    with tempfile.TemporaryDirectory() as work:
        if bad := read.unread:
            why = bad.error.what if bad.error else "有的页读不出来"
            change = _apart(by, read, f"{Path(bad.original.name).name} {why}")
        else:
            try:
                change = BatchChange(
                    Op.BATCH_JOINED, (_paper(workspace, by, read, assemble, Path(work)),), {}
                )
            except UnreadableFile as error:
                change = _apart(by, read, f"照片合不成一份（{error.what}）")
        with workspace.writing(by):
            batch, _ = workspace.archive.batches.create(originals, change, workspace.stamp(by))
            remark = _take_away(workspace, read, originals)
    return SplitUp(read.folder, batch, (), remark)


def _paper(workspace: Workspace, by: By, read: ReadPhotos, assemble: Assemble, work: Path) -> BatchPart:
    """Return the paper as a part that is called as its folder is: the folder's name speaks as a file's does in the inbox."""
    wanted = [
        (p.original.path, [(page.number, 0) for page in p.result.pages]) for p in read.photos if p.result
    ]
    (file,) = assemble([wanted], work)
    result = ReadResult(identify(file), read.pages)
    refs = tuple(PageRef(n, file=k) for k, (_, piece) in enumerate(wanted, 1) for n, _ in piece)
    name = f"{read.folder}{file.suffix}"
    more: dict[str, object] = {"named": name, "pages": len(refs)}
    found = proposal(workspace, result)
    if len(found.parts) > 1:
        more["proposal"] = [list(part.pages) for part in found.parts]
        if found.acts or found.waits:
            more["doubt"] = f"可能有 {len(found.parts)} 份材料，要不要拆开请人看"
    return BatchPart(waiting_draft(by, name, file, (), result, more), refs, cut=Cut.PHOTOS)


def _apart(by: By, read: ReadPhotos, why: str) -> BatchChange:
    """Return each photo as a part of its own that nobody files but a person."""
    message = f"{why}；整个文件夹（{len(read.photos)} 张）没有合成一份：看过后重拍、重新放入文件夹，或用 review join 把读得出来的合成一份"
    parts = []
    for n, photo in enumerate(read.photos, 1):
        result = photo.result
        refs = tuple(PageRef(k, file=n) for k in range(1, (len(result.pages) if result else 1) + 1))
        more: dict[str, object] = {"pages": len(refs)}
        reason = Reason.SPLIT_DOUBT
        if photo.error:
            more |= {"code": photo.error.code, "unread": photo.error.what}
            reason = Reason.UNREADABLE
        draft = waiting_draft(
            by, photo.original.name, photo.original.path, (), result, more, reason=reason, message=message
        )
        parts.append(BatchPart(draft, refs, cut=Cut.PHOTOS))
    return BatchChange(Op.BATCH_SPLIT, tuple(parts), {})


def file_folder(
    workspace: Workspace,
    by: By,
    number: CaseNo,
    place: Path,
    reader: Reader,
    document: DocumentType | None,
    *,
    signs: RecordNo | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Filed:
    """File a folder of photos a clerk names into the case a clerk names; see ``by_hand.file_by_hand`` for what is not said here.

    The clerk's folder stays as it is. What the case refuses then waits in the tray.

    Raises:
        DroppedFileError: E100, it is no folder of photos, or its type cannot be told; whatever is wrong with a photo; it was filed before.
        CaseClosed: E207, see ``commit_file``.

    Survives: a kill at any point leaves nothing, or the paper in the tray or in the case.
    """
    archive = workspace.archive
    read = read_photos(place, place.name, _photos_in(place), reader)
    if (bad := read.unread) is not None:
        raise bad.error or DroppedFileError("有的页读不出来", file=bad.original.name)
    first = read.photos[0].original
    if (batch := archive.batches.made_of(first)) and not keep_duplicate:
        raise DuplicateFile(
            f"这些照片已经收过，原件在 archive/batches/{batch}",
            file=place.name,
            remedy="已归档的不用再归；还在待认领的，用 archivist review assign 归入。",
        )
    with tempfile.TemporaryDirectory() as work:
        part = _paper(workspace, by, read, reader.assemble, Path(work))
        result = ReadResult(identify(part.draft.original.path), read.pages)
        chosen = choose(workspace, by, number, f"{place.name}.pdf", result, document, signs)
        change = BatchChange(Op.BATCH_JOINED, (part,), {})
        originals = [photo.original for photo in read.photos]
        return file_part(
            workspace, by, number, originals, change, chosen,
            called="合成的那份", keep_duplicate=keep_duplicate, reason=reason,
        )  # fmt: skip


def _photos_in(place: Path) -> list[tuple[Path, str]]:
    """Return the photos of a folder a clerk names.

    Raises:
        DroppedFileError: E100, something else is in it, or too much, or nothing.
    """
    found = [path for path in sorted(place.iterdir()) if not SHADOW.fullmatch(path.name)]
    remedy = "文件夹里只放一份材料的照片，一张一页；别的文件请单独指明。"
    if not found:
        raise DroppedFileError("文件夹是空的", file=place.name, remedy=remedy)
    if len(found) > photo_folders.MOST:
        raise DroppedFileError(
            f"文件夹里有 {len(found)} 张，一份材料至多 {photo_folders.MOST} 张",
            file=place.name,
            remedy=remedy,
        )
    if other := next((p for p in found if not (p.is_file() and photo_folders.is_photo(p))), None):
        raise DroppedFileError(f"文件夹里有不是照片的：{other.name}", file=place.name, remedy=remedy)
    return [(path, f"{place.name}/{path.name}") for path in found]
