"""What a submission to the bureau is made of, as it stands in its packages; both sides read it. Pure.

``S-TJHQ-2026Q4-01`` is handed over in the parts ``S-TJHQ-2026Q4-01-01.zip`` …, each a BagIt 1.0 bag in one folder of the
part's name::

    bagit.txt bag-info.txt manifest-sha256.txt tagmanifest-sha256.txt
    anchor/heads.tsv        the head of every bag of the office at the moment, tombstones included
    anchor/submission.json  this module's ``Submission``; the same bytes in every part
    data/cases/<no>/…       whole bags as they stood at their heads
    data/移交清单.tsv        the households of this part
    data/ledger/<year>/…    in the first part: the ledger's bags
    data/destroyed.tsv  data/expunged.tsv    in the first part

No file of it but those of the households' own bags names a person.
"""

from __future__ import annotations

import datetime as dt
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any, Final, Self

from archivist.errors import InvalidValue
from archivist.model.bag_head import BagHead
from archivist.model.ids import OFFICE_CODE, CaseNo, Sha256
from archivist.model.plain_json import LARGE, JsonList, JsonTable, MalformedData, parse_json, require_shape

SCHEMA: Final = "archivist/submission/1"
ABOUT: Final = "anchor/submission.json"
HEADS: Final = "anchor/heads.tsv"
CASES: Final = "data/cases"
LEDGER: Final = "data/ledger"
LIST: Final = "data/移交清单.tsv"
DESTROYED: Final = "data/destroyed.tsv"
EXPUNGED: Final = "data/expunged.tsv"
DESTROYED_COLUMNS: Final = "case\tbatch\tseq\thead\tdestroyed_on\n"
EXPUNGED_COLUMNS: Final = "case\trecord\twhy\texpunged_on\n"
LIST_COLUMNS: Final = "case\tseq\thead\trecords\tpages\tfiles\tbytes\ttagmanifest_sha256\n"
PROFILE: Final = "https://archivist.invalid/profiles/baosong/1.0.json"

