"""``archivist.toml``: the office, its bureau, its rule pack, its people, its options. Everything has a default.

The file is small and written for a person; ``init`` writes it with comments. Unknown keys are refused, because a
misspelt setting that is silently ignored is a wrong setting.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import re
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Annotated, Any, Final

from archivist.declarations.builder import build
from archivist.declarations.cache import CheckedTables
from archivist.declarations.forms import FULL_PATH, NODE_ADDRESS, Form, Words, one_of
from archivist.errors import SettingsError
from archivist.model.ids import OFFICE_CODE, Category
from archivist.model.plain_json import MalformedData, parse_toml
from archivist.model.roles import HELD, Role
from archivist.model.staff import Employment, Post
from archivist.rules.work_calendar import NATIONAL, Calendar
from archivist.settings_file import FILE_NAME, WorkspaceKind, as_utf8, file_of

if TYPE_CHECKING:
    from archivist.rules.series import Rows


class SignatureStyle(StrEnum):
    """Who signs (落款): the office with the clause that it was commissioned, the office alone, the bureau."""

    TOWN_WITH_CLAUSE = "town_with_delegation_clause"
    TOWN = "town_only"
    BUREAU = "bureau_name"


class WatchMode(StrEnum):
    """How a long watch learns of changes: from the system where that works, or by looking every few seconds."""

    AUTO = "auto"
    POLLING = "polling"


class DayKind(StrEnum):
    """What a day was made by a correction of the calendar."""

    WORK = "班"
    REST = "休"


def _sourced(row: Mapping[str, object]) -> bool:
    source = row.get("source", row.get("because"))
    return isinstance(source, dict) and bool(source.get("measure")) and bool(source.get("sentence"))


def _is_day(text: str) -> bool:
    try:
        dt.date.fromisoformat(text)
    except ValueError:
        return False
    return True


LONGEST_PIN: Final = 480
"""So many minutes, a working day, may a PIN be remembered at the most."""
OfficeCode = Annotated[
    str, Form(lambda code: not code or OFFICE_CODE.fullmatch(code), "2 至 8 个大写英文字母")
]
CertificateDigest = Annotated[
    str,
    Form(lambda text: not text or re.fullmatch(r"[0-9a-fA-F]{64}", text), "证书的 SHA-256，64 位十六进制"),
]
FondsNo = Annotated[
    str, Form(lambda fonds: not fonds or re.fullmatch(r"[A-Z0-9]{1,12}", fonds), "大写字母和数字，如 Z109")
]
OfficeRole = Annotated[Role, one_of(HELD)]
Kind = Annotated[str, one_of([name for c in Category for name in (c.value, c.label)])]
Inhabitants = Annotated[int, Form(lambda count: count >= 0, "人数，不小于 0")]
Yuan = Annotated[float, Form(lambda amount: amount >= 0, "金额（元），不小于 0")]
Minutes = Annotated[int, Form(lambda minutes: 0 <= minutes <= LONGEST_PIN, f"分钟，0 至 {LONGEST_PIN}")]
Day = Annotated[str, Form(_is_day, "日期，如 2025-10-09")]
Share = Annotated[float, Form(lambda share: 0 < share <= 1, "大于 0、不超过 1 的小数，如 0.8")]
InboxFolder = Annotated[str, FULL_PATH]
SIGNED_INK: Final = 0.012
"""A place with more ink than that has been written, pressed or sealed on: specks and shadows stay under it."""
Table = Annotated[str, one_of(("rule", "material", "step", "check", "power"))]
"""A table of a rule pack the office may lay its own rows over: ``[[override.rule]]`` …; ``power`` is what it was given."""
OwnRow = Annotated[
    Mapping[str, object],
    Form(_sourced, "写明出处的一行：source = { measure = …, article = …, sentence = … }"),
]
"""A row of a rule pack's table, or ``patch = true`` and some columns of one; the pack judges all but its source."""


@dataclass(frozen=True, slots=True)
class Office:
    """The office and the bodies its documents must name. ``code`` opens every case number and never changes."""

    name: str = ""
    code: OfficeCode = ""
    district: str = ""
    bureau: str = ""
    review_authority: str = ""
    court: str = ""
    verification_agency: str = ""
    agency_sign: str = ""
    address: str = ""
    phone: str = ""
    supervision_phone: str = ""
    certificate: CertificateDigest = ""
    signature_style: SignatureStyle = SignatureStyle.TOWN_WITH_CLAUSE


@dataclass(frozen=True, slots=True)
class StaffMember:
    """Somebody who acts in this office, with the roles held, or works for it; whoever has a post is on the roster.

    Attributes:
        village: where a helper of a village works.
        account: of the operating system, from which the person acts; the same for several where they share one.
        since: first day at the post, ``until`` the last; of all time when nothing is said.
    """

    name: Words
    roles: tuple[OfficeRole, ...] = ()
    title: str = ""
    post: Post = Post.OTHER
    employment: Employment = Employment.FULL_TIME
    village: str = ""
    phone: str = ""
    account: str = ""
    since: dt.date | None = None
    until: dt.date | None = None

    def serves(self, on: dt.date) -> bool:
        """Tell whether the person is at the post on a day."""
        return not (self.since and on < self.since) and not (self.until and on > self.until)


