"""What a form says to a machine that people sign for a request: which request it is, and the beginning of the SHA-256 of all that is asked.

``AV1-XH2026001-9F3A77C2-5B``: format, the request, eight hexadecimal digits, a checksum that finds slips of reading. A request is a batch of a
disposal (``XH2026001``), a record to be taken out of its file (``TCTJHQDB2024000123R7``), a group hold to be released (``JDG1``), a package to be
taken back (``SHTJHQ2026N01``) or a file to be kept longer (``YQTJHQDB2024000123``). It names nobody.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue
from archivist.model.document_code import checksum
from archivist.model.ids import CaseNo, RecordNo, Sha256, record_no

SHOWN: Final = 8
"""So many hexadecimal digits of the digest stand in the code."""
_DISPOSAL: Final = re.compile(r"XH(\d{4})(\d{3,})")
_EXPUNGING: Final = re.compile(r"TC([A-Z]{4,10}\d{10,})R([1-9]\d{0,4})")
_RELEASE: Final = re.compile(r"JD(G\d+)")
_EXTENSION: Final = re.compile(r"YQ([A-Z]{4,10}\d{10,})")
_WITHDRAWAL: Final = re.compile(r"SH([A-Z]{2,8})(\d{4})N(\d{2,4})")
_KINDS: Final = (_DISPOSAL, _EXPUNGING, _RELEASE, _WITHDRAWAL, _EXTENSION)
_SUBJECTS: Final = "|".join(kind.pattern.replace("(", "(?:") for kind in _KINDS)
_PAYLOAD: Final = re.compile(
    rf"(?P<body>AV1-(?P<subject>{_SUBJECTS})-(?P<digest>[0-9A-F]{{8}}))-(?P<check>[0-9A-F]{{2}})"
)


@dataclass(frozen=True, slots=True)
class FormCode:
    """A request as it is printed, without hyphens, and the first ``SHOWN`` digits of the SHA-256 of what is asked, lower case."""

    subject: str
    digest: str

    @classmethod
    def of_disposal(cls, batch: str, digest: Sha256) -> FormCode:
        """Return the code of a batch, ``XH-2026-001``, and its list."""
        return cls(batch.replace("-", ""), digest[:SHOWN])

    @classmethod
    def of_expunging(cls, case: CaseNo, record: RecordNo, digest: Sha256) -> FormCode:
        """Return the code of a request to take one record out of its file."""
        return cls(f"TC{case.compact}R{int(record)}", digest[:SHOWN])

    @classmethod
    def of_release(cls, hold: str, digest: Sha256) -> FormCode:
        """Return the code of a request to release a group hold, ``G1``."""
        return cls(f"JD{hold}", digest[:SHOWN])

    @classmethod
    def of_withdrawal(cls, package: str, digest: Sha256) -> FormCode:
        """Return the code of a request to take a package back, ``S-TJHQ-2026-01``."""
        _, office, year, number = package.split("-")
        return cls(f"SH{office}{year}N{number}", digest[:SHOWN])

    @classmethod
    def of_extension(cls, case: CaseNo, digest: Sha256) -> FormCode:
        """Return the code of an appraisal by which one file is kept longer."""
        return cls(f"YQ{case.compact}", digest[:SHOWN])

    @property
    def payload(self) -> str:
        """The text to print."""
        body = f"AV1-{self.subject}-{self.digest.upper()}"
        return f"{body}-{checksum(body)}"

    @property
    def words(self) -> str:
        """Which request it is, for people."""
        if batch := self.disposal:
            return f"销毁批次 {batch}"
        if out := _EXPUNGING.fullmatch(self.subject):
            return f"剔除 {CaseNo.from_compact(out[1])} 第 {record_no(int(out[2]))} 件"
        if kept := _EXTENSION.fullmatch(self.subject):
            return f"延长 {CaseNo.from_compact(kept[1])} 的保管期限"
        if package := self._package:
            return f"收回移交 {package}"
        return f"解除成批冻结 {self.subject[2:]}"

    @property
    def disposal(self) -> str:
        """The batch, ``XH-2026-001``; empty where it is another request."""
        match = _DISPOSAL.fullmatch(self.subject)
        return f"XH-{match[1]}-{match[2]}" if match else ""

    @property
    def _package(self) -> str:
        match = _WITHDRAWAL.fullmatch(self.subject)
        return f"S-{match[1]}-{match[2]}-{match[3]}" if match else ""

    @property
    def command(self) -> str:
        """By which command the signed form is taken."""
        if batch := self.disposal:
            return f"archivist retention appraise、approve 或 close {batch} --paper"
        if out := _EXPUNGING.fullmatch(self.subject):
            return f"archivist case expunge {CaseNo.from_compact(out[1])} {out[2]} … --paper"
        if kept := _EXTENSION.fullmatch(self.subject):
            return f"archivist retention extend {CaseNo.from_compact(kept[1])} … --paper"
        if package := self._package:
            return f"archivist transfer back {package} … --paper"
        return f"archivist retention release --group {self.subject[2:]} … --paper"

    @classmethod
    def parse(cls, payload: str) -> FormCode | None:
        """Return what a payload says; ``None`` where it is no such code, or its checksum is wrong."""
        match = _PAYLOAD.fullmatch(payload.strip().upper())
        return cls._of(match) if match else None

    @classmethod
    def all_in(cls, text: str) -> Iterator[FormCode]:
        """Yield the codes that stand in a text in clear, as below the picture."""
        for match in _PAYLOAD.finditer(text.upper()):
            if code := cls._of(match):
                yield code

    @classmethod
    def _of(cls, match: re.Match[str]) -> FormCode | None:
        if match["check"] != checksum(match["body"]):
            return None
        if of := _EXPUNGING.fullmatch(match["subject"]) or _EXTENSION.fullmatch(match["subject"]):
            try:
                CaseNo.from_compact(of[1])
            except InvalidValue:
                return None
        return cls(match["subject"], match["digest"].lower())
