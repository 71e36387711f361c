"""Locked files: opened with the password that a person types, which goes nowhere but to the reading process."""

from __future__ import annotations

from typing import TYPE_CHECKING

from archivist.api.authorisation import authorised
from archivist.api.passwords import AskPassword, with_password
from archivist.api.rearranging import Rearranged
from archivist.api.tray_view import TrayView, WaitingItem
from archivist.errors import PasswordNeeded
from archivist.model.permissions import Act

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


def can_be_unlocked(item: WaitingItem) -> bool:
    """Tell whether a waiting file is locked, and of a kind that is opened here with its password."""
    from archivist.reading.formats.registry import by_kind

    return item.code == PasswordNeeded.code and by_kind(item.kind).takes_password


@authorised(Act.UNLOCK)
def unlock(workspace: Workspace, by: By, item: str, ask: AskPassword) -> Rearranged:
    """Open a locked file of the tray; what is in it is filed where that is certain, and waits else.

    Args:
        workspace: the open workspace.
        by: who opens it, and when.
        item: its id, or an unambiguous beginning of it.
        ask: asks a person.

    Raises:
        TrayItemNotFound: E104. UsageError: E001, it is not locked, or no password opens it here.
        PasswordNeeded: E106, none of those typed. DroppedFileError: it is damaged, or over a limit.
    """
    from archivist.ingest import unlocking
    from archivist.ingest.batches import tried
    from archivist.reading.reader_process import Reader

    found = TrayView(workspace).named(item)
    with Reader() as reader:
        unlocking.check_locked(found, reader)
        done = with_password(
            found.name, ask, lambda password: unlocking.unlock(workspace, by, found, password, reader)
        )
    return Rearranged.of(tried(workspace, by, done))