@dataclass(frozen=True, slots=True)
class Village:
    """A village or community of the town; ``station`` names its service station (社会救助服务站), where it has one."""

    name: Words
    station: str = ""


@dataclass(frozen=True, slots=True)
class ReportingOffice:
    """A town or sub-district that hands its files over to this bureau; ``code`` opens its case numbers.

    Attributes:
        certificate: SHA-256 of the certificate with which it signs what it hands over; empty where none is registered.
        took_over: codes of the offices whose files it took over after a reorganisation, and hands over since.
    """

    name: Words
    code: Annotated[str, Form(OFFICE_CODE.fullmatch, "2 至 8 个大写英文字母")]
    certificate: CertificateDigest = ""
    took_over: tuple[Annotated[str, Form(OFFICE_CODE.fullmatch, "2 至 8 个大写英文字母")], ...] = ()


@dataclass(frozen=True, slots=True)
class Establishment:
    """What the office has for this work (机构保障): the facts of 五有 and of the rules on staff.

    Attributes:
        population: inhabitants of the town, 0 when nobody wrote it down.
        agency: who takes applications and surveys (经办机构), ``department`` who examines (管理部门).
        funds: working funds (工作经费) of the year in yuan, 0 for none.
        premises: where people are received.
    """

    population: Inhabitants = 0
    agency: str = ""
    department: str = ""
    funds: Yuan = 0
    premises: str = ""


class ProvisionalDates(StrEnum):
    """What papers say of a last day that an announcement of holidays still to come may move."""

    MARK = "mark"
    """The day, with 暂算 behind it."""
    WITHHOLD = "withhold"
    """No day: it will be told once it is sure."""


