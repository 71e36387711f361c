"""``archivist.toml`` as a file: its name, and the folder it makes a workspace. What it says is for ``config``."""

from __future__ import annotations

import tomllib
from contextlib import suppress
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


def as_utf8(data: bytes) -> tuple[bytes, bool]:
    """Return the text of settings in UTF-8, and whether it was in GBK, as 记事本 saves it under “ANSI”.

    What is mostly UTF-8 was damaged: read as GBK it would put other characters onto papers. It is returned as it is, and refused by its reader.
    """
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        whole = sum(3 for c in data.decode("utf-8", "ignore") if c >= "\u0800")
        if whole * 2 > sum(byte > 0x7F for byte in data):
            return data, False
        with suppress(UnicodeDecodeError):
            return data.decode("gb18030").encode(), True
    return data, False


def is_gbk(root: Path) -> bool:
    """Tell whether a workspace's settings are saved in GBK; false where they cannot be read."""
    try:
        return as_utf8(file_of(root).read_bytes())[1]
    except OSError:
        return False


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
        text = as_utf8(file_of(root).read_bytes())[0].decode("utf-8-sig")
        return WorkspaceKind(tomllib.loads(text).get("kind", ""))
    except (OSError, ValueError):  # whoever reads the settings says what is wrong with them
        return WorkspaceKind.OFFICE
