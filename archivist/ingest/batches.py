"""A dropped file that holds several papers: taken apart, kept once, and its parts filed one by one.

The order is what makes it safe: the parts are made outside the archive; one event makes batch and parts (see
``store.batches``); then the file leaves the inbox; then each part is tried by itself, from the tray. A part that has
not been tried says so, and is tried when the next watch begins.
"""

from __future__ import annotations

import re
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from pathlib import Path, PurePath
from typing import Final

from archivist.errors import ArchivistError, DuplicateFile
from archivist.ingest.by_hand import file_waiting
from archivist.ingest.directory import WorkspaceDirectory
from archivist.ingest.filing import (
    DropOutcome,
    Filed,
    LeftInInbox,
    NeedsReview,
    ReadDrop,
    file_dropped,
    remove,
)
from archivist.ingest.matching.evidence import Reason, Recognition, squeeze
from archivist.ingest.matching.recognise import recognise
from archivist.ingest.matching.split import (
    ONE_PAPER,
    Cut,
    IssuedForm,
    PartsProposed,
    SplitProposal,
    propose,
    signs_of,
)
from archivist.model import device_folder
from archivist.model.by import By
from archivist.model.document_code import DocumentCode
from archivist.model.event import Op
from archivist.reading.kept_reading import pack, unpack
from archivist.reading.page_extraction import EXTRACTED, Assembly
from archivist.reading.pages import ReadResult
from archivist.reading.reader_process import Reader
from archivist.store import Original, TrayItem
from archivist.store.batches import BatchChange, BatchPart
from archivist.store.review_tray import WaitingDraft
from archivist.store.tray_items import PageRef, shown_pages
from archivist.workspace import Workspace

Assemble = Callable[[Sequence[Assembly], Path], Sequence[Path]]
"""Writes files made of pages of others into a folder; ``Reader.assemble`` of a process made for it."""


@dataclass(frozen=True, slots=True)
class SplitUp:
    """The file was a batch; each of its parts has come to its own end. For ``remark`` see ``Filed``."""

    name: str
    batch: str
    parts: tuple[Filed | NeedsReview, ...]
    remark: str = ""


Outcome = DropOutcome | SplitUp
NOT_TRIED: Final = "已从批量件中拆出，尚未归档，守候收件箱时自动处理"


def assemble_apart(wanted: Sequence[Assembly], folder: Path) -> Sequence[Path]:
    """Make files of pages of others in a process with limits."""
    with Reader() as reader:
        return reader.assemble(wanted, folder)


def take_in(
    workspace: Workspace, by: By, prepared: ReadDrop, assemble: Assemble = assemble_apart, named: str = ""
) -> Outcome:
    """File what was dropped, as one paper or, where it is a batch beyond doubt, part by part; for ``named`` see ``file_dropped``.

    Survives:
        A kill at any point: the file is in the inbox and nowhere else, or it is a batch, each part of which is in a
        case once or in the tray once.
    """
    try:
        done = take_apart(workspace, by, prepared, assemble, named)
    finally:
        if prepared.scratch:
            prepared.scratch.cleanup()
    return tried(workspace, by, done) if isinstance(done, SplitUp) else done


def tried(workspace: Workspace, by: By, done: SplitUp) -> SplitUp:
    """File the parts of a batch that have not been tried yet, and say what became of them."""
    return replace(done, parts=(*done.parts, *try_parts(workspace, by, done.batch)))


def take_apart(
    workspace: Workspace, by: By, prepared: ReadDrop, assemble: Assemble, named: str = ""
) -> Outcome:
    """Take a batch, or a file that holds others, apart and leave its parts in the tray, untried; what is one paper is filed; see ``take_in``."""
    try:
        if done := _left_over(workspace, by, prepared.original):
            return done
        if prepared.members:
            return _unpacked(workspace, by, prepared)
        result = prepared.result
        if result is None or len(result.pages) < 2 or result.format.kind not in EXTRACTED:
            return file_dropped(workspace, by, prepared, named=named)
        found = proposal(workspace, result)
        if not found.acts:
            return file_dropped(workspace, by, prepared, _proposed(found), named)
        return _split(workspace, by, prepared.original, result, found, assemble)
    except ArchivistError as error:
        return LeftInInbox(prepared.original.name, error)


def _left_over(workspace: Workspace, by: By, original: Original) -> SplitUp | None:
    """Finish what a killed run began: the batch that was made of this very file is there."""
    batches = workspace.archive.batches
    batch = batches.made_of(original)
    if batch is None:
        return None
    with workspace.writing(by):
        batches.recover()
        remark = remove(workspace, original)
    return SplitUp(original.name, batch, (), remark)


