"""For which papers a receipt (送达回证) is, as a person says of one that came in as a scan."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from archivist.api.authorisation import authorised
from archivist.api.inbox import record_named
from archivist.api.result import Result
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.procedure import service_records
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class ServedPaper:
    """A paper that a receipt serves: its number, title and reference number."""

    record: str
    title: str
    doc_no: str


@dataclass(frozen=True, slots=True)
class ServiceRecord(Result):
    """A receipt and the papers it serves.

    Attributes:
        receipt: its number in the case.
        serves: what it serves now; ``before`` the numbers of what it was said to serve earlier.
        received_on: the day of receipt that a person read on it; ``None`` where nobody said one.
    """

    SCHEMA: ClassVar[str] = "archivist/case-record-serves/1"

    case: str
    receipt: str
    serves: tuple[ServedPaper, ...]
    before: tuple[str, ...]
    received_on: dt.date | None

    @classmethod
    def of(cls, done: service_records.ServiceRecorded, received_on: dt.date | None) -> ServiceRecord:
        """Return what was recorded."""
        papers = tuple(ServedPaper(p.no, p.title, p.doc_no) for p in done.papers)
        return cls(str(done.case.number), done.receipt.no, papers, done.before, received_on)


@authorised(Act.RECORD_SERVICE)
def record_service(
    workspace: Workspace,
    by: By,
    case: str,
    receipt: str,
    records: Sequence[str],
    *,
    received_on: dt.date | None = None,
    reason: str = "",
) -> ServiceRecord:
    """Say for which records a receipt is; for the arguments see ``procedure.service_records.record_service``.

    Raises:
        CaseNotFound: E201. AmbiguousCase: E003. RecordNotFound: E206. InvalidValue: E002.
    """
    from archivist.procedure import service_records

    number, chosen = workspace.find_case(case), [record_named(n) for n in records]
    done = service_records.record_service(
        workspace, by, number, record_named(receipt), chosen, received_on=received_on, reason=reason
    )
    return ServiceRecord.of(done, received_on)
