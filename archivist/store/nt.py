"""What Windows does differently with files, asked of its kernel by ctypes. Only what writes to the disk imports this.

A rename and a removal fail there while anybody has the file open: a virus scanner looks at each new file, the Explorer draws its preview, one of
our own readers has a manifest open. They let go of it within moments, so ``patiently`` tries again for ``PATIENCE_S`` before it says so.
The functions that ask the kernel are there on Windows alone; paths and patience are plain logic, the same everywhere.
"""

from __future__ import annotations

import ntpath
import os
import re
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final, TypeVar

PATIENCE_S: Final = 5.0
FIRST_WAIT_S: Final = 0.02
HELD_BY_OTHERS: Final = frozenset({5, 32, 33})
"""``ERROR_ACCESS_DENIED`` (said of a file whose removal is pending, and of a folder in which one is open), ``ERROR_SHARING_VIOLATION``,
``ERROR_LOCK_VIOLATION``."""
LONGEST_PLAIN: Final = 240
"""Of the 260 characters a path may have where nobody raised the limit, a folder may use 248, and its files want some."""
LONGEST_ROOT: Final = 120
"""Characters of a workspace's own path; what stands below it has room in the rest."""

_Done = TypeVar("_Done")


def patiently(
    act: Callable[[], _Done],
    *,
    sleep: Callable[[float], None] = time.sleep,
    clock: Callable[[], float] = time.monotonic,
) -> _Done:
    """Do something to a file, again and again while another program has it open, for up to ``PATIENCE_S``.

    Raises:
        OSError: it is held still, or it was refused for another reason.
    """
    until, wait_s = clock() + PATIENCE_S, FIRST_WAIT_S
    while True:
        try:
            return act()
        except OSError as error:
            left = until - clock()
            if getattr(error, "winerror", None) not in HELD_BY_OTHERS or left <= 0:
                raise
        sleep(min(wait_s, left))
        wait_s *= 2


def long_path(path: str | os.PathLike[str]) -> str:
    r"""Return a path of Windows as its kernel takes it at any length: a long one whole, after ``\\?\``."""
    plain = ntpath.normpath(os.fspath(path))
    if plain.startswith(("\\\\?\\", "\\\\.\\")):
        return plain
    if not ntpath.isabs(plain) or not ntpath.splitdrive(plain)[0]:
        plain = ntpath.abspath(plain)
    if len(plain) < LONGEST_PLAIN:
        return plain
    return f"\\\\?\\UNC\\{plain[2:]}" if plain.startswith("\\\\") else f"\\\\?\\{plain}"


def private_to(owner: str) -> str:
    """Return the access list (SDDL) that a folder gets which only its owner and the system may open.

    ``P``: nothing is inherited from above. ``OICI``: what is made in it later has the same.

    Args:
        owner: the account's number, ``S-1-…``.
    """
    return f"D:P(A;OICI;FA;;;{owner})(A;OICI;FA;;;SY)"


def strangers(access: str, owner: str) -> list[str]:
    """Return who else may open a file or folder, from its access list (SDDL): accounts beside owner, system and administrators."""
    allowed = re.findall(r"\(A;[^()]*;([^;()]+)\)", access)
    return sorted({who for who in allowed if who not in {owner, "SY", "BA", "OW", "CO"}})