def proposal(workspace: Workspace, result: ReadResult) -> SplitProposal:
    """Say which papers the pages of a file are."""

    def issued(code: DocumentCode) -> IssuedForm | None:
        try:
            record = workspace.archive.read(code.case).records.get(code.record)
        except ArchivistError:
            return None
        if record is None or "code" not in record.data:
            return None
        return IssuedForm(
            int(record.data.get("printed_pages", 0)), workspace.archive.text(code.case, code.record)
        )

    signs = signs_of(result.pages, WorkspaceDirectory(workspace), workspace.catalogue)
    return propose(signs, issued)


def _proposed(found: SplitProposal) -> PartsProposed:
    if len(found.parts) < 2:
        return ONE_PAPER
    groups = tuple(part.pages for part in found.parts)
    shown = "；".join(
        f"{shown_pages(map(PageRef, part.pages))}（{part.cut.label}）" for part in found.parts[1:]
    )
    return PartsProposed(groups, f"可能有 {len(groups)} 份材料：另起一份的是{shown}" if found.waits else "")


def _split(
    workspace: Workspace,
    by: By,
    original: Original,
    result: ReadResult,
    found: SplitProposal,
    assemble: Assemble,
) -> SplitUp:
    with tempfile.TemporaryDirectory() as work:
        pieces = [[(original.path, [(n, 0) for n in part.pages])] for part in found.parts]
        files = assemble(pieces, Path(work))
        parts = []
        for part, file in zip(found.parts, files, strict=True):
            refs = tuple(map(PageRef, part.pages))
            more: dict[str, object] = {"doubt": part.doubt} if part.doubt else {}
            more |= {"proposal": _within(part.pages, part.inner)} if part.inner else {}
            piece = pages_of(result, part.pages)
            parts.append(
                BatchPart(waiting_draft(by, original.name, file, refs, piece, more), refs, cut=part.cut)
            )
        left_out = {"blank": found.blanks, "separator": found.separators}
        with workspace.writing(by):
            batch, _ = workspace.archive.batches.create(
                [original], BatchChange(Op.BATCH_SPLIT, tuple(parts), left_out), workspace.stamp(by)
            )
            remark = remove(workspace, original)
    return SplitUp(original.name, batch, (), remark)


def _unpacked(workspace: Workspace, by: By, prepared: ReadDrop) -> SplitUp:
    """Make a batch of the files in a file."""
    original = prepared.original
    parts, left_out = member_parts(workspace, by, original.name, prepared.members)
    with workspace.writing(by):
        batch, _ = workspace.archive.batches.create(
            [original], BatchChange(Op.BATCH_SPLIT, parts, left_out), workspace.stamp(by)
        )
        remark = remove(workspace, original)
    return SplitUp(original.name, batch, (), remark)


GREETING: Final = 60
"""A mail's own words of fewer characters, its subject counted, are left in the mail."""
_WHO_TO_WHOM: Final = re.compile(r"^(?:发件人|收件人|抄送|日期)：.*$", re.MULTILINE)


def member_parts(
    workspace: Workspace, by: By, name: str, members: Sequence[ReadDrop]
) -> tuple[tuple[BatchPart, ...], Mapping[str, Sequence[int]]]:
    """Return the files in a file as parts, and what is left out, by why.

    A mail's own words are a part when they say more than a greeting.

    Args:
        workspace: the open workspace.
        by: who takes apart, and when.
        name: of the whole file, relative to the inbox: its first part may be a household's drop folder.
        members: the files, each read.
    """
    greetings = [
        n
        for n, m in enumerate(members, 1)
        if m.is_message and len(squeeze(_WHO_TO_WHOM.sub("", m.result.text if m.result else ""))) < GREETING
    ]
    left_out = greetings if len(greetings) < len(members) else []
    parts = tuple(
        BatchPart(_member_draft(workspace, by, name, member), (), member=n, cut=Cut.MEMBER)
        for n, member in enumerate(members, 1)
        if n not in left_out
    )
    return parts, {"message": left_out}


def _member_draft(workspace: Workspace, by: By, name: str, member: ReadDrop) -> WaitingDraft:
    result, error = member.result, member.error
    whole = PurePath(device_folder.within(name)).parts
    folder = whole[0] + "/" if len(whole) > 1 else ""
    place = name if device_folder.device_of(name) else device_folder.within(name)
    details: dict[str, object] = {"named": folder + PurePath(member.original.name).name}
    reason, message = Reason.SPLIT, NOT_TRIED
    if result:
        details |= {"kind": result.format.kind, "pages": len(result.pages)}
        found = proposal(workspace, result) if result.format.kind in EXTRACTED else None
        if found and len(found.parts) > 1:
            details["proposal"] = [list(part.pages) for part in found.parts]
            if found.acts or found.waits:
                details["doubt"] = f"可能有 {len(found.parts)} 份材料，要不要拆开请人看"
    if error:
        details |= {"code": error.code, "unread": error.what}
        if result is None:
            reason, message = Reason.UNREADABLE, error.what
    return WaitingDraft(
        replace(member.original, name=f"{place}/{member.original.name}"),
        member.original.path.suffix.lower(),
        by.time.isoformat(timespec="seconds"),
        reason.value,
        message,
        details,
        result.text if result else "",
        pack(result) if result else b"",
    )


