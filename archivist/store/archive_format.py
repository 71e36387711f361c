"""``archive/FORMAT``: one line saying in which format the archive as a whole is written.

Its number grows when a program that does not know the change would do harm by writing. What is written into a case may
change without it: events say their own format (``model.event.EVENT_FORMAT``).
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.os_reasons import reason_of
from archivist.store import durable_files

NAME: Final = "FORMAT"
NUMBER: Final = 1
LINE: Final = f"archivist archive {NUMBER}\n"
_LINE = re.compile(rb"archivist archive ([1-9][0-9]{0,8})\r?\n?")


def read(root: Path) -> int | None:
    """Return the number in an archive's ``FORMAT``; ``None`` where there is none, as in archives from before it.

    Raises:
        IntegrityAlarm: E202, when it says anything else or cannot be read.
    """
    try:
        data = (root / NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _damaged(f"读不出来：{reason_of(error)}") from error
    match = _LINE.fullmatch(data)
    if match is None:
        raise _damaged("内容已被改动")
    return int(match[1])


def _damaged(what: str) -> IntegrityAlarm:
    return IntegrityAlarm(f"{what}，不知道档案库是什么格式，不写入任何内容", file=NAME, remedy=REMEDY)


REMEDY: Final = f"从备份取回 archive/{NAME}（archivist restore 格式 --from 备份）；没有备份的，先确认没有用更新版本的程序打开过本档案库，再删去这个文件，下次写入时重新写成。"


def require_known(root: Path) -> None:
    """Refuse to write to an archive in a format this program does not know.

    Raises:
        NewerFormat: E210. IntegrityAlarm: E202, see ``read``.
    """
    number = read(root)
    if number is not None and number > NUMBER:
        raise NewerFormat(f"档案库由更新版本的程序写成（格式 {number}，本程序认得的到 {NUMBER}）", file=NAME)


def write(root: Path, work: Path) -> None:
    """Say that an archive is of this format; durable when this returns. The lock is held, or the archive is just made.

    Survives: a kill at any point leaves it unsaid or said in full; the next start says it.
    """
    staged = work / NAME
    durable_files.unlink(staged)
    durable_files.write_new(staged, LINE.encode())
    durable_files.replace(staged, root / NAME)
    durable_files.sync_folder(root)