if sys.platform == "win32":
    import ctypes
    import msvcrt
    import stat
    from ctypes import wintypes

    _GENERIC_READ, _GENERIC_WRITE, _DELETE = 0x80000000, 0x40000000, 0x00010000
    _SHARE_READ, _SHARE_WRITE, _SHARE_DELETE = 1, 2, 4
    _OPEN_EXISTING, _BACKUP_SEMANTICS, _OPEN_REPARSE_POINT = 3, 0x02000000, 0x00200000
    _REPLACE_EXISTING, _WRITE_THROUGH = 1, 8
    _NO_FOLDER_FLUSH: Final = frozenset({1, 5, 50})
    """``ERROR_INVALID_FUNCTION``, ``ERROR_ACCESS_DENIED``, ``ERROR_NOT_SUPPORTED``: some shares and FAT cannot."""
    _TOKEN_QUERY, _TOKEN_USER = 8, 1
    _DACL, _PROTECTED_DACL = 4, 0x80000000
    _READ_ATTRIBUTES: Final = 0x80
    _TICKS_1601: Final = 116_444_736_000_000_000

    class _BasicInfo(ctypes.Structure):
        _fields_ = (
            ("made", ctypes.c_int64),
            ("read", ctypes.c_int64),
            ("written", ctypes.c_int64),
            ("changed", ctypes.c_int64),
            ("attributes", wintypes.DWORD),
        )

    _kernel = ctypes.WinDLL("kernel32", use_last_error=True)
    _security = ctypes.WinDLL("advapi32", use_last_error=True)
    _kernel.CreateFileW.restype = wintypes.HANDLE
    _kernel.CreateFileW.argtypes = [
        *(wintypes.LPCWSTR, wintypes.DWORD, wintypes.DWORD, ctypes.c_void_p),
        *(wintypes.DWORD, wintypes.DWORD, wintypes.HANDLE),
    ]
    _kernel.FlushFileBuffers.argtypes = [wintypes.HANDLE]
    _kernel.GetFileInformationByHandleEx.argtypes = [
        wintypes.HANDLE,
        ctypes.c_int,
        ctypes.c_void_p,
        wintypes.DWORD,
    ]
    _kernel.CloseHandle.argtypes = [wintypes.HANDLE]
    _kernel.MoveFileExW.argtypes = [wintypes.LPCWSTR, wintypes.LPCWSTR, wintypes.DWORD]
    _kernel.GetCurrentProcess.restype = wintypes.HANDLE
    _kernel.LocalFree.argtypes = [ctypes.c_void_p]
    _security.OpenProcessToken.argtypes = [wintypes.HANDLE, wintypes.DWORD, ctypes.POINTER(wintypes.HANDLE)]
    _security.GetTokenInformation.argtypes = [
        *(wintypes.HANDLE, ctypes.c_int, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD)),
    ]
    _security.ConvertSidToStringSidW.argtypes = [ctypes.c_void_p, ctypes.POINTER(wintypes.LPWSTR)]
    _security.ConvertStringSecurityDescriptorToSecurityDescriptorW.argtypes = [
        *(wintypes.LPCWSTR, wintypes.DWORD, ctypes.POINTER(ctypes.c_void_p), ctypes.c_void_p),
    ]
    _security.ConvertSecurityDescriptorToStringSecurityDescriptorW.argtypes = [
        *(ctypes.c_void_p, wintypes.DWORD, wintypes.DWORD, ctypes.POINTER(wintypes.LPWSTR), ctypes.c_void_p),
    ]
    _security.SetFileSecurityW.argtypes = [wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p]
    _security.GetFileSecurityW.argtypes = [
        *(wintypes.LPCWSTR, wintypes.DWORD, ctypes.c_void_p, wintypes.DWORD, ctypes.POINTER(wintypes.DWORD)),
    ]

    def _last(path: object = None) -> OSError:
        code = ctypes.get_last_error()
        return OSError(None, ctypes.FormatError(code).strip(), None if path is None else str(path), code)

    def _open(path: Path, access: int, share: int, flags: int) -> int:
        handle = _kernel.CreateFileW(long_path(path), access, share, None, _OPEN_EXISTING, flags, None)
        if handle == wintypes.HANDLE(-1).value:
            raise _last(path)
        return int(handle)

    def flush_folder(path: Path) -> None:
        """Have the names in a folder written out.

        Raises:
            OSError: the disk cannot do it (``cannot_flush_folders`` tells), or it failed.
        """
        handle = _open(path, _GENERIC_WRITE, _SHARE_READ | _SHARE_WRITE | _SHARE_DELETE, _BACKUP_SEMANTICS)
        try:
            if not _kernel.FlushFileBuffers(handle):
                raise _last(path)
        finally:
            _kernel.CloseHandle(handle)

    def cannot_flush_folders(error: OSError) -> bool:
        """Tell whether it is in the nature of the disk, so that it will be refused every time."""
        return error.winerror in _NO_FOLDER_FLUSH

    def move(source: Path, target: Path, *, over: bool = False) -> None:
        """Rename; returned from once it is written out. With ``over`` a file that is there is replaced, else refused."""
        flags = _WRITE_THROUGH | (_REPLACE_EXISTING if over else 0)

        def act() -> None:
            if not _kernel.MoveFileExW(long_path(source), long_path(target), flags):
                raise _last(source)

        patiently(act)

    def make_read_only(path: Path) -> None:
        """Let nobody write to a file; to remove it, ``unlink`` takes that back."""
        path.chmod(stat.S_IREAD)

    def is_read_only(path: Path) -> bool:
        """Tell whether a file is so."""
        return bool(path.stat().st_file_attributes & stat.FILE_ATTRIBUTE_READONLY)

    def unlink(path: Path) -> None:
        """Remove a file, a read-only one too.

        Raises:
            FileNotFoundError: it is not there.
        """

        def act() -> None:
            try:
                os.unlink(long_path(path))  # noqa: PTH108 (the long form of the path)
            except PermissionError:
                if not path.lstat().st_file_attributes & stat.FILE_ATTRIBUTE_READONLY:
                    raise
                path.chmod(stat.S_IREAD | stat.S_IWRITE)
                os.unlink(long_path(path))  # noqa: PTH108

        patiently(act)

    def open_unwritten(path: Path) -> int:
        """Open a file for reading while nobody has it open for writing, nor can before it is closed; it may be renamed and removed.

        A link is opened itself. Windows asks everybody who opens a file what others may do meanwhile: what a lease is on Linux.

        Raises:
            OSError: 32, somebody has it open for writing.
        """
        handle = _open(path, _GENERIC_READ, _SHARE_READ | _SHARE_DELETE, _OPEN_REPARSE_POINT)
        return msvcrt.open_osfhandle(handle, os.O_RDONLY | os.O_BINARY)

    def changed_ns(place: str | int) -> int:
        """Return when a file (a path, or an open descriptor) or its times were last changed, in nanoseconds.

        ``st_ctime`` is there when the file was made, and the other times are anybody's to set.
        """
        if isinstance(place, str):
            share = _SHARE_READ | _SHARE_WRITE | _SHARE_DELETE
            handle = _open(Path(place), _READ_ATTRIBUTES, share, _BACKUP_SEMANTICS | _OPEN_REPARSE_POINT)
            try:
                return _changed_ns(handle)
            finally:
                _kernel.CloseHandle(handle)
        return _changed_ns(msvcrt.get_osfhandle(place))

    def _changed_ns(handle: int) -> int:
        told = _BasicInfo()
        if not _kernel.GetFileInformationByHandleEx(handle, 0, ctypes.byref(told), ctypes.sizeof(told)):
            raise _last()
        return int(told.changed - _TICKS_1601) * 100

    def account() -> str:
        """Return the number of the account that this process runs under, ``S-1-…``."""
        token, size = wintypes.HANDLE(), wintypes.DWORD()
        if not _security.OpenProcessToken(_kernel.GetCurrentProcess(), _TOKEN_QUERY, ctypes.byref(token)):
            raise _last()
        try:
            _security.GetTokenInformation(token, _TOKEN_USER, None, 0, ctypes.byref(size))
            room = ctypes.create_string_buffer(size.value)
            if not _security.GetTokenInformation(token, _TOKEN_USER, room, size, ctypes.byref(size)):
                raise _last()
            text = wintypes.LPWSTR()
            if not _security.ConvertSidToStringSidW(ctypes.c_void_p.from_buffer(room), ctypes.byref(text)):
                raise _last()
            return _taken(text)
        finally:
            _kernel.CloseHandle(token)

    def make_private(folder: Path) -> None:
        """Let only this account and the system open a folder, and what is made in it from now on."""
        made = ctypes.c_void_p()
        if not _security.ConvertStringSecurityDescriptorToSecurityDescriptorW(
            private_to(account()), 1, ctypes.byref(made), None
        ):
            raise _last(folder)
        try:
            if not _security.SetFileSecurityW(long_path(folder), _DACL | _PROTECTED_DACL, made):
                raise _last(folder)
        finally:
            _kernel.LocalFree(made)

    def access_list(path: Path) -> str:
        """Return who may open a file or folder, as SDDL."""
        size, text = wintypes.DWORD(), wintypes.LPWSTR()
        _security.GetFileSecurityW(long_path(path), _DACL, None, 0, ctypes.byref(size))
        room = ctypes.create_string_buffer(max(size.value, 1))
        if not _security.GetFileSecurityW(long_path(path), _DACL, room, size, ctypes.byref(size)):
            raise _last(path)
        if not _security.ConvertSecurityDescriptorToStringSecurityDescriptorW(
            room, 1, _DACL, ctypes.byref(text), None
        ):
            raise _last(path)
        return _taken(text)

    def _taken(text: wintypes.LPWSTR) -> str:
        try:
            return str(text.value)
        finally:
            _kernel.LocalFree(ctypes.cast(text, ctypes.c_void_p))
