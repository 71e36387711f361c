"""Bulk jobs: what makes two runs the same job, and what a job has done already.

A job is a document type, the households as they were said (each named, the content of a list, the text of a search) and
the values given; the day as well where any number of the kind may hold at once, or where the job repeats one on purpose.
Run again, it skips what it has done and goes on. Its name stands in every record it issued and in the ledger beside
the numbers it took; there it is sealed with the office's first key, for what it is made from may name people, and the ledger
is never destroyed.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Final

from archivist.doctypes.doctype import DocumentType
from archivist.issuing.planned import Given, Manner
from archivist.model.ids import CaseNo
from archivist.model.record import Record
from archivist.rules import admissibility
from archivist.rules.admissibility import Issuance
from archivist.workspace import Workspace

JOB: Final = "job"
"""Key of the job's name in the data of the records it issued, and of the ledger's events."""
_LENGTH: Final = 32


@dataclass(frozen=True, slots=True)
class Said:
    """Which households are meant, as somebody said it.

    Attributes:
        named: those named one by one; ``listed`` those on a list or in a sheet of values.
        search: the query.
    """

    named: tuple[CaseNo, ...] = ()
    listed: tuple[CaseNo, ...] = ()
    search: str = ""

    @property
    def is_bulk(self) -> bool:
        """Whether it is a bulk job; a household named by itself is a single act, and done twice it is two."""
        return bool(self.listed or self.search) or len(self.named) > 1


def digest_of(
    document: DocumentType, said: Said, values: Mapping[str, Given], *, on: dt.date, manner: Manner
) -> str:
    """Return what tells a bulk job from others, empty where it is none; see ``sealed`` for how it is written down.

    Args:
        document: the type.
        said: the households.
        values: what was given, by the household's number; for all under an empty one.
        on: date of the documents.
        manner: how they are issued.
    """
    if not said.is_bulk:
        return ""
    what = {
        "document": document.id,
        "named": sorted(map(str, said.named)),
        "listed": sorted(map(str, said.listed)),
        "search": said.search.strip(),
        "values": {number: plain(given) for number, given in values.items()},
        "on": on.isoformat() if document.many or manner.again else "",
        "again": manner.reason if manner.again else "",
    }
    return digest(what)


def digest(what: Mapping[str, object]) -> str:
    """Return the SHA-256 of what makes a job that job."""
    return hashlib.sha256(
        json.dumps(what, ensure_ascii=False, sort_keys=True, default=str).encode()
    ).hexdigest()


def sealed(workspace: Workspace, job: str) -> str:
    """Return the name of a job as records and ledger have it: 32 hexadecimal digits; empty where it is none.

    An office without a key has issued nothing yet: no record has the name, and ``Workspace.issuing_key`` makes the key
    before the first has.
    """
    keys = workspace.keys() if job else ()
    return hmac.digest(keys[0].secret, job.encode(), "sha256").hex()[:_LENGTH] if keys else ""


def plain(given: Given) -> dict[str, object]:
    """Return what was given as a record keeps it."""
    return {
        k: v if isinstance(v, str | int | bool | list | dict) else str(v) for k, v in sorted(given.items())
    }


def done_before(issuance: Issuance, given: Given, job: str) -> Record | None:
    """Return the record that a bulk job (sealed) issued for a case before, and that holds; ``None`` where there is none.

    Of a kind that may hold any number of times, what any bulk job issued on the same day with the same values counts: a
    list that grew names another job, and its households are done all the same.
    """
    document = issuance.document
    if not job or issuance.replaces:
        return None
    if document.many:
        made: Iterable[Record] = (r for r in issuance.holding if r.type == document.id and r.issued)
    else:
        made = admissibility.repeated(issuance)
    twin = document.many and not issuance.again
    for record in made:
        if record.data.get(JOB) == job or (twin and _is_twin(record, issuance.on, given)):
            return record
    return None


def _is_twin(record: Record, on: dt.date, given: Given) -> bool:
    said = {"date": on.isoformat(), "given": plain(given)}
    return JOB in record.data and all(record.data.get(key) == value for key, value in said.items())
