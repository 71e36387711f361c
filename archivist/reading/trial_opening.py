"""Whether a file that is kept can still be opened: its first and its last page, nothing recognised.

Runs in the reading process, under its limits, as everything that opens a file of strangers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from pathlib import Path
from typing import Any

from archivist.errors import ArchivistError, FileTooLarge, PasswordNeeded, UnreadableFile
from archivist.reading.ending import Ending, ending_of
from archivist.reading.formats.registry import (
    Conversion,
    FileTraits,
    Format,
    NotRead,
    Opener,
    PageSource,
    Unpacker,
)
from archivist.reading.pages import MAX_PAGES, admitted, damage_as_error, shown_name


class TrialOutcome(StrEnum):
    """What came of opening a file."""

    OPENED = "opened"
    CUT_SHORT = "cut_short"
    """It has not its end, or a picture not its last line."""
    LOCKED = "locked"
    DAMAGED = "damaged"
    NOT_TRIED = "not_tried"
    """It is of a format that this program does not open, or over a limit."""
    UNREADABLE = "unreadable"
    """The disk, or the rights to the file, did not let it be read."""
    STOPPED = "stopped"
    """It took more memory or time than there is."""


@dataclass(frozen=True, slots=True)
class TrialOpening:
    """What is known of a file after it was opened, or was not.

    Attributes:
        why: in Chinese, why it was not; empty when it was.
        kind: what it really is, see ``Format``; empty where that was not found out.
        pages: how many it has; 0 where that was not found out.
    """

    outcome: TrialOutcome
    why: str = ""
    kind: str = ""
    pages: int = 0
    traits: FileTraits = field(default_factory=FileTraits)

    @classmethod
    def from_message(cls, values: Sequence[Any]) -> TrialOpening:
        """Return the trial that ``dataclasses.astuple`` took apart and JSON carried."""
        outcome, why, kind, pages, (encrypted, signatures, compressions, claims) = values
        traits = FileTraits(encrypted, signatures, tuple(compressions), claims)
        return cls(TrialOutcome(outcome), why, kind, pages, traits)


def try_to_open(path: Path) -> TrialOpening:
    """Open a file, decode its first and its last page, and look what else is to be known of it."""
    name = shown_name(path)
    try:
        found = admitted(path, name)
        ending = ending_of(path)
    except FileTooLarge as error:
        return TrialOpening(TrialOutcome.NOT_TRIED, error.what)
    except (UnreadableFile, OSError) as error:
        return TrialOpening(TrialOutcome.UNREADABLE, getattr(error, "what", "") or "文件读不出来")
    known = TrialOpening(TrialOutcome.OPENED, kind=found.kind)
    if ending is Ending.MISSING:
        return replace(known, outcome=TrialOutcome.CUT_SHORT, why=f"{found.label}没有结尾")
    try:
        with damage_as_error(found, name):
            known = replace(known, traits=found.traits(path) if found.traits else FileTraits())
        opener = _opener(found)
        if isinstance(opener, str):
            return replace(known, outcome=TrialOutcome.NOT_TRIED, why=opener)
        return _opened(path, name, opener, known, found)
    except PasswordNeeded as error:
        locked = replace(known.traits, encrypted=True)
        return replace(known, outcome=TrialOutcome.LOCKED, why=error.what, traits=locked)
    except FileTooLarge as error:
        return replace(known, outcome=TrialOutcome.NOT_TRIED, why=error.what)
    except ArchivistError as error:
        return replace(known, outcome=TrialOutcome.DAMAGED, why=error.what)


def _opener(found: Format) -> Opener | str:
    """Return what opens a format, or why nothing does."""
    handling = found.handling.itself if isinstance(found.handling, Unpacker) else found.handling
    if isinstance(handling, Conversion):
        return f"是{found.label}，要由 LibreOffice 转换，没有试开"
    return handling.what if isinstance(handling, NotRead) else handling


def _opened(path: Path, name: str, opener: Opener, known: TrialOpening, found: Format) -> TrialOpening:
    with damage_as_error(found, name), opener(path, name) as (count, pages):
        if count > MAX_PAGES:
            raise FileTooLarge(f"共 {count} 页，超过 {MAX_PAGES} 页的限制", file=name)
        if count == 0:
            raise UnreadableFile(f"{found.label}里一页也没有", file=name)
        known = replace(known, pages=count)
        try:
            with damage_as_error(found, name):
                _decode_ends(pages, count)
        except UnreadableFile as error:
            if found.is_picture:  # its decoder has read the head: what fails is what comes after
                return replace(known, outcome=TrialOutcome.CUT_SHORT, why=f"{error.what}，没有解码到最后一行")
            raise
    return known


def _decode_ends(pages: Iterator[PageSource], count: int) -> None:
    for number, page in enumerate(pages, start=1):
        if number in (1, count) and callable(page):
            page()
