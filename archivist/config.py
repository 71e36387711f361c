"""``archivist.toml``: the office, its bureau, its rule pack, its people, its options. Everything has a default.

The file is small and written for a person; ``init`` writes it with comments. Unknown keys are refused, because a
misspelt setting that is silently ignored is a wrong setting.
"""

from __future__ import annotations

import datetime as dt
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final, TypeVar

from archivist.errors import NotAWorkspace, SettingsError
from archivist.model.ids import OFFICE_CODE
from archivist.rules.work_calendar import NATIONAL, Calendar

FILE_NAME: Final = "archivist.toml"

T = TypeVar("T")

ROLES: Final[Mapping[str, str]] = {
    "intake": "经办（受理、调查、初审）",
    "reviewer": "管理部门（复审）",
    "approver": "分管领导（决定）",
    "archivist": "档案管理",
    "panel": "议事协商机构成员",
    "appraiser": "鉴定小组成员",
    "witness": "监销人",
}
OVERRIDES: Final = ("rule", "material", "step", "check")
"""Tables of a rule pack the office may lay its own rows over: ``[[override.rule]]`` …"""
OPEN: Final[Mapping[str, bool]] = {"班": True, "休": False}
SIGNATURE_STYLES: Final = ("town_with_delegation_clause", "town_only", "bureau_name")


