"""Which cases a register is about, and which days: ``--month 2024-08``, ``--where 'village=样例里社区 status=open'``."""

from __future__ import annotations

import calendar
import datetime as dt
import re
import shlex
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from archivist.errors import InvalidValue, UsageError
from archivist.model.case import Case, CaseStatus
from archivist.model.chinese import clean_text, format_date
from archivist.model.fact_paths import FactPath
from archivist.model.ids import CaseNo, Category, narrow, parse_category
from archivist.model.states import State
from archivist.model.values import parse_value


# ── which days ───────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True, slots=True)
class Period:
    """The days a register is about, both ends included; civil dates, Asia/Shanghai.

    Attributes:
        label: as documents write it, ``2024年8月``.
        slug: as file names write it, ``2024-08``.
    """

    first: dt.date
    last: dt.date
    label: str
    slug: str

    def __contains__(self, day: object) -> bool:
        return isinstance(day, dt.date) and self.first <= day <= self.last

    @property
    def month(self) -> str:
        """The month of its last day, ``YYYY-MM``."""
        return f"{self.last:%Y-%m}"

    @property
    def eve(self) -> dt.date:
        """The day before it begins."""
        return self.first - dt.timedelta(days=1)

    @classmethod
    def of_month(cls, text: str) -> Period:
        """Read a month, ``2024-08`` or ``2024年8月``.

        Raises:
            InvalidValue: E002.
        """
        month = str(parse_value("ym", text))
        if month == "None":
            raise InvalidValue("没有写哪一个月（应如 2024-08）")
        year, number = int(month[:4]), int(month[5:])
        return cls(_first(year, number), _last(year, number), f"{year}年{number}月", month)

    @classmethod
    def of_quarter(cls, text: str) -> Period:
        """Read a quarter, ``2024Q3`` or ``2024年第3季度``.

        Raises:
            InvalidValue: E002.
        """
        match = re.fullmatch(
            r"(\d{4})\s*(?:-?\s*[Qq]|年第?)\s*([1-4一二三四])\s*(?:季度?)?", narrow(text).strip()
        )
        if not match:
            raise InvalidValue(f"“{text}”不是季度（应如 2024Q3）")
        year, number = int(match[1]), "一二三四".find(match[2]) + 1 or int(match[2])
        return cls(
            _first(year, 3 * number - 2),
            _last(year, 3 * number),
            f"{year}年第{number}季度",
            f"{year}Q{number}",
        )

    @classmethod
    def of_year(cls, text: str) -> Period:
        """Read a year, ``2024``.

        Raises:
            InvalidValue: E002.
        """
        match = re.fullmatch(r"((?:19|20)\d{2})\s*年?(?:度)?", narrow(text).strip())
        if not match:
            raise InvalidValue(f"“{text}”不是年度（应如 2024）")
        year = int(match[1])
        return cls(dt.date(year, 1, 1), dt.date(year, 12, 31), f"{year}年", str(year))

    @classmethod
    def of_days(cls, first: dt.date, last: dt.date) -> Period:
        """Return the days from one to another.

        Raises:
            InvalidValue: E002, when they are the wrong way round.
        """
        if first > last:
            raise InvalidValue(f"起始日期 {first} 在截止日期 {last} 之后")
        return cls(first, last, f"{format_date(first)}至{format_date(last)}", f"{first}至{last}")

    @classmethod
    def of_day(cls, day: dt.date) -> Period:
        """Return all days down to one: a register as it stands on a day."""
        return cls(dt.date.min + dt.timedelta(days=1), day, f"截至{format_date(day)}", day.isoformat())

    @classmethod
    def around(cls, kind: str, day: dt.date) -> Period:
        """Return the period of a kind (``month``, ``quarter``, ``year``, ``on``) that a day lies in."""
        match kind:
            case "quarter":
                return cls.of_quarter(f"{day.year}Q{(day.month + 2) // 3}")
            case "year":
                return cls.of_year(str(day.year))
            case "on":
                return cls.of_day(day)
        return cls.of_month(f"{day:%Y-%m}")


def _first(year: int, month: int) -> dt.date:
    return dt.date(year, month, 1)


def _last(year: int, month: int) -> dt.date:
    return dt.date(year, month, calendar.monthrange(year, month)[1])


