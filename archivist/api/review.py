"""The review tray: what waits for a person, why, and where it goes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.inbox import FiledFile, parse_record
from archivist.api.result import Result
from archivist.errors import UsageError

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.model.by import By
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
class WaitingItem:
    """A file in the tray.

    Attributes:
        item: its id there; a beginning that is unambiguous names it too.
        received: ISO 8601 with offset; ``size`` in bytes.
        reason: a stable word; ``message`` the same for people; ``code`` that of the error, if one it was.
        kind: what the bytes are; ``pages`` how many were read.
        cases: numbers of the cases it may belong to; ``types``: ids of the document types it may be.
    """

    item: str
    name: str
    received: str
    reason: str
    message: str
    code: str
    sha256: str
    size: int
    kind: str
    pages: int
    cases: tuple[str, ...]
    types: tuple[str, ...]
    evidence: tuple[EvidenceSeen, ...]

    @classmethod
    def of(cls, item: TrayItem) -> WaitingItem:
        """Return an item of the tray."""
        details = item.details
        return cls(
            item=item.id,
            name=item.name,
            received=item.received,
            reason=item.reason,
            message=item.message,
            code=details.get("code", ""),
            sha256=item.sha256,
            size=item.size,
            kind=details.get("kind", ""),
            pages=details.get("pages", 0),
            cases=tuple(details.get("cases", ())),
            types=tuple(details.get("types", ())),
            evidence=tuple(
                EvidenceSeen(e["speaks_for"], e["kind"], EVIDENCE.get(e["kind"], e["kind"]), e["where"])
                for e in details.get("evidence", ())
            ),
        )


@dataclass(frozen=True, slots=True)
class TrayList(Result):
    """What waits, oldest first."""

    SCHEMA: ClassVar[str] = "archivist/review-list/1"

    items: tuple[WaitingItem, ...]


@dataclass(frozen=True, slots=True)
class TrayEntry(Result):
    """One waiting file, where it lies and the text that was recognised on it (pages parted by form feeds)."""

    SCHEMA: ClassVar[str] = "archivist/review-show/1"

    item: WaitingItem
    path: Path
    text: str


@dataclass(frozen=True, slots=True)
class Assigned(Result):
    """The record a waiting file became."""

    SCHEMA: ClassVar[str] = "archivist/review-assign/1"

    filed: FiledFile


@dataclass(frozen=True, slots=True)
class HandedBack(Result):
    """A file that is no household's, and where it can be fetched."""

    SCHEMA: ClassVar[str] = "archivist/review-return/1"

    item: str
    path: Path


def list_waiting(workspace: Workspace) -> TrayList:
    """Return everything that waits."""
    return TrayList(tuple(map(WaitingItem.of, workspace.archive.tray.items())))


def show_waiting(workspace: Workspace, item: str) -> TrayEntry:
    """Return one waiting file with its text.

    Raises:
        TrayItemNotFound: E104.
    """
    found = workspace.archive.tray.get(item)
    return TrayEntry(WaitingItem.of(found), found.file, found.text)


def assign(
    workspace: Workspace,
    by: By,
    item: str,
    case: str,
    *,
    type: str | None = None,  # noqa: A002 — the word of the command and of the page
    signs: str | None = None,
    keep_duplicate: bool = False,
    reason: str = "",
) -> Assigned:
    """File a waiting file where a person says; see ``inbox.file_by_hand`` for the arguments.

    Raises:
        TrayItemNotFound: E104. UsageError: E001, when no type is named and there is not exactly one candidate.
    """
    from archivist.ingest import filing

    found = workspace.archive.tray.get(item)
    number, record = workspace.find_case(case), parse_record(signs)
    filed = filing.assign(
        workspace, by, found, number, _type(workspace, found, type),
        signs=record, keep_duplicate=keep_duplicate, reason=reason,
    )  # fmt: skip
    return Assigned(FiledFile.of(filed))


def _type(workspace: Workspace, item: TrayItem, named: str | None) -> DocumentType:
    if named:
        return workspace.catalogue.get(named)
    candidates = item.details.get("types", ())
    if len(candidates) != 1:
        raise UsageError(
            "没有唯一的种类候选", file=item.id, remedy="用 --type 指明文书（材料）种类，如 --type 身份证。"
        )
    return workspace.catalogue.get(candidates[0])


def hand_back(workspace: Workspace, by: By, item: str) -> HandedBack:
    """Put a waiting file that is no household's into ``outbox/退回``, under its own name.

    Raises:
        TrayItemNotFound: E104.
    """
    with workspace.archive.writing(by.actor):
        found = workspace.archive.tray.get(item)
        path = workspace.archive.tray.hand_back(found, workspace.archive.outbox / "退回")
    return HandedBack(found.id, path)
