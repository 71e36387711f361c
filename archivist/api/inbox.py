"""The inbox: filing what was dropped, once, and what a clerk files by hand; see ``watching`` for as long as the office is open."""

from __future__ import annotations

import datetime as dt
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Final

from archivist.api.authorisation import authorised
from archivist.api.passwords import AskPassword, with_password
from archivist.api.result import Problem, Result
from archivist.errors import ArchivistError, PasswordNeeded, SettingsError, UsageError
from archivist.model.ids import CaseNo, RecordNo, record_no
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.ingest import batches, filing, settling
    from archivist.model.by import By
    from archivist.reading.reader_process import Reader
    from archivist.workspace import Workspace


class Fate(StrEnum):
    """What became of a dropped file. The words are stable."""

    FILED = "filed"
    ALREADY_FILED = "already_filed"
    REVIEW = "review"
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class FiledFile:
    """A file that is a record now; ``signs`` names the record whose signed copy it is.

    Attributes:
        title: of the record; empty where an earlier run had filed it.
        remark: why the original is still in the inbox; empty when it is not.
        batch: id of the batch it is a part of; empty when it is none. ``pages`` says which part, for people.
        similar_to: the record of the case of which it seems to be another scan.
    """

    name: str
    case: str
    record: str
    title: str
    signs: str | None
    remark: str
    batch: str = ""
    pages: str = ""
    similar_to: str | None = None

    @classmethod
    def of(cls, filed: filing.Filed | filing.AlreadyFiled) -> FiledFile:
        """Return what filing says of a file that is a record now."""
        title, signs = getattr(filed, "title", ""), getattr(filed, "signs", None)
        remark = getattr(filed, "remark", "")
        batch, pages = getattr(filed, "batch", ""), getattr(filed, "pages", "")
        similar = getattr(filed, "similar_to", None)
        return cls(filed.name, str(filed.case), filed.record, title, signs, remark, batch, pages, similar)

    @property
    def likeness(self) -> str:
        """That it seems to have been scanned before, in Chinese; empty when it does not."""
        return f"与第 {self.similar_to} 件很像，请看是否重复扫描" if self.similar_to else ""


@dataclass(frozen=True, slots=True)
class WaitingFile:
    """A file that waits in the tray; ``reason`` is a stable word, ``message`` the same for people.

    ``remark`` says why the original is still in the inbox; empty when it is not. For ``batch`` see ``FiledFile``.
    """

    name: str
    item: str
    reason: str
    message: str
    remark: str
    batch: str = ""
    pages: str = ""


@dataclass(frozen=True, slots=True)
class LeftFile:
    """A file that stays in the inbox and is tried again."""

    name: str
    error: Problem


@dataclass(frozen=True, slots=True)
class NotTakenView:
    """Something in the inbox that is never taken: ``why`` is a stable word, ``message`` the same for people."""

    name: str
    why: str
    message: str

    @classmethod
    def of(cls, passed: settling.PassedOver) -> NotTakenView:
        """Return what settling passed over."""
        return cls(passed.name, passed.why.value, _NOT_TAKEN[passed.why.value])


_NOT_TAKEN: Final = {
    "hidden": "名称以点开头，是隐藏的，不收；要收取请改名",
    "half_made": "是临时文件的名称（.tmp、.part、~ 等），不收；要收取请改名",
    "special": "是链接、管道或设备，不收；请放入文件本身",
}


@dataclass(frozen=True, slots=True)
class DropOutcomeView:
    """What became of one dropped file: exactly one of the three, by its ``fate``."""

    fate: Fate
    filed: FiledFile | None = None
    waiting: WaitingFile | None = None
    left: LeftFile | None = None

    @classmethod
    def of(cls, outcome: filing.DropOutcome) -> DropOutcomeView:
        """Return an outcome of filing."""
        from archivist.ingest.filing import AlreadyFiled, Filed, NeedsReview

        match outcome:
            case Filed():
                return cls(Fate.FILED, filed=FiledFile.of(outcome))
            case AlreadyFiled():
                return cls(Fate.ALREADY_FILED, filed=FiledFile.of(outcome))
            case NeedsReview(name, item, reason, message, remark, batch, pages):
                waiting = WaitingFile(name, item, reason, message, remark, batch, pages)
                return cls(Fate.REVIEW, waiting=waiting)
            case _:
                return cls(Fate.LEFT, left=LeftFile(outcome.name, Problem.of(outcome.error)))

    @classmethod
    def all_of(cls, outcome: batches.Outcome) -> tuple[DropOutcomeView, ...]:
        """Return the outcomes of one dropped file: of a batch one for each of its parts."""
        from archivist.ingest.batches import SplitUp

        return tuple(map(cls.of, outcome.parts)) if isinstance(outcome, SplitUp) else (cls.of(outcome),)

    @property
    def name(self) -> str:
        """The file's name in the inbox."""
        file = self.filed or self.waiting or self.left
        assert file is not None
        return file.name


@dataclass(frozen=True, slots=True)
class InboxFiled(Result):
    """What became of everything that was dropped, in the order it was done."""

    SCHEMA: ClassVar[str] = "archivist/watch/1"

    filed: tuple[FiledFile, ...]
    review: tuple[WaitingFile, ...]
    left: tuple[LeftFile, ...]
    passed_over: tuple[NotTakenView, ...]

    @classmethod
    def of(cls, outcomes: Sequence[DropOutcomeView], passed_over: Sequence[NotTakenView] = ()) -> InboxFiled:
        """Sort outcomes by what became of the file in the end: one that was left at first may be filed by now."""
        last = {o.name: o for o in outcomes}
        return cls(
            tuple(o.filed for o in outcomes if o.filed),
            tuple(o.waiting for o in outcomes if o.waiting),
            tuple(o.left for o in last.values() if o.left),
            tuple(passed_over),
        )


