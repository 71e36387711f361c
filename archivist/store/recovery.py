"""What the first writer after a death heals: every bag, what was begun besides, and the tray."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol

from archivist.errors import ArchiveError, CaseNotFound, IntegrityAlarm, InvalidValue, NewerFormat
from archivist.model.ids import CaseNo
from archivist.os_reasons import reason_of
from archivist.store import commit, durable_files
from archivist.store.chain import Chain
from archivist.store.review_tray import Tray
from archivist.store.tray_filings import filed_from_tray, records_taken_back


@dataclass(frozen=True, slots=True)
class Recovery:
    """What a start found and healed; ``alarms`` are cases that must not be written to."""

    done: tuple[str, ...] = ()
    alarms: tuple[str, ...] = ()


class Resumable(Protocol):
    """Something that takes more than one commit, and is completed or forgotten once every bag is whole."""

    def recover(self) -> tuple[list[str], list[str]]:
        """Complete or forget what was begun; return what was done and what could not be, in Chinese."""


_MISSHAPEN: Final = (FileNotFoundError, NotADirectoryError, IsADirectoryError)
"""A folder stands where a file should, or the other way round: only that bag is in trouble, not the disk."""


def recover(
    work: Path,
    bags: Iterable[Path],
    begun: Iterable[Resumable],
    tray: Tray,
    outbox: Path,
    chain_of: Callable[[CaseNo], Chain],
) -> Recovery:
    """Heal an archive; idempotent, and may itself be killed.

    Args:
        work: the folder for work; it is emptied.
        bags: the folders of all bags.
        begun: what may have been begun and not ended, in the order in which it is completed.
        tray: with ``outbox``, where what is returned goes.
        outbox: see above.
        chain_of: reads the chain of a case.
    """
    done: list[str] = []
    alarms: list[str] = []
    for path in sorted(work.iterdir()):
        durable_files.remove_tree(path)
        durable_files.unlink(path)
    for folder in bags:
        try:
            if _is_own_folder(folder) and (what := commit.recover(folder)):
                done.append(f"{folder.name}：{what}")
        except (IntegrityAlarm, NewerFormat) as alarm:
            alarms.append(str(alarm))
        except _MISSHAPEN as error:
            alarms.append(f"{folder.name}：{reason_of(error)}")
    alarms += [str(item.why) for item in tray.standing()[1]]
    for one in begun:
        healed, kept = one.recover()
        done, alarms = [*done, *healed], [*alarms, *kept]
    done += tray.recover_returns(outbox)
    healed, kept = _settled(tray, chain_of)
    done, alarms = [*done, *healed], [*alarms, *kept]
    for item, case in tray.marks():
        try:
            is_assigned = _is_assigned(chain_of, item.id, case)
        except (
            NewerFormat,
            IntegrityAlarm,
        ) as doubt:  # whether it is in the case shows once that can be read
            alarms.append(f"待认领 {item.id}：{doubt}")
            continue
        if is_assigned:
            tray.remove(item)
            done.append(f"待认领 {item.id}：已归入 {case}，移出")
        else:
            tray.unmark(item)
    return Recovery(tuple(done), tuple(alarms))


def _is_own_folder(path: Path) -> bool:
    return path.is_dir() and not durable_files.is_link(path.lstat())


def _settled(tray: Tray, chain_of: Callable[[CaseNo], Chain]) -> tuple[list[str], list[str]]:
    """Keep of the papers that were being taken back those that their cases let go, and take away the others; see ``unfiling``."""
    done: list[str] = []
    kept: list[str] = []
    for item, case, record in tray.coming():
        try:
            if record in records_taken_back(chain_of(case).events):
                tray.unmark(item)
                done.append(f"待认领 {item.id}：已从 {case} 撤回")
            else:
                tray.remove(item)
                done.append(f"待认领 {item.id}：没有从 {case} 撤回，仍是该户第 {record} 件")
        except (ArchiveError, InvalidValue) as doubt:  # where it is shows once that can be read
            kept.append(f"待认领 {item.id}：{doubt}")
    return done, kept


def _is_assigned(chain_of: Callable[[CaseNo], Chain], item: str, case: str) -> bool:
    try:
        return filed_from_tray(chain_of(CaseNo.parse(case)).events, item)
    except (CaseNotFound, InvalidValue):
        return False
