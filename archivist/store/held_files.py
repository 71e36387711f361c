"""What is asked under the lock before anything of a file goes: whether a hold (冻结) forbids it.

Every act by which a file, a record of it or a copy would go asks ``require_free``; adding papers, checking, restoring and
handing over copies do not.
"""

from __future__ import annotations

import datetime as dt
import json
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.disposal_errors import OnHold
from archivist.errors import CaseNotFound, IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.case import Case
from archivist.model.group_holds import GROUP_HOLD_OPS, GroupHold, fold_group_holds, in_force
from archivist.model.holds import Hold
from archivist.model.ids import CASE_NO_IN_TEXT, CaseNo, RecordNo
from archivist.store.archive import Archive
from archivist.store.ledger import LedgerFold
from archivist.store.tray_items import TrayItem

__all__ = ["group_holds", "hand_back", "held_since", "holds", "known_group_holds", "require_free"]


_GROUP_HOLDS: Final[LedgerFold[tuple[GroupHold, ...]]] = LedgerFold(GROUP_HOLD_OPS, (), fold_group_holds)


def group_holds(archive: Archive) -> tuple[GroupHold, ...]:
    """Return every group hold that the ledger tells of, released ones too.

    Raises:
        IntegrityAlarm: E202, a year's chain is broken, or what it says of holds does not fit together.
    """
    try:
        return archive.ledgers.folded(_GROUP_HOLDS)
    except (ValueError, KeyError, TypeError) as error:
        raise IntegrityAlarm(f"总账所记的成批冻结前后矛盾（{error}）", file="ledger") from error


def known_group_holds(archive: Archive) -> tuple[tuple[GroupHold, ...], str]:
    """Return every group hold, for what only shows; none and why, in Chinese (未检), where the ledger cannot say."""
    try:
        return group_holds(archive), ""
    except (IntegrityAlarm, NewerFormat) as alarm:
        return (), f"成批冻结（总账）未检：{alarm}"


def holds(archive: Archive, case: Case, on: dt.date) -> tuple[Hold, ...]:
    """Return the holds that bind a case as seen on a day, its own and those of the ledger, the earliest first.

    Raises:
        IntegrityAlarm: E202, see ``group_holds``.
    """
    return in_force(case, group_holds(archive), on)


def held_since(archive: Archive, case: Case, moment: str) -> tuple[Hold, ...]:
    """Return the holds that bind a case, or did at any time after a moment: then it has to be appraised anew.

    Args:
        archive: the archive, whose lock the caller holds.
        case: the file.
        moment: ISO 8601 with offset, such as the time of the event that approved its destruction.

    Raises:
        IntegrityAlarm: E202, see ``group_holds``.
    """
    groups = (group.hold for group in group_holds(archive) if group.cases.fit(case))
    return tuple(hold for hold in (*case.holds, *groups) if hold.in_force_since(moment))


def require_free(archive: Archive, case: Case, what: str, on: dt.date, *records: RecordNo) -> None:
    """Refuse an act by which something of a held file would go.

    Args:
        archive: the archive, whose lock the caller holds.
        case: the file, as it stands under the lock.
        what: the act, in Chinese: ``销毁``, ``剔除第 0007 件``.
        on: civil day (Asia/Shanghai) on which it is done.
        records: the records that would go; the whole file when none are named.

    Raises:
        OnHold: E601, with every hold: id, cause, day, what it waits for. IntegrityAlarm: E202, the ledger cannot say.
    """
    found = [hold for hold in holds(archive, case, on) if hold.binds(records)]
    if found:
        raise OnHold(
            f"已冻结（{'；'.join(h.words for h in found)}），不能{what}",
            file=str(case.number),
            problems=[f"{h.id} {h.words}" + (f"；解除条件：{h.until}" if h.until else "") for h in found],
        )


def hand_back(archive: Archive, item: TrayItem, folder: Path, on: dt.date) -> Path:
    """Put a waiting file into a folder of the outbox, unless it names a held household: it may be a paper of that file.

    Args:
        archive: the archive, whose lock the caller holds.
        item: what waits.
        folder: where it goes.
        on: civil day.

    Returns:
        Where its file is now.

    Raises:
        OnHold: E601. IntegrityAlarm: E202, a household it names, or the ledger, cannot be read. DamagedFile: E212.

    Survives: see ``Tray.hand_back``.
    """
    for number in sorted(_named(item)):
        try:
            case = archive.read(number)
        except CaseNotFound:
            continue  # nothing of a case that is not there is held
        require_free(archive, case, f"退回提到它的待认领件 {item.id}", on)
    return archive.tray.hand_back(item, folder)


def _named(item: TrayItem) -> set[CaseNo]:
    """Return the households whose numbers stand in what is known of a waiting file: in its reasons, its name, its text."""
    told = json.dumps([dict(item.details), dict(item.source)], ensure_ascii=False, default=str)
    found = set()
    for text in CASE_NO_IN_TEXT.findall("\n".join((told, item.name, item.message, item.text))):
        with suppress(InvalidValue):
            found.add(CaseNo.parse(text))
    return found
