"""How papers, time limits and checks stand: the words that rules, procedure and faces share."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Final


class PaperStatus(StrEnum):
    """How a document stands that a step brings forth."""

    FILED = "filed"
    PENDING = "pending_signature"
    ISSUABLE = "issuable"
    AWAITED = "awaited"
    REGISTER = "register"
    UNKNOWN = "unknown"

    @property
    def label(self) -> str:
        """The status in Chinese."""
        return {
            "filed": "已在卷内",
            "pending_signature": "待签",
            "issuable": "可制发",
            "awaited": "待归档",
            "register": "按户汇成清册，不入户档",
            "unknown": "尚未收入文书目录",
        }[self.value]


class LimitStatus(StrEnum):
    """How a limit stands to the day it is asked, the most urgent first."""

    OVERDUE = "overdue"
    TODAY = "today"
    COMING = "coming"
    WINDOW = "window"
    WAITING = "waiting"

    @property
    def label(self) -> str:
        """The status in Chinese."""
        return _LIMITS[self]


_LIMITS: Final = {
    LimitStatus.OVERDUE: "逾期",
    LimitStatus.TODAY: "今天",
    LimitStatus.COMING: "将到",
    LimitStatus.WINDOW: "等候",
    LimitStatus.WAITING: "未起算",
}


class ActKind(StrEnum):
    """What is to be done next in a case."""

    SIGN = "sign"
    DOCUMENT = "document"
    RECEIVE = "receive"
    STEP = "step"

    @property
    def label(self) -> str:
        """How people call it."""
        return {"sign": "签署归档", "document": "制发", "receive": "收材料", "step": "办理"}[self.value]


class Verdict(StrEnum):
    """What a check came to: right, wrong, not to be told by the program, nothing there to be checked."""

    PASSED = "合格"
    FAILED = "不合格"
    UNCHECKED = "未检"
    NOT_APPLICABLE = "不适用"

    @property
    def settled(self) -> bool:
        """Whether nothing is left to be done about it."""
        return self in (Verdict.PASSED, Verdict.NOT_APPLICABLE)

    @classmethod
    def of_all(cls, verdicts: Iterable[Verdict]) -> Verdict:
        """Return what several answers come to together: the worst; right only where something was right."""
        found = set(verdicts)
        order = (cls.FAILED, cls.UNCHECKED, cls.PASSED)
        return next((verdict for verdict in order if verdict in found), cls.NOT_APPLICABLE)


class MatterKind(StrEnum):
    """What sort of thing a file leaves open that is closed. The words are stable: they stand in events and results."""

    UNISSUED = "unissued"
    UNSERVED = "unserved"
    UNSIGNED = "unsigned"
    UNPAID = "unpaid"
    UNSETTLED = "unsettled"
    HELD = "held"
    DEADLINE = "deadline"
    IN_TRAY = "in_tray"
    IN_FOLDER = "in_folder"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return _MATTERS[self]


_MATTERS: Final = {
    MatterKind.UNISSUED: "没有制发",
    MatterKind.UNSERVED: "没有送达",
    MatterKind.UNSIGNED: "没有签回",
    MatterKind.UNPAID: "没有发放",
    MatterKind.UNSETTLED: "没有了结",
    MatterKind.HELD: "冻结中",
    MatterKind.DEADLINE: "期限未了",
    MatterKind.IN_TRAY: "待认领",
    MatterKind.IN_FOLDER: "投放文件夹",
}
