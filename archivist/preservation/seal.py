"""Seals: the heads of every bag at one moment, for a place that nobody who works here can reach afterwards.

``outbox/封存/FC-20240304-01/heads.tsv`` has them, ``seal.json`` beside it says what they are; the SHA-256 of the first is
what a page shows as hexadecimal digits and as a QR code (``AVSEAL1-TJHQ-20240304-01-<20 hex>``), to be stamped and kept
by the bureau or in the safe. It names no household but by its number, and no person.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.errors import IntegrityAlarm
from archivist.issuing.office_documents import print_sheet
from archivist.model.bag_head import BagHead
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Sha256, in_rows
from archivist.store import Archive, bag
from archivist.store.bag_heads import bag_folder, read_head
from archivist.store.custody import years_of
from archivist.workspace import Workspace

FOLDER: Final = "封存"
"""Where seals go within the outbox."""
HEADS: Final = "heads.tsv"
ABOUT: Final = "seal.json"
PAGE: Final = "封存单"
_LEDGER: Final = "ledger-"
COLUMNS: Final = "bag\tseq\thead\n"
SCHEMA: Final = "archivist/seal-file/1"
SHOWN: Final = 20
"""So many hexadecimal digits of the digest stand in the code: 80 bits."""
CODE: Final = re.compile(
    r"(?:AVSEAL1-[A-Z]{2,10}-\d{8}|AVSUBM1-[A-Z]{2,10}-\d{4}(?:Q\d|M\d{2})?)-\d{2,}-([0-9A-F]{20,64})"
)
"""What the QR codes of a seal and of a submission say; upper case, which a QR code holds most tightly."""


@dataclass(frozen=True, slots=True)
class Seal:
    """One seal.

    Attributes:
        id: ``FC-20240304-01``: the civil day and the running number of that day.
        office: its code.
        cases: cases whose heads it has.
        bags: those and the ledger's years and the batches.
        ledger: the heads of the ledger's years.
        sha256: of ``heads.tsv``.
        unread: bags whose chain has no end that could be sealed.
        files: what was written, ``heads.tsv`` first.
    """

    id: str
    office: str
    on: dt.date
    cases: int
    bags: int
    ledger: tuple[BagHead, ...]
    sha256: Sha256
    unread: tuple[str, ...]
    files: tuple[Path, ...] = ()

    @property
    def code(self) -> str:
        """What the QR code of its page says."""
        number = self.id.rpartition("-")[2]
        return f"AVSEAL1-{self.office}-{self.on:%Y%m%d}-{number}-{self.sha256[:SHOWN].upper()}"


def encode(heads: Iterable[BagHead]) -> bytes:
    """Return ``heads.tsv``: a line of headings, then a line for each bag in the order of their names."""
    return (COLUMNS + "".join(f"{h.bag}\t{h.seq}\t{h.head}\n" for h in sorted(heads))).encode()


def seal(workspace: Workspace, by: By, *, pdf: bool = False) -> Seal:
    """Enter the heads of what changed into the ledger, then seal the heads of everything there is.

    Args:
        workspace: the open workspace.
        by: who seals, and when.
        pdf: make a PDF of the page as well.

    Raises:
        IntegrityAlarm: E202, NewerFormat: E210, of the ledger. WriteFailed: E204. PdfUnavailable: E306. TemplateFault: E303.

    Survives: killed in between, files lie in the outbox of which the ledger does not know; they are no seal.
    """
    archive, stamp = workspace.archive, workspace.stamp(by)
    with workspace.writing(by):
        archive.heads.record(stamp)
        heads, unread = heads_now(archive)
        content = encode(heads)
        year = re.compile(r"ledger-\d{4}")
        cases = sum(bag_folder(archive.root, h.bag).parent == archive.cases for h in heads)
        made = Seal(
            _next_id(archive, by.today),
            workspace.config.office.code,
            by.today,
            cases,
            len(heads),
            tuple(h for h in heads if year.fullmatch(h.bag)),
            bag.sha256(content),
            unread,
        )
        data = {"seal": made.id, "cases": made.cases, "bags": made.bags, "sha256": made.sha256}
        contents = {HEADS: content, ABOUT: _about(made)} | {
            f"{PAGE}{suffix}": page for suffix, page in _page(workspace, made, pdf=pdf).items()
        }
        files = archive.hand_out(f"{FOLDER}/{made.id}", "", contents, Op.SEALED, data, stamp)
        workspace.hold_heads()
    return replace(made, files=files)


def _page(workspace: Workspace, made: Seal, *, pdf: bool) -> dict[str, bytes]:
    """Return the page to be stamped: the digest in full and as a QR code."""
    latest = made.ledger[-1] if made.ledger else None
    given = {
        "seal.id": made.id,
        "seal.cases": made.cases,
        "seal.bags": made.bags,
        "seal.ledger": f"{latest.bag.removeprefix(_LEDGER)}年第 {latest.seq} 笔" if latest else "—",
        "seal.sha256": in_rows(made.sha256),
    }
    return print_sheet(workspace, DocumentId.LEDGER_SEAL, given, made.code, on=made.on, pdf=pdf)


def heads_now(archive: Archive, of: str = "") -> tuple[list[BagHead], tuple[str, ...]]:
    """Return the head of every bag there is, and the bags whose chain has no end that could be sealed.

    Callers hold the lock, else a bag may be told as it stands at another moment than the next.

    Args:
        archive: the archive.
        of: code of an office whose files were taken over: of its files and its ledger alone.
    """
    heads: list[BagHead] = []
    unread: list[str] = []
    for name in _names_of(archive, of) if of else _names(archive):
        try:
            heads.append(read_head(name, bag_folder(archive.root, name, of)))
        except (IntegrityAlarm, OSError):
            unread.append(name)
    return heads, tuple(unread)


def _names(archive: Archive) -> Iterator[str]:
    yield from map(str, archive.case_numbers())
    yield from (bag.identifier(folder.name) for folder in archive.ledger_folders())
    yield from archive.batches.ids()


def _names_of(archive: Archive, of: str) -> Iterator[str]:
    yield from (str(number) for number in archive.case_numbers() if number.office == of)
    yield from sorted(bag.identifier(folder.name) for folder in years_of(archive.root, of))


def _next_id(archive: Archive, day: dt.date) -> str:
    """Return an id that neither the ledger nor the outbox has."""
    taken = {e.data.get("seal") for e in archive.ledger_events() if e.op is Op.SEALED}
    with suppress(FileNotFoundError):
        taken |= {path.name for path in (archive.outbox / FOLDER).iterdir()}
    number = 1
    while (name := f"FC-{day:%Y%m%d}-{number:02d}") in taken:
        number += 1
    return name


def _about(made: Seal) -> bytes:
    plain = {
        "schema": SCHEMA,
        "seal": made.id,
        "office": made.office,
        "on": made.on.isoformat(),
        "cases": made.cases,
        "bags": made.bags,
        "ledger": [list(head) for head in made.ledger],
        "sha256": made.sha256,
        "code": made.code,
        "unread": list(made.unread),
    }
    return (json.dumps(plain, ensure_ascii=False, indent=1) + "\n").encode()
