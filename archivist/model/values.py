"""Single values as people write them and as they are stored: plain JSON, checked by kind.

Stored values are text, ``true``/``false``, whole numbers and tuples of text; dates are ``YYYY-MM-DD``, months
``YYYY-MM``, moments ``YYYY-MM-DDTHH:MM``, amounts yuan with two decimals as text.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from types import MappingProxyType
from typing import Final

from archivist.errors import InvalidValue
from archivist.model import chinese
from archivist.model.ids import clean_id, modern_id, narrow, parse_id
from archivist.model.invisible import without_invisible

Value = str | bool | int | tuple[str, ...]
TEXT_ONLY: Final = ("id", "old_id", "acct", "ym")
"""Kinds that are taken from text alone: as a number they have lost their last digits (over fifteen), a nought at the
end (2024.10 is 2024.1), or a month is a day."""

_TRUE, _FALSE = {"是", "true", "yes", "1", "有", "√", "y"}, {"否", "false", "no", "0", "无", "×", "n"}


def _parse_bool(value: object) -> bool:
    text = str(value).strip().lower()
    if text in _TRUE:
        return True
    if text in _FALSE:
        return False
    raise InvalidValue(f"“{value}”应填 是 或 否")


def _parse_int(value: object) -> int:
    text = narrow(str(value)).strip()
    if not re.fullmatch(r"\d{1,15}(\.0+)?", text):
        raise InvalidValue(f"“{value}”应为非负整数")
    return int(text.split(".")[0])


def _parse_decimal(value: object) -> str:
    try:
        number = Decimal(narrow(str(value)).strip())
    except InvalidOperation:
        raise InvalidValue(f"“{value}”应为数字") from None
    if not number.is_finite() or number < 0:
        raise InvalidValue(f"“{value}”应为非负数字")
    return f"{number:f}"


def _parse_month(value: object) -> str:
    if isinstance(value, dt.date):
        return f"{value:%Y-%m}"
    match = re.fullmatch(r"(\d{4})\s*[-/.年]?\s*(\d{1,2})\s*月?", narrow(str(value)).strip())
    if not match or not 1 <= int(match[2]) <= 12:
        raise InvalidValue(f"“{value}”不是年月（应如 2024-08）")
    return f"{match[1]}-{int(match[2]):02d}"


def _parse_day(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.date().isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return chinese.parse_date(str(value)).isoformat()


def _parse_moment(value: object) -> str:
    if isinstance(value, dt.datetime):
        return value.isoformat(timespec="minutes")
    text = narrow(str(value)).strip()
    match = re.fullmatch(r"(.+?)[ T日]\s*(\d{1,2})[:时](\d{1,2})(?::\d+)?分?", text)
    if not match or int(match[2]) > 23 or int(match[3]) > 59:
        raise InvalidValue(f"“{value}”不是日期时间（应如 2024-08-16 09:30）")
    day = match[1] + ("日" if "月" in match[1] else "")
    return f"{chinese.parse_date(day).isoformat()}T{int(match[2]):02d}:{int(match[3]):02d}"


def _parse_phone(value: object) -> str:
    text = narrow(str(value)).strip().replace(" ", "").replace("—", "-")
    if not re.fullmatch(r"\+?\d[\d-]{4,18}\d", text):
        raise InvalidValue(f"“{value}”不是电话号码")
    return text


def _parse_old_id(value: object) -> str:
    """Return a number of fifteen digits that some number of today comes from."""
    number = clean_id(str(value))
    modern_id(number)
    return number


def _parse_account(value: object) -> str:
    text = re.sub(r"[\s-]", "", narrow(str(value)))
    if not re.fullmatch(r"\d{8,32}", text):
        raise InvalidValue("银行账号应为 8 至 32 位数字（表格中请把该列设为文本格式）")
    return text


_PARSERS: Final[Mapping[str, Callable[[object], Value]]] = MappingProxyType(
    {
        "str": lambda v: chinese.clean_text(str(v)),
        "text": lambda v: chinese.clean_text(str(v)),
        "name": lambda v: chinese.parse_name(str(v)),
        "id": lambda v: parse_id(str(v)),
        "old_id": _parse_old_id,
        "date": _parse_day,
        "datetime": _parse_moment,
        "ym": _parse_month,
        "money": lambda v: str(chinese.parse_money(str(v))),
        "decimal": _parse_decimal,
        "int": _parse_int,
        "bool": _parse_bool,
        "phone": _parse_phone,
        "acct": _parse_account,
        "docno": lambda v: chinese.parse_doc_no(str(v)),
    }
)
KINDS: Final = (*_PARSERS, "enum", "multi")


def parse_value(kind: str, value: object, choices: Sequence[str] = ()) -> Value | None:
    """Check one value against its kind and return it as stored; ``None`` when there is nothing.

    What nobody sees is taken out of it (``invisible_notices`` tells); an ID number of fifteen digits becomes today's.

    Raises:
        InvalidValue: E002, with the reason in Chinese.
    """
    if isinstance(value, str):
        value = without_invisible(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return None
    if kind == "multi":
        items = value if isinstance(value, list | tuple) else re.split(r"[、,，;；/]", str(value))
        return tuple(_parse_choice(str(i), choices) for i in items if str(i).strip()) or None
    if isinstance(value, list | tuple | dict):
        raise InvalidValue("这里只能填一个值")
    if kind == "enum":
        return _parse_choice(str(value), choices)
    if kind in TEXT_ONLY:
        require_text(value)
    parsed = _PARSERS[kind](value)
    return None if parsed == "" else parsed


def require_text(value: object) -> None:
    """Refuse a number or a day where only text is taken.

    Raises:
        InvalidValue: E002.
    """
    if not isinstance(value, str):
        raise InvalidValue(
            "这里是数值或日期，不是文本，可能已丢失末几位；请在表格里把该格设为文本格式后重新填写（文件里请加引号）"
        )


def table_cells(text: str) -> list[list[str]]:
    """Return the cells of a table written as text: a row a line, ``|`` or a tab between cells; empty lines left out."""
    return [re.split(r"\s*[|｜\t]\s*", line.strip()) for line in text.splitlines() if line.strip()]


def _parse_choice(text: str, choices: Sequence[str]) -> str:
    value = chinese.clean_text(without_invisible(text))
    if choices and value not in choices:
        raise InvalidValue(f"“{value}”不在可选项内：{'、'.join(choices)}")
    return value


def value_text(value: Value | None) -> str:
    """Return a stored value as people read it; empty when there is nothing."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "是" if value else "否"
    return "、".join(value) if isinstance(value, tuple) else str(value)
