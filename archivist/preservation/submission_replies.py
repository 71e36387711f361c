"""What the bureau answers to a submission: the receipt and the feedback, each a JSON file that says its own digest. Pure.

``digest`` is the SHA-256 of everything else in the file. It shows a file that was edited by hand; who can make a whole
new file can make its digest too, so the receipt's paper, sealed, says the same digest.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, Final, Self

from archivist.model.ids import Sha256
from archivist.model.plain_json import LARGE, JsonList, JsonTable, MalformedData, parse_json, require_shape
from archivist.preservation.submission_format import (
    SubmissionId,
    case_number,
    digest,
    encode_json,
    read_submission,
    require_in_order,
    require_schema,
    values_of_file,
)

RECEIPT: Final = "archivist/receipt/1"
FEEDBACK: Final = "archivist/feedback/1"


@dataclass(frozen=True, slots=True)
class ReceivedPart:
    """A part as the bureau has it: its file name and SHA-256."""

    name: str
    sha256: Sha256


@dataclass(frozen=True, slots=True)
class ReceivedCase:
    """One household as it was received.

    Attributes:
        seq: of the last event the bureau now has; ``head`` its digest.
        accepted: whether it was taken in (接收); else it was returned (退回), and ``why`` says for what, without names.
    """

    case: str
    seq: int
    head: Sha256
    accepted: bool
    why: str = ""


@dataclass(frozen=True, slots=True)
class Receipt:
    """``回执-S-….json``.

    Attributes:
        bureau: its name.
        received_at: ISO 8601 with offset; ``received_by`` who answers for it.
        anchor: SHA-256 of the ``heads.tsv`` that came with it.
        cases: every household of the submission, in the order of their numbers.
    """

    submission: SubmissionId
    bureau: str
    received_at: str
    received_by: str
    anchor: Sha256
    parts: tuple[ReceivedPart, ...]
    cases: tuple[ReceivedCase, ...]

    def encode(self) -> bytes:
        """Return the file."""
        return _signed(
            {
                "schema": RECEIPT,
                "submission": str(self.submission),
                "office": self.submission.office,
                "bureau": self.bureau,
                "received_at": self.received_at,
                "received_by": self.received_by,
                "anchor": self.anchor,
                "parts": [asdict(part) for part in self.parts],
                "cases": [asdict(case) for case in self.cases],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the file strictly.

        Raises:
            MalformedData: it is none, or was edited; the text says what is wrong.
        """
        plain, submission = _read(data, RECEIPT, _RECEIPT)
        with values_of_file():
            found = cls(
                submission,
                plain["bureau"],
                plain["received_at"],
                plain["received_by"],
                digest(plain["anchor"]),
                tuple(ReceivedPart(one["name"], digest(one["sha256"])) for one in plain["parts"]),
                tuple(
                    ReceivedCase(case_number(c["case"]), c["seq"], digest(c["head"]), c["accepted"], c["why"])
                    for c in plain["cases"]
                ),
            )
        require_in_order(one.case for one in found.cases)
        if any(not one.accepted and not one.why.strip() for one in found.cases):
            raise MalformedData("退回的户没有写明原因")
        return found

    @property
    def accepted(self) -> tuple[ReceivedCase, ...]:
        """The households that were taken in."""
        return tuple(one for one in self.cases if one.accepted)

    @property
    def returned(self) -> tuple[ReceivedCase, ...]:
        """The households that were returned."""
        return tuple(one for one in self.cases if not one.accepted)


@dataclass(frozen=True, slots=True)
class FeedbackFinding:
    """What a check by the bureau says of one household.

    Attributes:
        record: of which paper, ``0003``; empty for the household as a whole.
        passed: nothing is to be done; else ``text`` says what is to be put right, without names.
        until: by when; ``None`` where nobody said.
    """

    case: str
    record: str
    passed: bool
    text: str
    until: dt.date | None


@dataclass(frozen=True, slots=True)
class Feedback:
    """``反馈-S-….json``.

    Attributes:
        made_at: ISO 8601 with offset; ``made_by`` who answers for it.
        anchor: that of the submission.
        sample: the draw it comes from, for people (``2026-11``); empty for none.
        findings: several of one household may stand here.
    """

    submission: SubmissionId
    bureau: str
    made_at: str
    made_by: str
    anchor: Sha256
    sample: str
    findings: tuple[FeedbackFinding, ...]

    def encode(self) -> bytes:
        """Return the file."""
        return _signed(
            {
                "schema": FEEDBACK,
                "submission": str(self.submission),
                "office": self.submission.office,
                "bureau": self.bureau,
                "made_at": self.made_at,
                "made_by": self.made_by,
                "anchor": self.anchor,
                "sample": self.sample,
                "findings": [
                    {
                        "case": one.case,
                        "record": one.record,
                        "passed": one.passed,
                        "text": one.text,
                        "until": one.until.isoformat() if one.until else "",
                    }
                    for one in self.findings
                ],
            }
        )

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the file strictly.

        Raises:
            MalformedData: it is none, or was edited; the text says what is wrong.
        """
        plain, submission = _read(data, FEEDBACK, _FEEDBACK)
        with values_of_file():
            found = cls(
                submission,
                plain["bureau"],
                plain["made_at"],
                plain["made_by"],
                digest(plain["anchor"]),
                plain["sample"],
                tuple(
                    FeedbackFinding(
                        case_number(one["case"]),
                        one["record"],
                        one["passed"],
                        one["text"],
                        dt.date.fromisoformat(one["until"]) if one["until"] else None,
                    )
                    for one in plain["findings"]
                ),
            )
        if any(not one.passed and not one.text.strip() for one in found.findings):
            raise MalformedData("需整改的户没有写明要改什么")
        return found


def is_feedback(data: bytes) -> bool:
    """Tell which of the two a file says it is; anything that is no feedback is read as a receipt, which then says what is wrong."""
    try:
        plain = parse_json(data, most=LARGE)
    except MalformedData:
        return False
    return isinstance(plain, dict) and plain.get("schema") == FEEDBACK


_RECEIPT: Final = JsonTable(
    {
        **dict.fromkeys(("schema", "submission", "office", "bureau", "received_by", "anchor", "digest"), str),
        "received_at": dt.datetime,
        "parts": JsonList(JsonTable({"name": str, "sha256": str})),
        "cases": JsonList(JsonTable({"case": str, "seq": int, "head": str, "accepted": bool, "why": str})),
    }
)
_FEEDBACK: Final = JsonTable(
    {
        **dict.fromkeys(
            ("schema", "submission", "office", "bureau", "made_by", "anchor", "sample", "digest"), str
        ),
        "made_at": dt.datetime,
        "findings": JsonList(
            JsonTable({"case": str, "record": str, "passed": bool, "text": str, "until": str})
        ),
    }
)


def _signed(plain: dict[str, Any]) -> bytes:
    return encode_json(plain | {"digest": _digest(plain)})


def _digest(plain: Mapping[str, Any]) -> str:
    rest = {key: value for key, value in plain.items() if key != "digest"}
    text = json.dumps(rest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def _read(data: bytes, schema: str, shape: JsonTable) -> tuple[dict[str, Any], SubmissionId]:
    """Return what a file says, once it is as it says itself, and the submission it answers."""
    plain: dict[str, Any] = parse_json(data, most=LARGE)
    require_shape(plain, JsonTable({"schema": str}, open=True))
    require_schema(plain, schema)
    require_shape(plain, shape)
    if plain["digest"] != _digest(plain):
        raise MalformedData("内容与文件自己写的摘要不符，已被改动")
    return plain, read_submission(plain)