@dataclass(frozen=True, slots=True)
class FiledByHand(Result):
    """What was filed into a case by hand, and the files that could not be."""

    SCHEMA: ClassVar[str] = "archivist/file/1"

    case: str
    filed: tuple[FiledFile, ...]
    failed: tuple[Problem, ...]


Tell = Callable[[DropOutcomeView, int, int], None]
"""Called for each outcome with the number done and the number known of."""
TellPassed = Callable[[NotTakenView], None]
"""Called once for each thing in the inbox that is never taken."""


def telling(tell: Tell) -> Callable[[batches.Outcome, int, int], None]:
    """Return what tells of an outcome of filing as of views: of a batch one for each part."""

    def report(outcome: batches.Outcome, done: int, total: int) -> None:
        for view in DropOutcomeView.all_of(outcome):
            tell(view, done, total)

    return report


@authorised(Act.TAKE_INBOX)
def file_inbox(
    workspace: Workspace,
    by: Callable[[], By],
    tell: Tell,
    stop: threading.Event | None = None,
    tell_passed: TellPassed = lambda _: None,
) -> None:
    """File everything that is in the inbox now, waiting until what still moves has settled.

    Args:
        workspace: the open workspace.
        by: called for every act: by whom, at that moment.
        tell: called for each outcome.
        stop: ends it between two files.
        tell_passed: called for each thing in the inbox that is never taken.
    """
    from archivist.ingest.watch_folder import file_once

    file_once(workspace, by, telling(tell), stop, lambda passed: tell_passed(NotTakenView.of(passed)))


@authorised(Act.FILE)
def file_by_hand(
    workspace: Workspace,
    by: Callable[[], By],
    case: str,
    paths: Sequence[Path],
    *,
    type: str | None = None,  # noqa: A002 — the word of the command and of the page
    signs: str | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
    serves: Sequence[str] = (),
    received_on: dt.date | None = None,
    ask: AskPassword | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> FiledByHand:
    """File files into a case a person names; the clerk's own files stay where they are.

    Args:
        workspace: the open workspace.
        by: called for every file.
        case: number, ID number or unambiguous name.
        paths: the files; a folder of photos is one paper.
        type: id or title of the document type; recognised when not given.
        signs: the record of which the one file is the signed copy.
        keep_duplicate: file what the case has already as a record of its own.
        reason: why a closed file still takes it.
        serves: the records that the one file, a receipt (送达回证), serves; ``received_on`` the day of receipt read on it.
        received_on: see ``serves``.
        ask: asks a person for the password of a locked file; without it such a file is refused.
        progress: called with the files done and the files there are.

    Raises:
        UsageError: E001, several files as one signed copy. SettingsError: E500; any other error is a file's own.
    """
    from archivist.procedure.service_records import record_service, refuse_no_receipt
    from archivist.reading.reader_process import Reader

    number = workspace.find_case(case)
    document = workspace.catalogue.get(type) if type else None
    signed = parse_record(signs)
    if signed and len(paths) > 1:
        raise UsageError("一件签署件只能是一个文件")
    served = [record_named(n) for n in serves]
    if served or received_on:
        if len(paths) > 1 or signed:
            raise UsageError("一份送达回证只能是一个文件；本系统制发的，用 --signs 归签署件即可")
        refuse_no_receipt(workspace.archive.read(number), document, served, received_on, by().today)
    done: list[FiledFile] = []
    failed: list[Problem] = []
    with Reader() as reader:
        for n, path in enumerate(paths, 1):
            try:
                filed = _file_one(
                    workspace, by, number, path, reader, document, ask,
                    signs=signed, keep_duplicate=keep_duplicate, reason=reason,
                )  # fmt: skip
                done.append(FiledFile.of(filed))
                if served:
                    record_service(workspace, by(), number, filed.record, served, received_on=received_on)
            except SettingsError:  # of the workspace, not of this file
                raise
            except ArchivistError as error:
                error.file = error.file or path.name
                failed.append(Problem.of(error))
            if progress:
                progress(n, len(paths))
    return FiledByHand(str(number), tuple(done), tuple(failed))


def _file_one(
    workspace: Workspace,
    by: Callable[[], By],
    number: CaseNo,
    path: Path,
    reader: Reader,
    document: DocumentType | None,
    ask: AskPassword | None,
    **options: Any,
) -> filing.Filed:
    """File one file, asking for its password when it is locked, or a folder of photos; ``options`` are those of ``by_hand.file_by_hand``."""
    from archivist.ingest import by_hand, photo_papers, unlocking
    from archivist.reading.formats.identify import identify

    if path.is_dir():
        return photo_papers.file_folder(workspace, by(), number, path, reader, document, **options)
    try:
        return by_hand.file_by_hand(workspace, by(), number, path, reader, document, **options)
    except PasswordNeeded:
        if ask is None or not identify(path).takes_password:
            raise
    return with_password(
        path.name,
        ask,
        lambda password: unlocking.file_locked(
            workspace, by(), number, path, reader, password, document, **options
        ),
    )


def parse_record(text: str | None) -> RecordNo | None:
    """Return the record a person means by its number, with or without leading noughts.

    Raises:
        UsageError: E001.
    """
    if not text:
        return None
    if not text.isdecimal() or not int(text):
        raise UsageError(f"“{text}”不是件号")
    return record_no(int(text))


def record_named(text: str) -> RecordNo:
    """Return the record a person means by its number, which has to be told.

    Raises:
        UsageError: E001.
    """
    number = parse_record(text)
    if number is None:
        raise UsageError("没有写件号")
    return number
