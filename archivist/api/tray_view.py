"""The tray as people see it: each waiting file with what it may be, in the words of catalogue and index."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from archivist.errors import ArchivistError

if TYPE_CHECKING:
    from archivist.store import TrayItem
    from archivist.workspace import Workspace

EVIDENCE: Final[Mapping[str, str]] = {
    "qr": "二维码",
    "folder": "投放文件夹",
    "case_number": "户号",
    "id_number": "身份证号",
    "name_and_birth_or_address": "姓名与出生日期或住址",
    "name": "姓名",
    "title": "标题",
    "file_name": "文件名",
}
"""Kinds of evidence, as people call them."""


@dataclass(frozen=True, slots=True)
class EvidenceSeen:
    """One sign: what it speaks for (a case number or a document id), what kind it is, where it was seen."""

    speaks_for: str
    kind: str
    kind_label: str
    where: str


@dataclass(frozen=True, slots=True)
class CandidateHousehold:
    """A case that a waiting file may belong to; ``applicant`` is empty where the index cannot tell."""

    case: str
    applicant: str


@dataclass(frozen=True, slots=True)
class CandidateType:
    """A document type that a waiting file may be."""

    type: str
    title: str


@dataclass(frozen=True, slots=True)
class WaitingItem:
    """A file in the tray.

    Attributes:
        item: its id there; ``short``, or any beginning that is unambiguous, names it too.
        received: ISO 8601 with offset; ``size`` in bytes.
        reason: a stable word; ``reason_label`` and ``message`` the same for people, short and whole; ``code`` that of
            the error, if one it was.
        kind: what the bytes are; ``pages`` how many were read.
        households: the cases it may belong to; ``types``: the document types it may be.
        suggested: whether there is one of each, and nothing speaks against them.
        batch: id of the batch it is a part of; empty when it is none. ``batch_pages`` says which part, for people.
        proposal: the papers that may be in it, as page numbers; none when it seems to be one.
    """

    item: str
    short: str
    name: str
    received: str
    reason: str
    reason_label: str
    message: str
    code: str
    sha256: str
    size: int
    kind: str
    pages: int
    households: tuple[CandidateHousehold, ...]
    types: tuple[CandidateType, ...]
    evidence: tuple[EvidenceSeen, ...]
    suggested: bool
    batch: str
    batch_pages: str
    proposal: tuple[tuple[int, ...], ...]


@dataclass(frozen=True, slots=True)
class DamagedItemView:
    """An item that nothing can be told of: which, what is wrong with which file, where its file lies, what to do.

    Attributes:
        path: of the file as it came; ``None`` when it is gone.
    """

    item: str
    file: str
    why: str
    path: Path | None
    remedy: str


@dataclass(frozen=True, slots=True)
class TrayFilter:
    """Which items are meant; what is empty does not narrow.

    Attributes:
        case: a candidate household, named as everywhere.
        type: a candidate type, by id or title.
        reason: the stable word, or words of its label.
        words: parts of the file's name or of what was recognised; all of them, blanks and case not counted.
    """

    case: str = ""
    type: str = ""
    reason: str = ""
    words: tuple[str, ...] = ()


EVERYTHING: Final = TrayFilter()
"""Narrows to nothing."""


class TrayView:
    """The tray at one moment, with the words of catalogue and index."""

    def __init__(self, workspace: Workspace) -> None:
        from archivist.store.tray_items import short_names

        self.workspace = workspace
        self.items, damaged = workspace.archive.tray.standing()
        self.damaged = tuple(
            DamagedItemView(d.id, str(d.why.file), d.why.what, d.file, d.why.remedy) for d in damaged
        )
        self.short = short_names(self.items)
        self._applicants: dict[str, str] = {}

    def named(self, word: str) -> TrayItem:
        """Return the one item that a word names.

        Raises:
            TrayItemNotFound: E104. DamagedFile: E212, the item is damaged.
        """
        from archivist.store.tray_items import named

        if damaged := self.workspace.archive.tray.damaged(word):
            raise damaged.why
        return named(self.items, word)

    def applicant(self, number: str) -> str:
        """Return the applicant's name; the tray can be looked at where the index cannot."""
        if number not in self._applicants:
            try:
                rows = self.workspace.index.find_cases(number)
            except ArchivistError:
                rows = []
            self._applicants[number] = rows[0].applicant if rows else ""
        return self._applicants[number]

    def item(self, item: TrayItem) -> WaitingItem:
        """Return a waiting file with its candidates by name."""
        from archivist.ingest.matching.evidence import Reason

        details = item.details
        households = [CandidateHousehold(c, self.applicant(c)) for c in details.get("cases", ())]
        types = [CandidateType(t, self._title(t)) for t in details.get("types", ())]
        reason = Reason.of(item.reason)
        return WaitingItem(
            item=item.id,
            short=self.short[item.id],
            name=item.name,
            received=item.received,
            reason=item.reason,
            reason_label=reason.label if reason else item.reason,
            message=item.message,
            code=details.get("code", ""),
            sha256=item.sha256,
            size=item.size,
            kind=details.get("kind", ""),
            pages=details.get("pages", 0),
            households=tuple(households),
            types=tuple(types),
            evidence=tuple(
                EvidenceSeen(e["speaks_for"], e["kind"], EVIDENCE.get(e["kind"], e["kind"]), e["where"])
                for e in details.get("evidence", ())
            ),
            suggested=len(households) == len(types) == 1
            and reason is not None
            and reason.is_open_question
            and not details.get("proposal"),
            batch=item.batch,
            batch_pages=item.batch_pages,
            proposal=tuple(tuple(part) for part in details.get("proposal", ())),
        )

    def _title(self, document: str) -> str:
        try:
            return self.workspace.catalogue.get(document).title
        except ArchivistError:  # an office's own type that is gone
            return document

    def matching(self, wanted: TrayFilter) -> list[TrayItem]:
        """Return the items that are meant, oldest first.

        Raises:
            CaseNotFound: E201. AmbiguousCase: E003. UsageError: E001, no such type.
        """
        case = str(self.workspace.find_case(wanted.case)) if wanted.case else ""
        document = self.workspace.catalogue.get(wanted.type).id if wanted.type else ""
        words = [_squeezed(word) for word in wanted.words]
        return [
            item
            for item in self.items
            if (not case or case in item.details.get("cases", ()))
            and (not document or document in item.details.get("types", ()))
            and (not wanted.reason or any(wanted.reason in text for text in self._reasons(item)))
            and (not words or _holds(item, words))
        ]

    def _reasons(self, item: TrayItem) -> Iterator[str]:
        from archivist.ingest.matching.evidence import Reason

        yield item.reason
        yield item.message
        if reason := Reason.of(item.reason):
            yield reason.label


def _holds(item: TrayItem, words: Sequence[str]) -> bool:
    text = _squeezed(f"{item.name}\n{item.text}")
    return all(word in text for word in words)


def _squeezed(text: str) -> str:
    from archivist.ingest.matching.evidence import squeeze

    return squeeze(text)
