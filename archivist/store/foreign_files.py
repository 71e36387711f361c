"""Files that other programs leave in any folder they are shown: an explorer's pictures, locks, an editor's copy of before.

Nobody dropped or recorded them. They are told apart from a file that somebody put among the records: they are no alarm
and lock nothing, and the program moves them out only when it is told to, never deletes them. A name alone makes a file
foreign; a link or anything else that is no plain file is never foreign, nor is what a chain names.
"""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Final

SHADOW: Final = re.compile(
    r"~\$.*|\.~lock\..*#|\._.*|\.DS_Store|(?:eh)?Thumbs\.db|desktop\.ini|@eaDir|@Syno.*|#recycle|\.@__thumb"
    r"|\.AppleDouble|\.Spotlight-V100|\.Trashes|\.fseventsd|\$RECYCLE\.BIN|System Volume Information",
    re.I,
)
"""Locks and shadows that systems, shares and office programs put beside papers, and folders of such."""
_OF_AN_EDITOR: Final = re.compile(r".*~|\..*\.sw[a-p]|#.*#|.*\.(?:bak|wbk)|~WRL\d+\.tmp|\.directory", re.I)
"""What an editor keeps of a file as it was before."""


def is_foreign(path: str) -> bool:
    """Tell by the name of a file, or of a folder on the way to it, that another program left it there.

    Args:
        path: relative, with ``/``.
    """
    *folders, name = path.split("/")
    return bool(SHADOW.fullmatch(name) or _OF_AN_EDITOR.fullmatch(name)) or any(
        map(SHADOW.fullmatch, folders)
    )


def in_folder(root: Path, *, apart: frozenset[str] = frozenset()) -> Iterator[str]:
    """Yield the foreign files below a folder, relative to it with ``/``; links are not followed.

    Args:
        root: the folder.
        apart: paths of folders below it that are not looked into.
    """
    for folder, folders, names in os.walk(root):
        place = "" if Path(folder) == root else f"{Path(folder).relative_to(root).as_posix()}/"
        folders[:] = sorted(f for f in folders if place + f not in apart)
        for name in sorted(names):
            if is_foreign(place + name) and stat.S_ISREG(os.lstat(f"{folder}/{name}").st_mode):
                yield place + name