class OtherAccount(StrEnum):
    """What becomes of an act in the name of somebody whose account is another one, without a PIN."""

    TELL = "tell"
    """It is done, and the event tells of it for ever."""
    REFUSE = "refuse"


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the machine, not of the law.

    Attributes:
        inbox: the folder that is watched, where it is not the one in the archive; see ``store.inbox_place``.
        settle_s: seconds without a change before a dropped file is taken that nobody writes and that has its end.
        settle_long_s: the same where it cannot be told whether somebody writes or whether it has its end.
        unfinished_s: seconds without a change before a file without its end is taken as damaged.
        rescan_s: seconds between two looks at the whole inbox; watcher events are only hints.
        watch: how to learn of changes in the inbox.
        readers: reading processes; 0 means one for each processor core.
        pdf: whether ``generate`` also makes a PDF when LibreOffice is there.
        signed_copy_text: share (0.0–1.0) of an issued document's text that must be on a scan taken for its signed copy.
        provisional_dates: what papers say of a day that the holidays not yet announced may move (暂算).
        signature_ink: share (0.0–1.0) of the place for a signature that must be inked.
        other_account: what becomes of an act in the name of somebody whose registered account is another one.
        pin_minutes: for so many minutes who gave the PIN is not asked again at the same terminal; 0 to be asked each time.
    """

    inbox: InboxFolder = ""
    settle_s: float = 2.0
    settle_long_s: float = 10.0
    unfinished_s: float = 600.0
    rescan_s: float = 30.0
    watch: WatchMode = WatchMode.AUTO
    readers: int = 0
    pdf: bool = False
    signed_copy_text: Share = 0.8
    signature_ink: Share = SIGNED_INK
    provisional_dates: ProvisionalDates = ProvisionalDates.MARK
    other_account: OtherAccount = OtherAccount.TELL
    pin_minutes: Minutes = 0


class Arrangement(StrEnum):
    """By what the office files: whole files as volumes, or single items (归档章 on each)."""

    VOLUME = "卷"
    ITEM = "件"


@dataclass(frozen=True, slots=True)
class ArchiveSettings:
    """What the office's archive is called and how it files.

    Attributes:
        fonds: 全宗号, such as ``Z109``; without one no number in the archive (档号) can be composed.
        department: 机构（问题） as the stamp has it, a few words; the department that examines where nothing is said.
        arrangement: by volume (卷) or by item (件).
    """

    fonds: FondsNo = ""
    department: str = ""
    arrangement: Arrangement = Arrangement.VOLUME


@dataclass(frozen=True, slots=True)
class Security:
    """Programs of the machine that are asked about the archive's files; see ``preservation.four_nature.local_tools``.

    Attributes:
        virus_scan: a command that scans ``{path}``, a folder: status 0 nothing found, 1 something found.
        virus_scan_name: what it is called, with its version.
        virus_data: a file of its data; the day it was changed is the day of the data.
        signature_check: a command that checks the electronic signatures in ``{path}``, a file: status 0 valid, 1 not.
    """

    virus_scan: tuple[Words, ...] = ()
    virus_scan_name: str = ""
    virus_data: str = ""
    signature_check: tuple[Words, ...] = ()


ClusterUrl = Annotated[str, NODE_ADDRESS]


@dataclass(frozen=True, slots=True)
class Cluster:
    """The bureau's search cluster, where there is one; the password stands in the environment alone.

    Attributes:
        urls: of its nodes.
        ca: file of the authority that signed their certificates; the system's own when empty.
        user: of the cluster.
    """

    urls: tuple[ClusterUrl, ...] = ()
    ca: str = ""
    user: str = ""


@dataclass(frozen=True, slots=True)
class Settings:
    """The tables of ``archivist.toml``; see ``Config`` for what is made of them."""

    kind: WorkspaceKind = WorkspaceKind.OFFICE
    office: Office = Office()
    pack: Words = "national"
    people: tuple[StaffMember, ...] = ()
    offices: tuple[ReportingOffice, ...] = ()
    establishment: Establishment = Establishment()
    villages: tuple[Village, ...] = ()
    options: Options = Options()
    archive: ArchiveSettings = ArchiveSettings()
    security: Security = Security()
    cluster: Cluster = Cluster()
    standards: Mapping[Kind, int | float | str] = field(default_factory=dict)
    override: Mapping[Table, tuple[OwnRow, ...]] = field(default_factory=dict)
    calendar: Mapping[Day, DayKind] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of ``archivist.toml``.

    Attributes:
        kind: of a bureau, ``office`` is the bureau itself.
        offices: of a bureau, those that hand their files over to it.
        standards: monthly assistance standards in yuan, by category.
        override: the office's own rows over those of its rule pack, by table; each with its source.
        calendar: the working days, with the office's corrections.
    """

    office: Office = Office()
    pack: str = "national"
    people: tuple[StaffMember, ...] = ()
    options: Options = Options()
    establishment: Establishment = Establishment()
    villages: tuple[Village, ...] = ()
    archive: ArchiveSettings = ArchiveSettings()
    security: Security = Security()
    standards: Mapping[str, str] = field(default_factory=dict)
    override: Mapping[str, Rows] = field(default_factory=dict)
    calendar: Calendar = NATIONAL
    kind: WorkspaceKind = WorkspaceKind.OFFICE
    offices: tuple[ReportingOffice, ...] = ()
    cluster: Cluster = Cluster()

    def at_posts(self, posts: Collection[Post], on: dt.date) -> tuple[StaffMember, ...]:
        """Return who is at some posts on a day, in the order of the settings."""
        return tuple(p for p in self.people if p.post in posts and p.serves(on))

    def person(self, name: str) -> StaffMember | None:
        """Return a person of the office by name."""
        return next((p for p in self.people if p.name == name), None)


def load(root: Path) -> Config:
    """Read the workspace's ``archivist.toml``; a text in which no fault was found before is not checked again.

    Raises:
        NotAWorkspace: E205, when there is none.
        SettingsError: E500, listing every fault at once.
    """
    text, _ = as_utf8(file_of(root).read_bytes())
    kept, mark = CheckedTables(root / "index" / "settings.json"), hashlib.sha256(text).hexdigest()
    if kept.get(FILE_NAME, mark):
        with suppress(
            TypeError, ValueError, KeyError, AttributeError
        ):  # checked by a program with other keys
            tables = parse_toml(text)
            return _config(build(Settings, tables), tables)
    found = parse(text)
    kept.put(FILE_NAME, mark, "checked")
    kept.save()
    return found


def parse(text: bytes | str) -> Config:
    """Read the text of an ``archivist.toml``.

    Raises:
        SettingsError: E500, listing every fault at once.
    """
    from archivist.declarations.reader import read

    try:
        tables = parse_toml(text)
    except MalformedData as error:
        raise SettingsError(f"TOML 写法有误：{error}", file=FILE_NAME) from None
    faults: list[str] = []
    settings = read(Settings, tables, "", faults)
    if settings is None:
        raise SettingsError("设置有误", file=FILE_NAME, problems=faults)
    return _config(settings, tables)


def _config(settings: Settings, tables: Mapping[str, Any]) -> Config:
    corrections = {
        dt.date.fromisoformat(day): kind is DayKind.WORK for day, kind in settings.calendar.items()
    }
    return Config(
        settings.office,
        settings.pack,
        settings.people,
        settings.options,
        settings.establishment,
        settings.villages,
        settings.archive,
        settings.security,
        {category: str(amount) for category, amount in settings.standards.items()},
        tables.get("override", {}),
        Calendar(MappingProxyType(corrections)) if corrections else NATIONAL,
        settings.kind,
        settings.offices,
        settings.cluster,
    )
