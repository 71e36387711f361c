"""How somebody wants the page: large letters, keys that do something. It concerns no file and no case."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from archivist.model.by import By
    from archivist.workspace import Workspace


@dataclass(frozen=True, slots=True)
class PagePreferences:
    """Whether letters are large (大字), and whether single keys do something (快捷键)."""

    large: bool = False
    keys: bool = True


def preferences(workspace: Workspace, person: str) -> PagePreferences:
    """Return what somebody chose, or the usual."""
    from archivist.store import page_settings

    found = page_settings.read(workspace.root).get(person, page_settings.PageSettings())
    return PagePreferences(found.large, found.keys)


def prefer(workspace: Workspace, by: By, chosen: PagePreferences) -> None:
    """Keep what somebody chose.

    Raises:
        WriteFailed: E204. ArchiveLocked: E203.
    """
    from archivist.store import page_settings

    with workspace.archive.writing(by.actor):
        page_settings.put(workspace.root, by.actor, page_settings.PageSettings(chosen.large, chosen.keys))