def _within(pages: Sequence[int], inner: Sequence[Sequence[int]]) -> list[list[int]]:
    """Return groups of a file's page numbers as numbers within the part that has these pages."""
    return [[pages.index(n) + 1 for n in group] for group in inner]


def pages_of(result: ReadResult, numbers: Sequence[int]) -> ReadResult:
    """Return some pages of a reading as a reading of their own, numbered anew."""
    pages = {page.number: page for page in result.pages}
    return ReadResult(result.format, tuple(replace(pages[n], number=k) for k, n in enumerate(numbers, 1)))


def waiting_draft(
    by: By,
    name: str,
    file: Path,
    refs: Sequence[PageRef],
    result: ReadResult | None,
    more: Mapping[str, object],
    *,
    reason: Reason = Reason.SPLIT,
    message: str = NOT_TRIED,
) -> WaitingDraft:
    """Return a part as it goes into the tray, named after its file and its pages.

    Args:
        by: who splits, and when.
        name: of the whole file, relative to the inbox: its first part may be a household's drop folder.
        file: the part's bytes.
        refs: its pages.
        result: what was read on them.
        more: what else the tray says of it.
        reason: why it waits.
        message: the same for people.
    """
    whole = PurePath(name)
    shown = whole.with_name(" ".join(filter(None, (whole.stem, shown_pages(refs)))) + file.suffix)
    details = {"kind": result.format.kind if result else "", "pages": len(refs)} | dict(more)
    return WaitingDraft(
        Original.of(file, str(shown)),
        file.suffix,
        by.time.isoformat(timespec="seconds"),
        reason.value,
        message,
        details,
        result.text if result else "",
        pack(result) if result else b"",
    )


def try_parts(workspace: Workspace, by: By, batch: str | None = None) -> Iterator[Filed | NeedsReview]:
    """File the parts that nobody has tried yet, of one batch or of all, and yield what became of each.

    Survives: a kill at any point; the rest is tried the next time.
    """
    for item in workspace.archive.tray.items():
        if item.reason == Reason.SPLIT and batch in (None, item.batch):
            yield _try_part(workspace, by, item)


def _try_part(workspace: Workspace, by: By, item: TrayItem) -> Filed | NeedsReview:
    result = unpack(item.reading)
    if result is None:
        return _leave(workspace, by, item, Reason.SPLIT_DOUBT, "识读结果不在了，请人指定归属", None)
    name = str(item.details.get("named") or place_of(item))
    found = recognise(result, name, WorkspaceDirectory(workspace), workspace.catalogue)
    if not found.certain:
        assert found.reason is not None
        if unread := item.details.get("unread"):
            return _leave(workspace, by, item, Reason.UNREADABLE, str(unread), found)
        return _leave(workspace, by, item, found.reason, found.message, found)
    assert found.case is not None and found.type is not None
    if doubt := _doubt(item, found):
        return _leave(workspace, by, item, Reason.SPLIT_DOUBT, doubt, found)
    number, named = found.case.number, (str(found.case.number), found.type.id)
    evidence = [asdict(e) for e in found.evidence if e.speaks_for in named]
    try:
        return file_waiting(
            workspace,
            by,
            item,
            number,
            found.type,
            found.code,
            evidence,
            found.signature,
            type_score=found.type_score,
        )
    except DuplicateFile as error:
        return _leave(workspace, by, item, Reason.DUPLICATE, error.what, found)


def place_of(item: TrayItem) -> str:
    """Return a name that says of a part what its file's name may: the drop folder, not what kind of paper it is."""
    parts = PurePath(device_folder.within(str(item.details.get("named") or item.name))).parts
    return f"{parts[0]}/-" if len(parts) > 1 else "-"


def _doubt(item: TrayItem, found: Recognition) -> str:
    """Say why a part waits although it is clear whose and what it seems to be; nothing when it need not."""
    assert found.type is not None
    if found.code is None and found.type.template is not None:
        return f"像是{found.type.title}，但读不出它的二维码，请核对是哪一件的签署件"
    return str(item.details.get("doubt", ""))


def _leave(
    workspace: Workspace, by: By, item: TrayItem, reason: Reason, message: str, found: Recognition | None
) -> NeedsReview:
    details: dict[str, object] = {}
    if found:
        details = {
            "cases": list(found.cases),
            "types": list(found.types),
            "evidence": [asdict(e) for e in found.evidence],
        }
    with workspace.archive.writing(by.actor):
        workspace.archive.tray.explain(item, reason=reason.value, message=message, details=details)
    return NeedsReview(item.name, item.id, reason.value, message, batch=item.batch, pages=item.batch_pages)