@dataclass(frozen=True, slots=True)
class Office:
    """The office and the bodies its documents must name. ``code`` opens every case number and never changes."""

    name: str = ""
    code: str = ""
    district: str = ""
    bureau: str = ""
    review_authority: str = ""
    court: str = ""
    verification_agency: str = ""
    agency_sign: str = ""
    address: str = ""
    phone: str = ""
    supervision_phone: str = ""
    signature_style: str = "town_with_delegation_clause"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody who acts in this office, with the roles held."""

    name: str
    roles: tuple[str, ...] = ()
    title: str = ""


@dataclass(frozen=True, slots=True)
class Options:
    """Settings of the machine, not of the law.

    Attributes:
        settle_s: seconds without a change before a dropped file is taken.
        rescan_s: seconds between two looks at the whole inbox; watcher events are only hints.
        readers: reading processes; 0 means one for each processor core.
        pdf: whether ``generate`` also makes a PDF when LibreOffice is there.
    """

    settle_s: float = 2.0
    rescan_s: float = 30.0
    readers: int = 0
    pdf: bool = False


@dataclass(frozen=True, slots=True)
class Config:
    """The whole of ``archivist.toml``.

    Attributes:
        standards: monthly assistance standards in yuan, by category.
        override: the office's own rows over those of its rule pack, by table; each with its source.
        calendar: the working days, with the office's corrections.
    """

    office: Office = Office()
    pack: str = "national"
    people: tuple[Person, ...] = ()
    options: Options = Options()
    standards: Mapping[str, str] = field(default_factory=dict)
    override: Mapping[str, Sequence[Mapping[str, Any]]] = field(default_factory=dict)
    calendar: Calendar = NATIONAL

    def person(self, name: str) -> Person | None:
        """Return a person of the office by name."""
        return next((p for p in self.people if p.name == name), None)


def file_of(root: Path) -> Path:
    """Return the path of a workspace's settings, which make a folder one.

    Raises:
        NotAWorkspace: E205, when there is none.
    """
    path = root / FILE_NAME
    if not path.is_file():
        raise NotAWorkspace(f"{root} 中没有 {FILE_NAME}")
    return path


def load(root: Path) -> Config:
    """Read the workspace's ``archivist.toml``.

    Raises:
        NotAWorkspace: E205, when there is none.
        SettingsError: E500, listing every fault at once.
    """
    return parse(file_of(root).read_text(encoding="utf-8-sig"))


def parse(text: str) -> Config:
    """Read the text of an ``archivist.toml``."""
    try:
        raw = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise SettingsError(f"TOML 写法有误：{error}", file=FILE_NAME) from None
    problems: list[str] = []
    known = {f.name for f in fields(Config)}
    problems += [f"没有“{k}”这一项设置" for k in raw if k not in known]
    office = _section(Office, raw.get("office", {}), "office", problems)
    options = _section(Options, raw.get("options", {}), "options", problems)
    people = tuple(_person(p, problems) for p in raw.get("people", ()))
    override = _override(raw.get("override", {}), problems)
    calendar = _calendar(raw.get("calendar", {}), problems)
    if office.code and not OFFICE_CODE.fullmatch(office.code):
        problems.append(f"office.code “{office.code}”应为 2 至 8 个大写英文字母")
    if office.signature_style not in SIGNATURE_STYLES:
        problems.append(f"office.signature_style 只能是 {'、'.join(SIGNATURE_STYLES)}")
    if problems:
        raise SettingsError("设置有误", file=FILE_NAME, problems=problems)
    return Config(
        office,
        str(raw.get("pack", "national")),
        people,
        options,
        {k: str(v) for k, v in raw.get("standards", {}).items()},
        override,
        calendar,
    )


def _section(kind: type[T], raw: Any, name: str, problems: list[str]) -> T:
    known = {f.name: f.type for f in fields(kind)}  # type: ignore[arg-type]
    values: dict[str, Any] = {}
    for key, value in dict(raw).items():
        if key not in known:
            problems.append(f"{name} 没有“{key}”这一项设置")
            continue
        wanted: Any = {"str": str, "float": (int, float), "int": int, "bool": bool}[str(known[key])]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            problems.append(f"{name}.{key} 的值“{value}”类型不对")
            continue
        values[key] = value
    return kind(**values)


def _person(raw: Any, problems: list[str]) -> Person:
    roles = tuple(raw.get("roles", ()))
    problems += [f"people 中的岗位“{r}”不存在；可用：{'、'.join(ROLES)}" for r in roles if r not in ROLES]
    if not raw.get("name"):
        problems.append("people 中有一人没有姓名")
    return Person(str(raw.get("name", "")), roles, str(raw.get("title", "")))


def _override(raw: Any, problems: list[str]) -> dict[str, list[dict[str, Any]]]:
    """Read the office's own rows. What is in them is for the rule pack to judge; that each has a source is not."""
    found: dict[str, list[dict[str, Any]]] = {}
    for table, rows in raw.items() if isinstance(raw, dict) else [("", raw)]:
        if table not in OVERRIDES:
            problems.append(f"override 没有“{table}”这一种；可用：{'、'.join(OVERRIDES)}")
            continue
        if not isinstance(rows, list) or not all(isinstance(r, dict) for r in rows):
            problems.append(f"override.{table} 应写成 [[override.{table}]]，一行一段")
            continue
        found[table] = rows
        for row in rows:
            name = row.get("id", row.get("document", "?"))
            source = row.get("source")
            if not isinstance(source, dict) or not source.get("measure") or not source.get("sentence"):
                problems.append(f"override.{table} {name}：没有写明出处（source.measure、source.sentence）")
    return found


def _calendar(raw: Any, problems: list[str]) -> Calendar:
    """Read the corrections of the working days: ``"2025-10-09" = "班"``."""
    if not isinstance(raw, dict):
        problems.append('calendar 应写成 [calendar]，一行一日，如 "2025-10-09" = "班"')
        return NATIONAL
    corrections: dict[dt.date, bool] = {}
    for key, word in raw.items():
        try:
            day = dt.date.fromisoformat(key)
        except ValueError:
            problems.append(f"calendar 中的“{key}”不是日期，应写成 2025-10-09 的样子")
            continue
        if word not in OPEN:
            problems.append(f"calendar 中 {key} 的“{word}”应为“班”或“休”")
            continue
        corrections[day] = OPEN[word]
    return Calendar(MappingProxyType(corrections)) if corrections else NATIONAL
