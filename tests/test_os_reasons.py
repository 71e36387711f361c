"""「Chinese for OS errors by errno everywhere a strerror reaches a person」, from one table."""

from __future__ import annotations

import ast
import errno
import os
import re
from pathlib import Path

import pytest

import archivist
from archivist.errors import WriteFailed
from archivist.os_reasons import REASONS, WINDOWS, reason_of
from archivist.store.durable_files import writing

NAMED = {
    "ENOSPC": "磁盘已满", "EACCES": "没有权限", "EPERM": "系统不允许这样操作", "EROFS": "磁盘是只读的",
    "EIO": "磁盘读写出错，硬件可能有故障", "EDQUOT": "磁盘配额已用完", "ENAMETOOLONG": "文件名太长",
    "EMFILE": "本程序打开的文件太多", "EBUSY": "正被占用", "ESTALE": "网络共享上的文件已失效，请重新连接共享",
    "ENOTCONN": "网络共享已断开", "ENOENT": "文件或文件夹不存在", "ENOTEMPTY": "文件夹不是空的",
}  # fmt: skip
DISKS_SAY = """
    EPERM ENOENT EINTR EIO ENXIO EBADF EAGAIN ENOMEM EACCES EBUSY EEXIST EXDEV ENODEV ENOTDIR EISDIR EINVAL ENFILE EMFILE
    ETXTBSY EFBIG ENOSPC ESPIPE EROFS EMLINK EPIPE ENAMETOOLONG ENOLCK ENOSYS ENOTEMPTY ELOOP EOVERFLOW EOPNOTSUPP EDQUOT
    ESTALE ENOTCONN ETIMEDOUT ECONNREFUSED ECONNRESET EHOSTDOWN EHOSTUNREACH ENETDOWN ENETUNREACH EUCLEAN EBADMSG
""".split()
"""What ``open(2)``, ``read``, ``write``, ``rename``, ``fsync``, ``mkdir``, ``unlink`` and network file systems answer."""


@pytest.mark.parametrize("name", DISKS_SAY)
def test_each_answer_of_a_disk_has_its_words(name: str) -> None:
    code = getattr(errno, name, None)
    if code is None:
        pytest.skip(f"this system has no {name}")
    said = reason_of(OSError(code, os.strerror(code)))
    assert not re.search("[A-Za-z]", said)
    assert said == NAMED.get(name, said)


def test_what_has_no_words_keeps_the_systems() -> None:
    unknown = next(code for code in errno.errorcode if code not in REASONS)
    assert reason_of(OSError(unknown, "odd")) == f"系统错误 {unknown}：odd"
    assert reason_of(OSError("odd")) == "odd"
    assert reason_of(OSError()) == "OSError"


def test_a_full_disk_is_told_in_chinese() -> None:
    """「"No space left" in English」."""
    with pytest.raises(WriteFailed, match=r"^磁盘已满（errno 28）；没有写入$"), writing("没有写入"):
        raise OSError(errno.ENOSPC, "No space left on device")


def test_nobody_else_quotes_the_system() -> None:
    """One place: no module prints an ``OSError`` or its ``strerror`` by itself."""
    root = Path(archivist.__file__).parent
    for path in root.rglob("*.py"):
        if path.name == "os_reasons.py":
            continue
        tree = ast.parse(path.read_text(encoding="utf-8"))
        for node in ast.walk(tree):
            assert not (isinstance(node, ast.Attribute) and node.attr == "strerror"), path
            if isinstance(node, ast.ExceptHandler) and node.name and _only_the_system(node.type):
                printed = [
                    part for part in ast.walk(node)
                    if isinstance(part, ast.FormattedValue) and isinstance(part.value, ast.Name)
                    and part.value.id == node.name
                ]  # fmt: skip
                assert not printed, f"{path}:{node.lineno}"


def _only_the_system(caught: ast.expr | None) -> bool:
    return isinstance(caught, ast.Name) and caught.id in ("OSError", "FileNotFoundError", "PermissionError")


def test_what_windows_refuses_is_said_in_chinese() -> None:
    """«errors of the disk are Chinese everywhere»: ``winerror`` says more than the ``errno`` made of it."""
    for code, words in WINDOWS.items():
        error = OSError(errno.EACCES, "The process cannot access the file")
        error.__dict__["winerror"] = code
        assert reason_of(error) == words
        assert not words.isascii()
