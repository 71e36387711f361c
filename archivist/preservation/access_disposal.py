"""The later life of the access log: how long a month of it is kept, and its destruction by two, on record for ever."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from archivist.errors import RuleFault
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.rules.rule import Rule
from archivist.rules.rule_days import RuleDays
from archivist.rules.rule_ids import RuleId
from archivist.rules.work_calendar import add_months
from archivist.store import Archive
from archivist.workspace import Workspace

_MONTHS_OF_A_YEAR: Final = 12


@dataclass(frozen=True, slots=True)
class AccessMonth:
    """One month of the access log; ``kept_until`` is the last day on which it must be there."""

    month: str
    kept_until: dt.date
    rule: Rule

    def is_expired(self, on: dt.date) -> bool:
        """Tell whether it may be destroyed on a day."""
        return on > self.kept_until


def months(workspace: Workspace) -> tuple[AccessMonth, ...]:
    """Return the months there are, in order, with the last day of each: so many years from its end.

    Raises:
        RuleFault: E502, the rules do not say how long.
    """
    return tuple(_month(workspace, month) for month in workspace.archive.access.months())


def _month(workspace: Workspace, month: str) -> AccessMonth:
    first = dt.date.fromisoformat(f"{month}-01")
    last = add_months(first, 1) - dt.timedelta(days=1)
    rule = workspace.pack.find(RuleId.RETENTION_ACCESS_LOG, None, RuleDays.alike(last))
    if rule is None:
        raise RuleFault("规则包没有写查阅登记保管多久（retention.access_log），不能销毁")
    after = add_months(first, 1 + _MONTHS_OF_A_YEAR * int(rule.value))
    return AccessMonth(month, after - dt.timedelta(days=1), rule)


def destroy(workspace: Workspace, by: By, witness: str, reason: str, chosen: tuple[AccessMonth, ...]) -> None:
    """Destroy months that have expired: first the ledger says so, with their digests, then their files go.

    Args:
        workspace: the open workspace.
        by: who does it, and when.
        witness: the second person.
        reason: why.
        chosen: the months; whoever calls has asked that they are expired.

    Survives: a kill after the ledger's event leaves files that the ledger says are destroyed; ``remaining`` names them and the next
    call removes them.

    Raises:
        WriteFailed: E204. IntegrityAlarm: E202, of the ledger.
    """
    archive = workspace.archive
    with archive.writing(by.actor):
        fresh = [m for m in chosen if m.month not in recorded(archive)]
        if fresh:
            data = {
                "months": [_described(archive, month) for month in fresh],
                "witness": witness,
                "rule": RuleId.RETENTION_ACCESS_LOG.value,
            }
            archive.note(Op.ACCESS_LOG_DESTROYED, data, workspace.stamp(by), reason)
        for month in {m.month for m in chosen} | set(remaining(archive)):
            archive.access.remove(month)


def _described(archive: Archive, month: AccessMonth) -> dict[str, Any]:
    size, digest = archive.access.size_and_digest(month.month)
    last = [line.digest for line in archive.access.lines(month.month)][-1:]
    return {
        "month": month.month,
        "kept_until": month.kept_until.isoformat(),
        "size": size,
        "sha256": digest,
        "last": last[0] if last else "",
    }


def recorded(archive: Archive) -> dict[str, Sha256]:
    """Return the months that the ledger says were destroyed, each with the digest of its last line; empty where it had none."""
    return dict(_recorded(archive))


def _recorded(archive: Archive) -> Iterator[tuple[str, Sha256]]:
    for event in archive.ledger_events():
        if event.op is Op.ACCESS_LOG_DESTROYED:
            for month in event.data["months"]:
                yield str(month["month"]), Sha256(str(month["last"]))


def remaining(archive: Archive) -> list[str]:
    """Return the months that were destroyed by the ledger and whose files are there still."""
    destroyed = recorded(archive)
    return [month for month in archive.access.months() if month in destroyed]
