"""What no paper may say: words of another place, marks for the house, English, traces of a template, a request without a term."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final

from archivist.doctypes.ids import DocumentId

OWN: Final[Mapping[str, tuple[str, ...]]] = {
    "tianjin-hongqiao": (
        "红桥", "天津", "经办机构", r"(?<!救助)(?<!主)管理部门", "议事协商", r"(?<!领导)班子会", "联席会议", "党群服务中心", "信息公开栏", "视为放弃本次申请",
    ),
    "chongqing-yongchuan": ("永川", "重庆", "群众评议"),
    "heilongjiang-jiamusi": ("佳木斯", "承接部门", r"审批[（(]确认[)）]", "建三江", "佳政办发"),
    "shanxi-jincheng-chengqu": ("晋城", "民政助理员", "城政办发"),
    "shaanxi-ziyang": ("紫阳", "镇民政办"),
}  # fmt: skip
"""Pack → words that only its own measure has."""
TOWNS: Final[Mapping[str, str]] = {
    "national": "乡镇（街道）", "tianjin-hongqiao": "街道", "chongqing-yongchuan": "镇（街道）", "heilongjiang-jiamusi": "乡镇（街道）",
    "shanxi-jincheng-chengqu": "镇（街道）", "shaanxi-ziyang": "镇",
}  # fmt: skip
_FORMS: Final = re.compile(r"乡镇（街道）|(?<!乡)镇（街道）|街道（乡镇）|街道（镇）|镇街|(?<!委托)村居(?!民)")
_INTERNAL: Final = re.compile("〔推定〕|推定|惯例|规则包|未逐项|参照《|从略|内部用语")
_TRACES: Final = re.compile(
    r"None|nan\b|undefined|Undefined|\{\{|\}\}|\{%|%\}|〔待填〕|〔[^〔〕]{0,6}待[^〔〕]{0,6}〕|TODO|XX|＊＊|\bTrue\b|\bFalse\b"
)
_CODES: Final = re.compile(
    r"AV\d-[A-Z0-9-]+|[A-Z]{2,6}(?:-[A-Z]{2})?-\d{4}-[\d-]+|SHA-256|DA/T|GB/T|QR|Word|\b[A-Z]\b"
)
TECHNICAL: Final = {
    DocumentId.ARCHIVE_TRANSFER_LIST, DocumentId.QUARTERLY_TRANSFER_LIST, "fixity_manifest", "four_nature_report", "ledger_seal", "sample_draw",
    "submission_receipt",
}  # fmt: skip
"""They name files and commands with which somebody checks them without this program."""
_GARBLED: Final = re.compile(
    r"[，、；：。！？] *[，、；：。！？]|（ *）|《 *》|“”|〔〕|） *（|（ *（|） *）|(?<=[^\s　])[ 　]+[，、；：。！？）》”]|经受(?!理)|办事处街道(?!党)"
)
"""Where a clause was put in, or left out, and the sentence does not close round it: brackets upon brackets, a stop twice or after a blank."""
_ASKS: Final = re.compile(
    r"(?:(?<![申提])请(?!求)|责令你户?)[^。]{0,24}(?:补齐|说明|提供|回函|反馈|退回|报送|回复)"
)
_TERM: Final = re.compile(
    r"(?:前（含当日）|前补齐|\d日前|月\d+日前|期限）前|之日起[^，。]{0,8}内|期限[^。]{0,20}前|日内|没有写明[^。]{0,8}期限|期限届满前|日）?前|至[^。]{0,14}止)"
)


def foreign(text: str, place: str) -> Iterator[str]:
    """Yield the words of other places in a text, and other forms of its own town and county."""
    for owner, words in OWN.items():
        if owner != place:
            yield from (found[0] for word in words for found in re.finditer(word, text))
    for found in _FORMS.findall(text):
        if found != TOWNS[place]:
            yield found
    yield from re.findall("区（县）|区县民政局", text)


def internal(text: str) -> list[str]:
    """Return the marks in a text that are meant for the office alone."""
    return _INTERNAL.findall(text)


def traces(text: str) -> list[str]:
    """Return what a template left behind in a text."""
    return _TRACES.findall(text)


def english(text: str, document: str = "") -> list[str]:
    """Return the words in Latin letters, codes and units aside."""
    if document in TECHNICAL:
        return []
    return re.findall(r"[A-Za-z]{2,}", _CODES.sub(" ", text))


def garbled(text: str) -> list[str]:
    """Return the places where a sentence does not read on."""
    return _GARBLED.findall(text)


def endless(text: str) -> list[str]:
    """Return the requests of a text that names neither until when, nor that no rule has a term."""
    return [] if _TERM.search(text) else [found[0] for found in _ASKS.finditer(text)]
