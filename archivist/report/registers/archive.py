"""The rows of the archive's own registers: what is handed over, what has run out, what is appraised and destroyed.

A volume is what ``rules.disposition.arrangement`` says it is; how long it is kept says ``rules.disposition.retention``, what forbids its destruction
``rules.disposition.holds``. A date never destroys: what is to be destroyed the appraisal decided, and the clerk names it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from enum import StrEnum
from typing import Final

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import ArchivistError, UsageError
from archivist.model.record import RecordStatus
from archivist.report.case_history import HouseholdHistory
from archivist.report.register import Register, RegisterRequest, Row, blanks, count, who
from archivist.report.registers.registry import register
from archivist.rules.disposition import arrangement, holds
from archivist.rules.disposition.retention import Retention, RetentionStatus, retention, words


def _volume(house: HouseholdHistory) -> Row:
    """Return what every list says of a volume; pages are blank while one of its papers was not counted."""
    case = house.case
    entries = [entry for _, entry in arrangement.files(case)]
    return who(house) | {
        "case": str(case.number),
        "file_no": arrangement.archive_no(case),
        "title": arrangement.title(case),
        "item_count": len(arrangement.items(case)),
        "pages": arrangement.pages(case),
        "files": len(entries),
        "bytes": sum(entry.size for entry in entries),
    }


def _summed(path: str, rows: Sequence[Row], *sums: str) -> Register:
    """Return a register of volumes by category and number, sums under its columns; volumes without pages are said."""
    prefix = path.removesuffix("rows")
    rows = sorted(rows, key=lambda r: (r["_order"], r["case"]))
    found = Register({path: rows}, {path: {key: prefix + key for key in sums}})
    found.values[f"{prefix}volumes"] = len(rows)
    found.values |= {prefix + key: count(rows, key) for key in sums}
    if missing := blanks(rows, "pages") if "pages" in sums else 0:
        found.notes.append(f"页数空白的{missing}卷有未清点的件，没有计入合计。")
    return found


# ── handing over ─────────────────────────────────────────────────────────────────────────────────────────
def _closed(house: HouseholdHistory, asked: RegisterRequest) -> bool:
    left = house.case.deregistered_on
    return left is not None and left in asked.period


def _expired(house: HouseholdHistory, asked: RegisterRequest) -> bool:
    return retention(house.case, asked.pack, asked.period.last).expired


class Transfer(StrEnum):
    """Why files are handed over."""

    TO_ARCHIVES_ROOM = "经办移交档案室"
    MONTHLY = "按月报区"
    QUARTERLY = "季度报区"
    TO_ARCHIVES = "进馆"
    REORGANISED = "机构变动"


_TO_THE_BUREAU: Final = (Transfer.MONTHLY, Transfer.QUARTERLY)
TRANSFERS: Final[Mapping[str, Callable[[HouseholdHistory, RegisterRequest], bool]]] = {
    Transfer.TO_ARCHIVES_ROOM: _closed,
    Transfer.MONTHLY: lambda house, asked: house.entered(asked.period),
    Transfer.QUARTERLY: lambda house, asked: house.entered(asked.period),
    Transfer.TO_ARCHIVES: _expired,
    Transfer.REORGANISED: lambda _house, _asked: True,
}
"""Why files are handed over → which: those closed in the period; those newly granted in it; of those whose retention
has run out the sample that is named; all."""


@register(DocumentId.ARCHIVE_TRANSFER_LIST, period="year")
def archive_transfer_list(asked: RegisterRequest) -> Register:
    """The volumes that change hands, each with the digest of its tag manifest, by which the receiver knows it again.

    Source: 低保档案管理「地方综合档案馆可将适当比例的档案抽样接收进馆」; quarterly 「新增救助对象档案电子版」.

    Raises:
        UsageError: E001, when nobody told why they are handed over.
    """
    kind = asked.told.get(FieldPath.TRANSFER_KIND, "")
    if kind not in TRANSFERS:
        raise UsageError(
            "没有写明移交类型，不知道移交哪些户档" if not kind else f"没有“{kind}”这种移交类型",
            remedy=f"加上 --set 移交类型=…，可写：{'、'.join(TRANSFERS)}。",
        )
    rows: list[Row] = []
    missed: list[str] = []
    for house in asked.houses:
        try:
            if TRANSFERS[kind](house, asked):
                rows.append(_volume(house) | _handed(house, asked, kind))
        except ArchivistError as error:
            missed.append(str(error))
    found = _summed(FieldPath.TRANSFER_ROWS, rows, "item_count", "pages", "bytes")
    _say_missed(found, missed)
    if FieldPath.TRANSFER_FROM not in asked.told and asked.office.name:
        found.values[FieldPath.TRANSFER_FROM] = asked.office.name
    if FieldPath.TRANSFER_TO not in asked.told and kind in _TO_THE_BUREAU and asked.office.bureau:
        found.values[FieldPath.TRANSFER_TO] = asked.office.bureau
    return found


def _handed(house: HouseholdHistory, asked: RegisterRequest, kind: str) -> Row:
    waiting = sum(
        item.kept.status is RecordStatus.PENDING and not item.made.voided
        for item in arrangement.items(house.case)
    )
    # Whether there is paper in the box only those who hand it over can see.
    paper = "" if kind in _TO_THE_BUREAU else "□纸质"
    return {
        "medium": " ".join(filter(None, (paper, "☑电子"))),
        "sha256": asked.sealed(house.case.number),
        "note": f"{waiting}件待签" if waiting else "",
    }


def _say_missed(found: Register, missed: Sequence[str]) -> None:
    """Name the volumes that could not be listed, on paper and to the clerk."""
    if missed:
        found.notes.append(f"未检{len(missed)}卷，没有列入：{'、'.join(m.split('：')[0] for m in missed)}。")
        found.doubts += missed


# ── what has run out ─────────────────────────────────────────────────────────────────────────────────────
def _retained(asked: RegisterRequest) -> Iterator[tuple[HouseholdHistory, Retention]]:
    """Yield the volumes whose retention has run out on the day asked for."""
    for house in asked.houses:
        period = retention(house.case, asked.pack, asked.period.last)
        if period.expired:
            yield house, period


@register(DocumentId.EXPIRY_LIST, period="on")
def expiry_list(asked: RegisterRequest) -> Register:
    """Every volume whose retention has run out, with what forbids its destruction; for appraisal only.

    Source: 档案法实施条例第二十四条「应当定期对本单位保管的保管期限届满的档案进行鉴定」.
    """
    rows = []
    for house, period in _retained(asked):
        standing = holds.holds(house.case, asked.period.last, asked.groups)
        pending = (*(h.words for h in standing), *holds.before_destruction(house.case))
        rows.append(
            _volume(house)
            | {
                "deregistered_on": house.case.deregistered_on,
                "period": words(period.rule),
                "expires": period.expires,
                "held": bool(standing),
                "pending": "；".join(pending),
                "advice": "暂缓鉴定" if standing else "先核实未了事项" if pending else "提交鉴定",
            }
        )
    found = _summed(FieldPath.EXPIRY_ROWS, rows)
    found.values |= {
        FieldPath.EXPIRY_ON: asked.period.last,
        FieldPath.EXPIRY_HELD: sum(r["held"] for r in rows),
    }
    return found


@register(DocumentId.DISPOSAL_APPRAISAL_OPINION, period="on")
def disposal_appraisal_opinion(asked: RegisterRequest) -> Register:
    """The volumes to be appraised: run out and not held. Value, opinion and new period are the appraisers' to write."""
    rows, held = [], 0
    for house, period in _retained(asked):
        if holds.holds(house.case, asked.period.last, asked.groups):
            held += 1
            continue
        pending = holds.before_destruction(house.case)
        disputed = [p for p in pending if p.startswith(holds.DISPUTES)]
        rows.append(
            _volume(house)
            | {
                "expires": period.expires,
                "pending": "；".join(p for p in pending if p not in disputed),
                "dispute": "；".join(disputed),
            }
        )
    found = _summed(FieldPath.APPRAISAL_ROWS, rows)
    if held:
        found.notes.append(f"另有{held}卷保管期满但被冻结，了结前不进入鉴定，没有列入。")
    return found


