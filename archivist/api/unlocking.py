"""Locked files: opened with the password that a person types, which goes nowhere but to the reading process."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final, TypeVar

from archivist.api.rearranging import Rearranged
from archivist.api.tray_view import TrayView
from archivist.errors import PasswordNeeded

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace

AskPassword = Callable[[str, str], str]
"""Called with a file's name and why the password before was refused, empty at first; returns what a person types."""
ATTEMPTS: Final = 3
"""So many passwords are asked for."""
_T = TypeVar("_T")


def with_password(name: str, ask: AskPassword, attempt: Callable[[str], _T]) -> _T:
    """Ask for a password until one opens the file, three times at most.

    Raises:
        PasswordNeeded: E106, the last was none either.
    """
    refused = ""
    for left in reversed(range(ATTEMPTS)):
        password = ask(name, refused)
        try:
            if not password:
                raise PasswordNeeded("没有写密码", file=name)
            return attempt(password)
        except PasswordNeeded as error:
            if not left:
                raise
            refused = error.what
    raise AssertionError


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
