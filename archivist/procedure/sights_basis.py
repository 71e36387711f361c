"""What everything that is worked out of all households rests on, as a value: equal as long as it would come out the same.

For a process that answers many questions (``api.gathered``). Asking costs one look at each open household's folder, as ``read_sights`` does,
and none of their contents.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from archivist.errors import ArchivistError
from archivist.procedure.case_sights import rules_stamp
from archivist.search import agenda_cache, current_folder
from archivist.settings_file import file_of
from archivist.store.chain import EVENTS, event_name
from archivist.store.durable_files import FileStamp
from archivist.workspace import Workspace

State = tuple[tuple[str, FileStamp], ...]


@dataclass(frozen=True, slots=True)
class SightsBasis:
    """What answers rest on: ``index`` the files of the catalogue, ``others`` rules, settings, ledger, the folder of the households.

    ``following`` are the events no household has yet: one that is there was put there past the index.
    """

    index: State
    others: tuple[str, State]
    following: tuple[str, ...]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, SightsBasis) and (self.index, self.others) == (other.index, other.others)

    __hash__ = None  # type: ignore[assignment] # it is compared, never looked up


def basis(workspace: Workspace, before: SightsBasis | None) -> SightsBasis | None:
    """Return what answers rest on now; ``None`` where nothing may be kept: something is being written, was put past the index, or is damaged.

    Args:
        workspace: the open workspace.
        before: as it was last, so that the catalogue is asked again only when it changed.
    """
    try:
        name = current_folder.current(workspace.root / "index")
        if name is None or workspace.index.behind():
            return None
        index = tuple(_catalogue(workspace.root / "index" / name))
        others = (rules_stamp(workspace.pack), tuple(_others(workspace)))
        if not all(stamp.is_settled(time.time_ns()) for _, stamp in (*index, *others[1])):
            return None
        if before is not None and (before.index, before.others) == (index, others):
            following = before.following
        else:
            folder = workspace.archive.cases
            known = workspace.index.ask(agenda_cache.followed)
            if set(os.listdir(folder)) != known.keys():  # noqa: PTH208 - ten thousand names: quick
                return None
            following = tuple(f"{folder}/{n}/{EVENTS}/{event_name(seq + 1)}" for n, seq in known.items())
    except (ArchivistError, OSError):
        return None  # whoever is asked says what is wrong
    if any(map(os.path.exists, following)):
        return None
    return SightsBasis(index, others, following)


def _catalogue(folder: Path) -> Iterator[tuple[str, FileStamp]]:
    for path in sorted(folder.glob("catalogue.sqlite3*")):
        if not path.name.endswith("-shm"):  # readers write to it
            # whoever opens it changes the time of change of the log; SQLite writes to both in the usual way
            yield f"{folder.name}/{path.name}", _stamp(path)._replace(ctime_ns=0)


def _others(workspace: Workspace) -> Iterator[tuple[str, FileStamp]]:
    ledgers = (path for year in workspace.archive.ledger_folders() for path in (year / EVENTS).iterdir())
    settings = file_of(workspace.root)
    for path in (settings, workspace.archive.cases, *sorted(ledgers), *sorted(workspace.templates.glob("*"))):
        yield str(path), _stamp(path)


def _stamp(path: Path) -> FileStamp:
    return FileStamp.of(path.stat()).with_change(str(path))
