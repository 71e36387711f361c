"""What no row takes away from the law below it: neither the pack of a place nor an office, nor one row of them from another.

How long files are kept may be lengthened only (「停保后不少于3年」 is a least period), and from 2026-07-01 on a household is
heard before a decision against it (《中华人民共和国社会救助法》第四十八条).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Final

from archivist.model.roles import Role
from archivist.model.step_ids import StepId
from archivist.rules import series
from archivist.rules.series import Row, Rows

__all__ = ["faults"]

_RETENTION: Final = "retention."
_HEARING: Final = "hearing"
_HEARD: Final = "heard"
"""Id of the rule, and the condition of the steps."""
_AGAINST: Final = (
    StepId.CHANGE, StepId.SUSPEND, StepId.TERMINATE, StepId.GRADUAL_EXIT, StepId.PROPOSE_ENDING,
)  # fmt: skip
_ARTICLE: Final = "社会救助法第四十八条「作出调减、终止社会救助决定前应当听取社会救助对象的意见」"


def faults(table: str, own: Row, below: Iterable[Row]) -> Iterator[str]:
    """Yield what a row takes away that it may not; its columns may be faulty otherwise.

    Args:
        table: ``rule``, ``material``, ``step``, ``check``.
        own: a row of the layer above.
        below: the rows of the table in the layers below, and those before it in its own.
    """
    judge = _judge(table, series.id_of(own))
    if judge:
        same = [row for row in below if series.id_of(row) == series.id_of(own) and series.meet(own, row)]
        yield from judge(own, same)


def _judge(table: str, row: str) -> Callable[[Row, Rows], Iterator[str]] | None:
    if table == "rule" and row.startswith(_RETENTION):
        return _shortened
    if table == "rule" and row == _HEARING:
        return _unheard
    return _unasked if table == "step" and row in _AGAINST else None


def _shortened(own: Row, below: Rows) -> Iterator[str]:
    if own.get(series.WITHDRAW):
        yield f"{series.id_of(own)} 不能取消：保管期限只可延长"
    if type(years := own.get("value")) is not int:
        return
    for row in below:
        least = row.get("value")
        if type(least) is int and years < least and own.get("unit", row.get("unit")) == row.get("unit"):
            yield f"{series.id_of(own)} 是 {years}，短于同一时间已定的 {least}{row.get('unit')}（{_placed(row)}）"


def _placed(row: Row) -> str:
    return f"{row.get('valid_from') or '……'} 至 {row.get('valid_to') or '……'}"


def _unheard(own: Row, below: Rows) -> Iterator[str]:
    asked = any(row.get("value") is True for row in below)
    if asked and (own.get(series.WITHDRAW) or own.get("value") is False):
        yield f"{_HEARING} 不能取消，也不能改为 false：{_ARTICLE}"


def _unasked(own: Row, below: Rows) -> Iterator[str]:
    guards = own.get("guards", [] if not own.get(series.PATCH) and not own.get(series.WITHDRAW) else None)
    asked = any(_HEARD in row.get("guards", ()) for row in below)
    if asked and isinstance(guards, list) and _HEARD not in guards and own.get("role") != Role.OUTSIDE:
        yield f"环节 {series.id_of(own)} 的 guards 没有“{_HEARD}”，不能去掉：{_ARTICLE}"