_ID: Final = re.compile(r"S-([A-Z]{2,10})-(\d{4}(?:Q[1-4]|M(?:0[1-9]|1[0-2]))?)-(\d{2,4})")
_PART: Final = re.compile(rf"({_ID.pattern})-(\d{{2,4}})(?:\.zip)?")
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True, order=True)
class SubmissionId:
    """``S-TJHQ-2026Q4-01``: office, period (``2026Q4``, ``2026M11``, ``2026``), running number within it from 1."""

    office: str
    period: str
    number: int

    def __str__(self) -> str:
        return f"S-{self.office}-{self.period}-{self.number:02d}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read one.

        Raises:
            InvalidValue: E002.
        """
        match = _ID.fullmatch(text.strip())
        if match is None:
            raise InvalidValue(f"“{text[:60]}”不是报送编号（应如 S-TJHQ-2026Q4-01）")
        return cls(match[1], match[2], int(match[3]))

    def part_name(self, part: int) -> str:
        """Return the file name of a part, the first being 1."""
        return f"{self.part_folder(part)}.zip"

    def part_folder(self, part: int) -> str:
        """Return the one folder in the file of a part."""
        return f"{self}-{part:02d}"


def read_part_name(name: str) -> tuple[SubmissionId, int] | None:
    """Return which part of which submission a file or folder of this name is; ``None`` when it is none."""
    match = _PART.fullmatch(name)
    return (SubmissionId.parse(match[1]), int(match[5])) if match else None


class TransferKind(StrEnum):
    """Why it is handed over, as ``bag-info.txt`` says it (``Archivist-Transfer-Type``)."""

    PERIODIC = "季度报区"
    REORGANISED = "机构变动"
    HOUSEHOLD = "户转移"
    ARCHIVES = "进馆"


class WhySubmitted(StrEnum):
    """Why a household is in a submission. The words are stable."""

    NEW = "new"
    CHANGED = "changed"
    RETURNED = "returned"
    UNANSWERED = "unanswered"
    ALL = "all"

    @property
    def label(self) -> str:
        """The same in Chinese."""
        return {
            "new": "新增", "changed": "上次报送后有变动", "returned": "上次退回",
            "unanswered": "上次报送没有回执", "all": "全部报送",
        }[self.value]  # fmt: skip


@dataclass(frozen=True, slots=True)
class TransferSums:
    """What a transfer list says of a household: its chain as it stood then, its papers, the files of its bag and their bytes."""

    head: BagHead
    records: int
    files: int
    bytes: int


@dataclass(frozen=True, slots=True)
class SubmittedCase:
    """One household of a submission.

    Attributes:
        seq: of the last event that is handed over; ``head`` its digest.
        part: in which part its bag is.
        records: papers in it; ``pages`` those that were counted.
        files: files of its bag, manifests included; ``bytes`` their length together.
        tagmanifest: SHA-256 of its ``tagmanifest-sha256.txt``.
    """

    case: str
    seq: int
    head: Sha256
    part: int
    why: WhySubmitted
    records: int
    pages: int
    files: int
    bytes: int
    tagmanifest: Sha256

    @property
    def sums(self) -> TransferSums:
        """What can be counted again."""
        return TransferSums(BagHead(self.case, self.seq, self.head), self.records, self.files, self.bytes)


@dataclass(frozen=True, slots=True)
class Submission:
    """``anchor/submission.json``.

    Attributes:
        office_name: of the office, ``recipient`` of the bureau.
        first: of the days it is about, ``last`` the last of them; ``label`` as people say it.
        made_at: the moment at which every bag stood as it is handed over; ISO 8601 with offset.
        after: the submission before it that was acknowledged last; empty for none.
        anchor: SHA-256 of ``anchor/heads.tsv``.
        parts: how many there are.
        part_size: bytes of a part at most.
        ledger: the heads of the ledger's years as they are handed over.
        of: code of the office whose files were taken over and are handed on: their numbers, ledger and anchor are that office's. Empty
            for the office's own.
    """

    id: SubmissionId
    office_name: str
    recipient: str
    kind: TransferKind
    first: dt.date
    last: dt.date
    label: str
    made_at: str
    after: str
    anchor: Sha256
    parts: int
    part_size: int
    cases: tuple[SubmittedCase, ...]
    ledger: tuple[BagHead, ...]
    of: str = ""

    @property
    def origin(self) -> str:
        """The code of the office whose numbers the files bear."""
        return self.of or self.id.office

    def encode(self) -> bytes:
        """Return the file: UTF-8 JSON, sorted keys, one line end."""
        plain: dict[str, Any] = {
            "schema": SCHEMA,
            "submission": str(self.id),
            "office": self.id.office,
            "office_name": self.office_name,
            "recipient": self.recipient,
            "kind": self.kind.value,
            "first": self.first.isoformat(),
            "last": self.last.isoformat(),
            "label": self.label,
            "made_at": self.made_at,
            "after": self.after,
            "anchor": self.anchor,
            "parts": self.parts,
            "part_size": self.part_size,
            "cases": [asdict(case) for case in self.cases],
            "ledger": [list(head) for head in self.ledger],
            **({"of": self.of} if self.of else {}),
        }
        return encode_json(plain)

    @classmethod
    def decode(cls, data: bytes) -> Self:
        """Read the file strictly.

        Raises:
            MalformedData: it is none, or contradicts itself; the text says where.
        """
        plain = parse_json(data, most=LARGE)
        require_shape(plain, _SHAPE)
        require_schema(plain, SCHEMA)
        submission = read_submission(plain)
        with values_of_file():
            found = cls(
                submission,
                plain["office_name"],
                plain["recipient"],
                TransferKind(plain["kind"]),
                dt.date.fromisoformat(plain["first"]),
                dt.date.fromisoformat(plain["last"]),
                plain["label"],
                plain["made_at"],
                plain["after"],
                digest(plain["anchor"]),
                plain["parts"],
                plain["part_size"],
                tuple(_case(one) for one in plain["cases"]),
                tuple(BagHead.from_plain(one) for one in plain["ledger"]),
                plain.get("of", ""),
            )
        found._require_consistent()
        return found

    def _require_consistent(self) -> None:
        if self.after:
            with values_of_file():
                SubmissionId.parse(self.after)
        if self.parts < 1 or any(not 1 <= one.part <= self.parts for one in self.cases):
            raise MalformedData("分包的序号与包数不符")
        if self.of and (not OFFICE_CODE.fullmatch(self.of) or self.of == self.id.office):
            raise MalformedData(f"原机关“{self.of[:20]}”不是另一机关的代码")
        require_in_order(one.case for one in self.cases)

    def of_part(self, part: int) -> tuple[SubmittedCase, ...]:
        """Return the households of one part, in order."""
        return tuple(one for one in self.cases if one.part == part)


def _case(plain: Mapping[str, Any]) -> SubmittedCase:
    number = case_number(plain["case"])
    if (
        min(plain[key] for key in ("seq", "part", "records", "pages", "files", "bytes")) < 0
        or plain["seq"] < 1
    ):
        raise ValueError(f"{number} 有负数")
    return SubmittedCase(
        number,
        plain["seq"],
        digest(plain["head"]),
        plain["part"],
        WhySubmitted(plain["why"]),
        plain["records"],
        plain["pages"],
        plain["files"],
        plain["bytes"],
        digest(plain["tagmanifest"]),
    )


_CASE: Final = JsonTable(
    {
        **dict.fromkeys(("case", "head", "why", "tagmanifest"), str),
        **dict.fromkeys(("seq", "part", "records", "pages", "files", "bytes"), int),
    }
)
_SHAPE: Final = JsonTable(
    {
        **dict.fromkeys(("schema", "submission", "office", "office_name", "recipient", "kind", "label"), str),
        **dict.fromkeys(("after", "anchor"), str),
        **dict.fromkeys(("first", "last"), dt.date),
        "made_at": dt.datetime,
        **dict.fromkeys(("parts", "part_size"), int),
        "cases": JsonList(_CASE),
        "ledger": JsonList(list),
    },
    {"of": str},
)


# ── what all these files share ───────────────────────────────────────────────────────────────────────────
def encode_json(plain: Mapping[str, Any]) -> bytes:
    """Return an object as the files of a submission hold it."""
    return (json.dumps(plain, ensure_ascii=False, sort_keys=True, indent=1) + "\n").encode()


def digest(text: str) -> Sha256:
    """Read a SHA-256 in hexadecimal digits; ``ValueError`` when it is none."""
    if not _DIGEST.fullmatch(text):
        raise ValueError(f"“{text[:20]}”不是 SHA-256")
    return Sha256(text)


def require_schema(plain: Mapping[str, Any], schema: str) -> None:
    """Refuse a file of another kind, or of a version this program does not know.

    Raises:
        MalformedData: it says which it is.
    """
    if plain["schema"] != schema:
        raise MalformedData(f"是 {plain['schema'][:60]}，不是 {schema}")


@contextmanager
def values_of_file() -> Iterator[None]:
    """Say as ``MalformedData`` what the values of a file are refused for."""
    try:
        yield
    except InvalidValue as error:
        raise MalformedData(error.what) from error
    except ValueError as error:
        raise MalformedData(f"有不认得的值（{error}）") from error


def read_submission(plain: Mapping[str, Any]) -> SubmissionId:
    """Return the submission a file is about, which is the office's it names.

    Raises:
        MalformedData: it names another office, or that is no id.
    """
    with values_of_file():
        found = SubmissionId.parse(plain["submission"])
    if plain["office"] != found.office:
        raise MalformedData(f"机关 {plain['office'][:20]} 与报送编号 {found} 不符")
    return found


def case_number(text: str) -> str:
    """Read a case number as it is always written; ``ValueError`` or ``InvalidValue`` when it is none."""
    if (number := str(CaseNo.parse(text))) != text:
        raise ValueError(text[:40])
    return number


def require_in_order(numbers: Iterable[str]) -> None:
    """Refuse households that stand twice, or not in the order of their numbers.

    Raises:
        MalformedData: they do.
    """
    there = list(numbers)
    if there != sorted(set(there)):
        raise MalformedData("户号有重复，或没有按顺序")


def transfer_list(cases: Iterable[SubmittedCase]) -> bytes:
    """Return ``data/移交清单.tsv``: the households of a part by number, without names."""
    rows = (
        f"{c.case}\t{c.seq}\t{c.head}\t{c.records}\t{c.pages}\t{c.files}\t{c.bytes}\t{c.tagmanifest}\n"
        for c in cases
    )
    return (LIST_COLUMNS + "".join(rows)).encode()
