"""The list of a disposal (清册): which files are to be destroyed, bound by its SHA-256. It names nobody.

It stands in the ledger's bag, ``data/处置/<XH>/清册.json``, and its digest on every form that people sign.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Final

from archivist.disposal_errors import ListChanged
from archivist.model.case import Case
from archivist.model.custody import Handover
from archivist.model.disposals import Disposal
from archivist.model.ids import CaseNo, Sha256
from archivist.model.plain_json import JsonList, JsonTable, MalformedData, parse_json, require_shape
from archivist.rules.disposition import arrangement
from archivist.rules.disposition.retention import Retention, words
from archivist.store import chain
from archivist.store.chain import Chain
from archivist.workspace import Workspace

FORMAT: Final = 1
FOLDER: Final = "data/处置"
CLEARED: Final = "custody.cleared"
"""``rule`` of a file that another office took over (移交后清除): by its receipt, not by a period."""
LIST: Final = "清册.json"
_ROW: Final = JsonTable(
    {
        **dict.fromkeys(("case", "title", "file_no", "head", "rule", "words", "sentence", "start", "end", "deregistered"), str),
        **dict.fromkeys(("seq", "records", "files", "bytes", "pages", "first_year", "last_year"), int),
    }
)  # fmt: skip
_SHAPE: Final = JsonTable({"format": int, "disposal": str, "office": str, "on": str, "rows": JsonList(_ROW)})


@dataclass(frozen=True, slots=True)
class DisposalRow:
    """One file of the list.

    Attributes:
        case: its number; the ``title`` is the same: the list names nobody.
        head: of its chain, with ``seq`` the number of that event.
        files: of the bag, events and the leaflet included; ``bytes`` of all but the events.
        pages: 0 where they were not counted.
        rule: id of the row it was kept by, in ``words`` with its ``sentence``; ``start`` and ``end`` of that time, ISO 8601.
        deregistered: the day of 注销 as it was stated.
    """

    case: str
    title: str
    file_no: str
    head: str
    seq: int
    records: int
    files: int
    bytes: int
    pages: int
    first_year: int
    last_year: int
    deregistered: str
    rule: str
    words: str
    sentence: str
    start: str
    end: str

    @property
    def number(self) -> CaseNo:
        """The case."""
        return CaseNo.parse(self.case)

    @property
    def is_cleared(self) -> bool:
        """Whether it goes because another office took the file over, and not because a period ran out."""
        return self.rule == CLEARED

    @classmethod
    def of(cls, case: Case, current: Chain, kept: Retention) -> DisposalRow:
        """Return the row of a file whose period has run out."""
        assert kept.starts is not None and kept.expires is not None
        said = (kept.rule.id, words(kept.rule), str(kept.rule.source))
        return cls._of(case, current, said, kept.starts, kept.expires)

    @classmethod
    def cleared(cls, case: Case, current: Chain, handover: Handover) -> DisposalRow:
        """Return the row of a file that another office took over."""
        received = dt.date.fromisoformat(handover.received_at[:10])
        return cls._of(case, current, (CLEARED, "移交后清除", handover.words), received, received)

    @classmethod
    def _of(
        cls, case: Case, current: Chain, said: tuple[str, str, str], start: dt.date, end: dt.date
    ) -> DisposalRow:
        """Return the row of a file; ``said`` are the rule, its words and what it stands on."""
        years = [int(event.time[:4]) for event, _ in current.events]
        return cls(
            case=str(case.number),
            title=str(case.number),
            file_no=arrangement.archive_no(case),
            head=current.head,
            seq=current.seq,
            records=len(case.records),
            files=len(current.files) + current.seq,
            bytes=sum(size for _, size in current.files.values()),
            pages=arrangement.pages(case) or 0,
            first_year=min(years),
            last_year=max(years),
            deregistered=case.deregistration_stated,
            rule=said[0],
            words=said[1],
            sentence=said[2],
            start=start.isoformat(),
            end=end.isoformat(),
        )


def encode(disposal: str, office: str, on: dt.date, rows: Sequence[DisposalRow]) -> bytes:
    """Return the list's file; its SHA-256 is what people sign."""
    told = {
        "format": FORMAT,
        "disposal": disposal,
        "office": office,
        "on": on.isoformat(),
        "rows": [asdict(row) for row in rows],
    }
    return (json.dumps(told, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def digest_of(data: bytes) -> Sha256:
    """Return the SHA-256 by which a list is bound."""
    return Sha256(hashlib.sha256(data).hexdigest())


def data_of(workspace: Workspace, batch: Disposal) -> bytes:
    """Return the list's file, as it stands in the ledger's bag.

    Raises:
        ListChanged: E603, the file is not the one that was proposed.
    """
    places = [folder / batch.list_path for folder in workspace.archive.ledger_folders()]
    path = next((place for place in places if place.exists()), Path(batch.list_path))
    try:
        data = path.read_bytes()
    except OSError as error:
        raise ListChanged(f"{batch.id} 的清册读不出来", file=path.name) from error
    if digest_of(data) != batch.list_sha256:
        raise ListChanged(f"{batch.id} 的清册与登记的摘要不符，一户也没有销毁", file=path.name)
    return data


def read(workspace: Workspace, batch: Disposal) -> tuple[DisposalRow, ...]:
    """Return the rows of a batch, as they stand in the ledger's bag.

    Raises:
        ListChanged: E603, the file is not the one that was proposed.
    """
    data = data_of(workspace, batch)
    try:
        plain: Mapping[str, Any] = parse_json(data)
        require_shape(plain, _SHAPE)
    except MalformedData as error:
        raise ListChanged(f"{batch.id} 的清册不成格式（{error}）", file=LIST) from error
    except chain.UNFIT as error:
        raise ListChanged(f"{batch.id} 的清册不成格式", file=LIST) from error
    rows = tuple(DisposalRow(**row) for row in plain["rows"])
    if plain["disposal"] != batch.id or tuple(row.number for row in rows) != batch.cases:
        raise ListChanged(f"{batch.id} 的清册与总账所记的户不同", file=LIST)
    return rows
