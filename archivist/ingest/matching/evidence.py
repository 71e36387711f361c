"""What recognition finds: signs, candidates, and why a file waits for a person."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Protocol

from archivist.doctypes.catalogue import DocumentType
from archivist.model.case import Case
from archivist.model.document_code import DocumentCode
from archivist.model.event import Data
from archivist.model.ids import CaseNo


class Reason(StrEnum):
    """Why a file waits for a person. The words are stable; the value stands in ``why.json``."""

    UNREADABLE = "unreadable"
    PAGES_UNREADABLE = "pages_unreadable"
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
    VOIDED = "voided"
    KEY_MISSING = "key_missing"
    CODE_NOT_GENUINE = "code_not_genuine"
    NOT_ON_PAPER = "not_on_paper"
    PAGES_MISSING = "pages_missing"
    FURTHER_PAGES = "further_pages"
    TEXT_DIFFERS = "text_differs"
    NO_SIGNATURE_PLACE = "no_signature_place"
    NO_SIGNATURE = "no_signature"
    DUPLICATE = "duplicate"
    SPLIT = "split"
    SPLIT_DOUBT = "split_doubt"
    TAKEN_BACK = "taken_back"

    @classmethod
    def of(cls, word: str) -> Reason | None:
        """Return the reason that a stable word names; ``None`` for one of another program's."""
        return next((reason for reason in cls if reason.value == word), None)

    @property
    def label(self) -> str:
        """The reason in a few Chinese words, as lists show it."""
        return _LABELS[self]

    @property
    def is_open_question(self) -> bool:
        """Whether nothing speaks against the candidate, it is only not sure enough to be taken without a person."""
        return self in _OPEN_QUESTIONS


_LABELS: Final = {
    Reason.UNREADABLE: "读不出来",
    Reason.PAGES_UNREADABLE: "有页读不出来",
    Reason.NO_CASE: "不知是哪一户",
    Reason.SEVERAL_CASES: "像是多户",
    Reason.CONFLICT: "线索矛盾",
    Reason.CASE_CLOSED: "该户已注销",
    Reason.NO_TYPE: "不知是什么材料",
    Reason.SEVERAL_TYPES: "种类两可",
    Reason.SEVERAL_DOCUMENTS: "一份里有多件",
    Reason.FOREIGN_CODE: "二维码不符",
    Reason.ALREADY_SIGNED: "已有签署件",
    Reason.NOT_AWAITED: "无须签署件",
    Reason.VOIDED: "文书已作废",
    Reason.KEY_MISSING: "缺密钥",
    Reason.CODE_NOT_GENUINE: "二维码存疑",
    Reason.NOT_ON_PAPER: "不是签字原件",
    Reason.PAGES_MISSING: "缺页",
    Reason.FURTHER_PAGES: "夹有别的页",
    Reason.TEXT_DIFFERS: "文字不符",
    Reason.NO_SIGNATURE_PLACE: "找不到签名处",
    Reason.NO_SIGNATURE: "未见签名",
    Reason.DUPLICATE: "已归过一份",
    Reason.SPLIT: "拆出未归",
    Reason.SPLIT_DOUBT: "拆出待看",
    Reason.TAKEN_BACK: "撤回重归",
}
_OPEN_QUESTIONS: Final = frozenset({Reason.NO_CASE, Reason.NO_TYPE})


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sign: what it speaks for (a case number or a document id), how strongly, and where it was seen."""

    speaks_for: str
    kind: str
    where: str


@dataclass(frozen=True, slots=True)
class PersonOnFile:
    """Somebody in a case: the applicant, a member, an agent, somebody who owes support.

    Attributes:
        name: as on file, without blanks, case folded.
        case: where.
        id_number: of any paper; empty when it is not on file.
    """

    name: str
    case: CaseNo
    id_number: str


class CaseDirectory(Protocol):
    """What recognition asks of the archive."""

    def by_id(self, number: str) -> Iterable[CaseNo]:
        """Return the cases in which somebody has this number, of an ID card or of another paper."""

    def named(self, names: Collection[str]) -> Iterable[PersonOnFile]:
        """Return everybody on file who has one of these names; ``name`` is the one asked for."""

    def former_names(self, number: CaseNo) -> Iterable[str]:
        """Return the names the applicant of a case has been entered by."""

    def case(self, number: CaseNo) -> Case:
        """Return a case; ``CaseNotFound`` or ``IntegrityAlarm`` when it cannot be read."""


@dataclass(frozen=True, slots=True)
class Recognition:
    """What was found out. Certain when ``case`` and ``type`` are both there and ``reason`` is ``None``.

    Attributes:
        code: the file is the signed copy of the record it names.
        signature: by what it was taken for one.
        type_score: how sure the type is, 0.0–1.0.
    """

    case: Case | None = None
    type: DocumentType | None = None
    code: DocumentCode | None = None
    signature: Data = field(default_factory=dict)
    reason: Reason | None = None
    message: str = ""
    cases: tuple[str, ...] = ()
    types: tuple[str, ...] = ()
    evidence: tuple[Evidence, ...] = ()
    type_score: float | None = None

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
