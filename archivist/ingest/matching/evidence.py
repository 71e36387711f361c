"""What recognition finds: signs, candidates, and why a file waits for a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from archivist.doctypes.catalogue import DocumentType
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.ids import CaseNo


class Reason(StrEnum):
    """Why a file waits for a person. The words are stable; the value stands in ``why.json``."""

    UNREADABLE = "unreadable"
    NO_CASE = "no_case"
    SEVERAL_CASES = "several_cases"
    CONFLICT = "conflict"
    CASE_CLOSED = "case_closed"
    NO_TYPE = "no_type"
    SEVERAL_TYPES = "several_types"
    SEVERAL_DOCUMENTS = "several_documents"
    FOREIGN_CODE = "foreign_code"
    ALREADY_SIGNED = "already_signed"
    NOT_AWAITED = "not_awaited"
    DUPLICATE = "duplicate"


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign: what it speaks for (a case number or a document id), how strongly, and where it was seen."""

    speaks_for: str
    kind: str
    where: str


class CaseDirectory(Protocol):
    """What recognition asks of the archive."""

    def by_id(self, number: str) -> Iterable[CaseNo]:
        """Return the cases in which somebody has this ID number."""

    def names(self) -> Iterable[tuple[str, CaseNo]]:
        """Return every person's name with the case it stands in."""

    def case(self, number: CaseNo) -> Case:
        """Return a case; ``CaseNotFound`` or ``IntegrityAlarm`` when it cannot be read."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was found out. Certain when ``case`` and ``type`` are both there and ``reason`` is ``None``."""

    case: Case | None = None
    type: DocumentType | None = None
    code: DocumentCode | None = None
    reason: Reason | None = None
    message: str = ""
    cases: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()

    @property
    def certain(self) -> bool:
        """Whether the file can be filed without a person."""
        return self.reason is None and self.case is not None and self.type is not None


@dataclass
class Doubt(Exception):
    """Why it cannot be decided; a finding, not a failure."""

    reason: Reason
    message: str
    cases: tuple[str, ...] = ()
    types: tuple[str, ...] = ()


def squeeze(text: str) -> str:
    """Return text for comparison: NFKC, case folded, without blanks (readers put them between characters)."""
    return re.sub(r"[\s　]+", "", unicodedata.normalize("NFKC", text)).casefold()
