"""What becomes of files, as registers that name nobody: what is kept until when, what is held, what was handed over, what was destroyed.

Holds stand in the files and in the ledger, destroyed files in the ledger alone.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.model.case import CaseStatus
from archivist.model.chinese import format_date, short_date
from archivist.model.custody import Handover
from archivist.model.holds import Hold
from archivist.model.ids import CaseNo
from archivist.model.tombstone import Tombstone
from archivist.report.register import ROWS, Register, RegisterRequest, Row, blanks
from archivist.report.registers.registry import register
from archivist.rules.disposition import arrangement, holds
from archivist.rules.disposition.retention import RetentionStatus, retention, words

NOTHING = "无"
KEPT_OF_IT = "户号、事件摘要、件数、页数、字节数、保管期限和依据、经办人员；没有居民的姓名、证号、住址"


@register(DocumentId.CUSTODY_REGISTER, period="on")
def custody_register(asked: RegisterRequest) -> Register:
    """Every file that is closed, or should have been, with how long it is kept, by what, and what holds it.

    Source: 档案法实施条例第二十四条「应当定期对本单位保管的保管期限届满的档案进行鉴定」.
    """
    on = asked.period.last
    rows: list[Row] = []
    for house in asked.houses:
        case = house.case
        period = retention(case, asked.pack, on)
        if case.status is not CaseStatus.DEREGISTERED and period.status is not RetentionStatus.UNCLOSED:
            continue
        standing = holds.holds(case, on, asked.groups)
        rows.append(
            {
                "case": str(case.number),
                "file_no": arrangement.archive_no(case),
                "category": case.category.label,
                "deregistered_on": case.deregistered_on,
                "item_count": len(arrangement.items(case)),
                "pages": arrangement.pages(case),
                "period": words(period.rule),
                "expires": short_date(period.expires) if period.expires else "永久" if period.starts else "",
                "status": period.status.label,
                "held": "；".join(f"{h.id} {h.cause}" for h in standing),
                "_order": (period.expires or dt.date.max, case.number),
            }
        )
    rows.sort(key=lambda row: row["_order"])
    found = Register({ROWS: rows})
    found.values |= {
        FieldPath.REGISTER_COUNT: len(rows),
        FieldPath.REGISTER_LISTED: sum(r["status"] == RetentionStatus.RUNNING.label for r in rows),
        FieldPath.REGISTER_DUE: sum(
            r["status"] == RetentionStatus.EXPIRED.label and not r["held"] for r in rows
        ),
        FieldPath.REGISTER_OPEN: sum(bool(r["held"]) for r in rows),
    }
    if missing := blanks(rows, "pages"):
        found.notes.append(f"页数空白的{missing}卷有未清点的件。")
    return found


@register(DocumentId.HOLD_REGISTER, period="on")
def hold_register(asked: RegisterRequest) -> Register:
    """Every hold that was registered until the day, of files and of groups, with its release.

    Source: 档案法第二十一条「禁止擅自销毁档案」.
    """
    on = asked.period.last
    rows = [row for hold, scope in _all_holds(asked) if (row := _hold_row(hold, scope, on))]
    rows.sort(key=lambda row: (row["released_on"] is not None, row["start"], row["scope"], row["hold"]))
    found = Register({ROWS: rows})
    gone = sum(row["released_on"] is not None for row in rows)
    found.values |= {FieldPath.REGISTER_OPEN: len(rows) - gone, FieldPath.REGISTER_GONE: gone}
    return found


def _all_holds(asked: RegisterRequest) -> Iterator[tuple[Hold, str]]:
    for group in asked.groups:
        yield group.hold, f"成批：{group.cases.words}"
    for house in asked.houses:
        for hold in house.case.holds:
            part = f"（第{'、'.join(hold.scope)}件）" if hold.scope else ""
            yield hold, f"{house.case.number}{part}"


def _hold_row(hold: Hold, scope: str, on: dt.date) -> Row | None:
    if hold.placed_at and dt.date.fromisoformat(hold.placed_at[:10]) > on:
        return None
    gone = hold.release if hold.release and hold.release.on <= on else None
    return {
        "hold": hold.id,
        "scope": scope,
        "cause": hold.cause,
        "start": hold.start,
        "source": " ".join(filter(None, (hold.authority, hold.doc_no))),
        "until": hold.until,
        "review_on": None if gone else hold.review_on,
        "released_on": gone.on if gone else None,
        "release": f"{gone.basis}（{'、'.join(gone.by)}）"
        if gone and gone.by
        else gone.basis
        if gone
        else "",
    }


@register(DocumentId.ELECTRONIC_DESTRUCTION_LOG, period="year")
def electronic_destruction_log(asked: RegisterRequest) -> Register:
    """The files that were destroyed in the period, as their tombstones say it: none of them names anybody.

    Source: 档案法实施条例第三十九条「准确记录、可追溯」.
    """
    stones = [stone for stone in asked.destroyed if _destroyed_on(stone) in asked.period]
    rows = [_destroyed_row(n, stone) for n, stone in enumerate(stones, 1)]
    found = Register({FieldPath.ERASED_ROWS: rows})
    found.values |= {
        FieldPath.ERASED_FILES: sum(stone.files for stone in stones),
        FieldPath.ERASED_BYTES: sum(stone.bytes for stone in stones),
    }
    if stones:
        batches = "、".join(dict.fromkeys(stone.disposal for stone in stones))
        found.values |= {FieldPath.DESTRUCTION_REGISTER: batches, FieldPath.ERASED_KEPT: KEPT_OF_IT}
        found.notes.append(
            "文件数含事件文件。SHA-256 为该卷 tagmanifest-sha256.txt 的摘要，用于核对以前的移交清单和回执。"
        )
    else:
        found.nil = {FieldPath.DESTRUCTION_REGISTER: NOTHING, FieldPath.ERASED_KEPT: NOTHING}
        found.hint = "总账中这一期间没有销毁记录。"
    return found


@register(DocumentId.HANDOVER_REGISTER, period="on")
def handover_register(asked: RegisterRequest) -> Register:
    """Every file that was handed over to another office until the day, whether it was received, and whether the copy here is gone.

    Source: 档案法实施条例第三十九条「准确记录、可追溯」.
    """
    on = asked.period.last
    gone = {stone.case for stone in asked.destroyed if _destroyed_on(stone) <= on}
    rows = [
        _handover_row(number, handover, on, gone=number in gone)
        for number, handover in sorted(asked.handovers.items())
        if handover.day <= on
    ]
    found = Register({ROWS: rows})
    states = [row["status"] for row in rows]
    found.values |= {
        FieldPath.REGISTER_COUNT: len(rows),
        FieldPath.REGISTER_OPEN: states.count(_WAITING),
        FieldPath.REGISTER_LISTED: states.count(_RECEIVED),
        FieldPath.REGISTER_GONE: states.count(_CLEARED),
    }
    if rows:
        found.notes.append("收回的移交不列，见总账；接收日期以对方的回执为准。")
    return found


_WAITING, _RECEIVED, _CLEARED = "等接收回执", "已接收", "已清除留存"


def _handover_row(number: CaseNo, handover: Handover, on: dt.date, *, gone: bool) -> Row:
    day = dt.date.fromisoformat(handover.received_at[:10]) if handover.received_at else dt.date.max
    received = day <= on
    return {
        "case": str(number),
        "category": number.category.label,
        "package": handover.package,
        "to": handover.to,
        "on": handover.day,
        "received_on": day if received else None,
        "receiver": handover.receiver if received else "",
        "status": _CLEARED if gone else _RECEIVED if received else _WAITING,
    }


def _destroyed_on(stone: Tombstone) -> dt.date:
    return dt.date.fromisoformat(stone.destroyed_at[:10]) if stone.destroyed_at else dt.date.max


def _destroyed_row(n: int, stone: Tombstone) -> Row:
    copies = "；".join(stone.copies)
    return {
        "n": n,
        "case": str(stone.case),
        "path": f"全卷，{stone.files}个文件",
        "bytes": stone.bytes,
        "sha256": stone.tagmanifest,
        "location": f"本机；{copies}" if copies else "本机",
        "method": "删除",
        "erased_at": format_date(_destroyed_on(stone)),
        "result": "总账已记",
    }
