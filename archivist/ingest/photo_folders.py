"""Which folder in the inbox is one paper, photographed page by page, and in what order its photos are its pages. Pure but for a look at the files' kind.

A folder means one thing only. The inbox and a household's drop folder hold papers, each file one; so does whatever lies under
``设备/``, for a scanner makes folders of its own, by the day. Any other folder is a paper if nothing but photos lies in it, of the kinds a phone
makes; with anything else in it, or a folder, its files are papers each, as they were before.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Final

from archivist.ingest.matching.drop_folder import DropFolder
from archivist.model import device_folder
from archivist.reading.formats.identify import identify

KINDS: Final = frozenset({"jpeg", "png", "heic", "webp", "avif"})
"""What phones make. A TIFF or a PDF is a scanner's, and a paper of its own."""
MOST: Final = 60
"""Photos of one paper; a folder with more is no paper but a camera's, and its photos are taken one by one."""
_DIGITS: Final = re.compile(r"(\d+)")


def may_be_paper(folder: str) -> bool:
    """Tell whether a folder, by its place alone, may be one paper.

    Args:
        folder: path relative to the inbox, with ``/``; empty for the inbox itself.
    """
    first, _, below = folder.partition("/")
    if not first or first == device_folder.FOLDER:
        return False
    return bool(below) or DropFolder.of(f"{first}/-") is None


def is_photo(path: Path) -> bool:
    """Tell whether a file is a photo, by its content."""
    try:
        return identify(path).kind in KINDS
    except OSError:
        return False


def say_the_order(names: Sequence[str]) -> bool:
    """Tell whether names give pages an order: they differ in numbers alone (IMG_0009, IMG_0010)."""
    return len({_DIGITS.sub("#", PurePath(name).stem.casefold()) for name in names}) == 1


def in_order(names: Sequence[str], taken: Sequence[str] = ()) -> list[int]:
    """Return the photos as pages, by their places in ``names``.

    Args:
        names: what they are called.
        taken: when each was taken, as EXIF has it; used where the names give no order and every one is known.
    """

    def natural(place: int) -> tuple[list[int | str], str]:
        pieces = _DIGITS.split(PurePath(names[place]).stem.casefold())
        return [int(piece) if n % 2 else piece for n, piece in enumerate(pieces)], names[place]

    by_name = sorted(range(len(names)), key=natural)
    if say_the_order(names) or len(taken) < len(names) or not all(taken):
        return by_name
    return sorted(by_name, key=lambda place: taken[place])