# ── what is destroyed ────────────────────────────────────────────────────────────────────────────────────
def _unexpired(period: Retention) -> str:
    match period.status:
        case RetentionStatus.RUNNING:
            return f"保管至{period.expires}，期限未满" if period.expires else "永久保管"
        case RetentionStatus.OPEN:
            return "没有注销，保管期限没有开始"
        case RetentionStatus.UNCLOSED:
            return "期满而没有注销，先办注销"
        case _:
            return "注销日不明，先查明"


@register(
    DocumentId.DESTRUCTION_REGISTER,
    DocumentId.DESTRUCTION_APPROVAL,
    DocumentId.DESTRUCTION_SUPERVISION_RECORD,
    period="on",
    named=True,
)
def destruction_register(asked: RegisterRequest) -> Register:
    """The volumes that an appraisal decided to destroy, as the clerk names them; none before its date, none held.

    The list is kept for ever, so that it names nobody: a volume is called by its number.

    Source: 档案法第二十一条「禁止擅自销毁档案」.
    """
    on = asked.period.last
    rows, doubts = [], []
    for house in asked.houses if asked.named else ():
        period = retention(house.case, asked.pack, on)
        reasons = [f"{h.words}，不得销毁" for h in holds.holds(house.case, on, asked.groups)]
        if period.starts is None or not period.expired:
            reasons.append(_unexpired(period))
        if period.starts is None or reasons:
            doubts += [f"{house.case.number}：{reason}，没有列入" for reason in reasons]
            continue
        doubts += [f"{house.case.number}：{p}" for p in holds.before_destruction(house.case)]
        left = house.case.deregistered_on or period.starts
        rows.append(
            _volume(house)
            | {
                "title": str(house.case.number),
                "year": str(left.year),
                "due": words(period.rule),
                "kept": elapsed(left, on),
                "_opened": house.case.opened_on.year,
                "_left": left.year,
            }
        )
    found = _summed(FieldPath.DESTRUCTION_ROWS, rows, "pages", "files", "bytes")
    there = {str(house.case.number) for house in asked.houses}
    doubts += [f"{name}：没有读到这个户档，没有列入" for name in asked.named if name not in there]
    found.doubts += doubts
    if rows:
        first, last = min(r["_opened"] for r in rows), max(r["_left"] for r in rows)
        found.values[FieldPath.DESTRUCTION_YEARS] = f"{first}—{last}年" if first != last else f"{first}年"
    if not asked.named:
        found.hint = "销毁哪些户档由鉴定决定：请用 --where 'number=户号,户号' 写明鉴定意见为销毁的户档。"
    return found


def elapsed(first: dt.date, last: dt.date) -> str:
    """Return how long ago a day was, in full years and months: ``5年2个月``."""
    months = 12 * (last.year - first.year) + last.month - first.month - (last.day < first.day)
    told = [f"{months // 12}年" if months >= 12 else "", f"{months % 12}个月" if months % 12 else ""]
    return "".join(told) or "不足1个月"