def months(first: str, last: str) -> list[str]:
    """Return the months from one to another, both included, as ``YYYY-MM``; none when they are the wrong way round."""
    begin, end = (int(m[:4]) * 12 + int(m[5:]) - 1 for m in (first, last))
    return [f"{n // 12:04d}-{n % 12 + 1:02d}" for n in range(begin, end + 1)]


# ── which cases ──────────────────────────────────────────────────────────────────────────────────────────
Test = Callable[[Case], bool]


@dataclass(frozen=True, slots=True)
class Query:
    """Which cases are wanted: all, or those that pass every test.

    Attributes:
        categories: wanted; empty means all.
        tests: each must hold.
        words: as it was written, for headings.
        named: the case numbers asked for one by one.
    """

    categories: frozenset[Category] = frozenset()
    tests: tuple[Test, ...] = ()
    words: str = ""
    named: tuple[str, ...] = ()

    @classmethod
    def parse(cls, where: str = "", category: str = "") -> Query:
        """Read ``键=值`` words; several values joined by commas mean any of them.

        Raises:
            UsageError: E001, naming what cannot be understood and what may be asked.
            InvalidValue: E002, when what stands for a case number is none.
        """
        try:
            words = shlex.split(clean_text(where))
        except ValueError:
            raise UsageError("--where 的引号没有成对") from None
        if category:
            words.append(f"category={category}")
        categories: set[Category] = set()
        tests: list[Test] = []
        named: list[str] = []
        for word in words:
            key, equals, value = word.partition("=")
            name = _NAMES.get(key.strip())
            wanted = [v.strip() for v in re.split("[,，、]", value) if v.strip()]
            if not equals or name is None or not wanted:
                raise UsageError(
                    f"--where 看不懂“{word}”；写成 键=值，可用的键：{'、'.join(f'{k}（{v[0]}）' for k, v in _KEYS.items())}"
                )
            if name == "category":
                found = {parse_category(v) for v in wanted}
                categories = categories & found if categories else found
                if not categories:
                    raise UsageError("--where 与 --category 写的救助类别没有共同的")
            else:
                if name == "number":
                    wanted = [str(CaseNo.parse(w)) for w in wanted]
                    named += wanted
                tests.append(_TESTS[name](wanted))
        return cls(frozenset(categories), tuple(tests), " ".join(words), tuple(named))

    def wants(self, category: Category) -> bool:
        """Tell whether cases of a category may be among the wanted ones."""
        return not self.categories or category in self.categories

    def holds(self, case: Case) -> bool:
        """Tell whether a case is wanted."""
        return self.wants(case.category) and all(test(case) for test in self.tests)


def _status(wanted: list[str]) -> Test:
    names = {n: s for s in CaseStatus for n in (s.value, s.label)}
    if unknown := [w for w in wanted if w not in names]:
        raise UsageError(f"status 没有“{'、'.join(unknown)}”；可用：{'、'.join(names)}")
    found = {names[w] for w in wanted}
    return lambda case: case.status in found


def _state(wanted: list[str]) -> Test:
    names = {n: s for s in State for n in (s.value, s.label)}
    if unknown := [w for w in wanted if w not in names]:
        raise UsageError(
            f"state 没有“{'、'.join(unknown)}”；可用：{'、'.join(dict.fromkeys(s.label for s in State))}"
        )
    found = {names[w] for w in wanted}
    return lambda case: case.state in found


def _fact(path: str) -> Callable[[list[str]], Test]:
    return lambda wanted: lambda case: str(case.fact(path) or "") in wanted


_TESTS: Final[Mapping[str, Callable[[list[str]], Test]]] = {
    "village": _fact(FactPath.APPLICANT_VILLAGE),
    "hukou": _fact(FactPath.APPLICANT_HUKOU),
    "status": _status,
    "state": _state,
    "year": lambda wanted: lambda case: str(case.number.year) in wanted,
    "number": lambda wanted: lambda case: str(case.number) in wanted,
    "office": lambda wanted: lambda case: case.number.office in [w.upper() for w in wanted],
}
_KEYS: Final[Mapping[str, tuple[str, ...]]] = {
    "category": ("救助类别", "类别"),
    "village": ("村社区", "村（社区）", "村", "社区"),
    "status": ("户档状态",),
    "state": ("办理状态", "状态"),
    "hukou": ("户籍性质",),
    "year": ("立户年份", "年份"),
    "number": ("户号",),
    "office": ("单位代码", "单位"),
}
_NAMES: Final = {n: key for key, names in _KEYS.items() for n in (key, *names)}
