"""What documents print. The modules named here register who works out which value; see ``registry``."""

from archivist.documents.values import (
    application,
    benefit,
    decision,
    file_inventory,
    inquiry,
    meeting,
    objection,
    office,
    people,
    publicity,
    remedies,
    spot_check,
    totals,
)

__all__ = [
    "application",
    "benefit",
    "decision",
    "file_inventory",
    "inquiry",
    "meeting",
    "objection",
    "office",
    "people",
    "publicity",
    "remedies",
    "spot_check",
    "totals",
]
