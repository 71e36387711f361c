"""``archivist.toml`` as a file: its name, and the folder it makes a workspace. What it says is for ``config``."""

from __future__ import annotations

import tomllib
from enum import StrEnum
from pathlib import Path
from typing import Final

from archivist.errors import NotAWorkspace

FILE_NAME: Final = "archivist.toml"


class WorkspaceKind(StrEnum):
    """Whose workspace it is: of an office that keeps households' files, or of the bureau that receives copies of them."""

    OFFICE = "office"
    BUREAU = "bureau"

    @property
    def label(self) -> str:
        """The kind in Chinese."""
        return {"office": "镇（街道）", "bureau": "区（县）民政局"}[self.value]


def file_of(root: Path) -> Path:
    """Return the path of a workspace's settings, which make a folder one.

    Raises:
        NotAWorkspace: E205, when there is none.
    """
    path = root / FILE_NAME
    if not path.is_file():
        raise NotAWorkspace(f"{root} 中没有 {FILE_NAME}")
    return path


def nearest(folder: Path) -> Path:
    """Return the workspace a folder is, or lies in.

    Raises:
        NotAWorkspace: E205, when there is none up to the root of the disk.
    """
    for root in (folder, *folder.parents):
        if (root / FILE_NAME).is_file():
            return root
    raise NotAWorkspace("从这里往上都没有 archivist.toml")


def says(root: Path, key: str) -> bool:
    """Tell, without reading the settings, whether they could say something under a key; true where they cannot be read."""
    try:
        return key in file_of(root).read_text(encoding="utf-8", errors="replace")
    except OSError:
        return True


def kind(root: Path) -> WorkspaceKind:
    """Return of which kind a workspace is, without checking its settings; an office's where they cannot be read."""
    if not says(root, "kind"):
        return WorkspaceKind.OFFICE
    try:
        return WorkspaceKind(tomllib.loads(file_of(root).read_text(encoding="utf-8-sig")).get("kind", ""))
    except (OSError, ValueError):  # whoever reads the settings says what is wrong with them
        return WorkspaceKind.OFFICE
