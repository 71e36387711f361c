"""What a closed file (已注销) still takes: signed copies, the papers that end a procedure, and the archive's own.

Deregistration ends the procedure, not the work on the volume (卷): cover, catalogue and notes are made and signed
afterwards, and the last receipts come back by post.
"""

from __future__ import annotations

from typing import Final

from archivist.doctypes.ids import DocumentId
from archivist.model.case import Case
from archivist.model.record import Record
from archivist.rules.disposition.arrangement import OWN

ENDING: Final = (
    DocumentId.TERMINATION_PUBLICITY,
    DocumentId.TERMINATION_DECISION,
    DocumentId.DELIVERY_RECEIPT,
    DocumentId.DEREGISTRATION_FORM,
)
"""Papers that end a procedure and may come in after it."""
ISSUED: Final = (*OWN, DocumentId.DEREGISTRATION_FORM)
"""What is still issued for a closed file."""
REMADE: Final = (
    DocumentId.CASE_COVER,
    DocumentId.CASE_CATALOG,
    DocumentId.CASE_NOTES,
    DocumentId.FIXITY_MANIFEST,
)
"""Papers that say what the volume holds: made anew when something is added (增件即重编), the newest holds."""


def takes(document: str) -> bool:
    """Tell whether a closed file takes a paper of a type that is nobody's signed copy, when a person says so."""
    return document in OWN or document in ENDING


def replaced_by(case: Case, record: Record) -> Record | None:
    """Return the newest paper that holds instead of a record; ``None`` when the record itself still holds.

    The older one stays in the file as it is.
    """
    if record.voided:
        return case.records[record.voided.replaced_by] if record.voided.replaced_by else None
    if record.type not in REMADE or record.signs:
        return None
    newest = [r for r in case.records_of(record.type) if r.signs is None][-1]
    return newest if newest.no != record.no else None
