"""How the index's SQLite files are opened: for writing, or for questions alone; and what SQLite's refusals mean.

A question opens its file so that it cannot be written (``mode=ro``); where not even the file of shared memory beside it
can be made (a read-only disk), as one that nobody changes (``immutable``).
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import IndexFault, IndexNotWritten

PATIENCE_S: Final = 30.0
"""So long another's write is waited for."""
_PRIMARY: Final = 0xFF
"""The bits of an extended result code that say which kind it is."""
_REFUSED: Final = {
    sqlite3.SQLITE_FULL: "磁盘已满",
    sqlite3.SQLITE_READONLY: "索引文件夹是只读的",
    sqlite3.SQLITE_PERM: "没有权限",
    sqlite3.SQLITE_CANTOPEN: "索引文件打不开，可能没有权限",
    sqlite3.SQLITE_IOERR: "磁盘读写出错",
    sqlite3.SQLITE_BUSY: "另一个程序正在写索引",
    sqlite3.SQLITE_LOCKED: "另一个程序正在写索引",
    sqlite3.SQLITE_NOMEM: "内存不够",
}
"""What the disk or the system refused, which says nothing against the index."""


def fault_of(error: sqlite3.Error) -> IndexFault:
    """Return what an error of SQLite's means: the disk refuses (E402), or the file is damaged (E400)."""
    code = getattr(error, "sqlite_errorcode", 0) & _PRIMARY
    if code in _REFUSED:
        return IndexNotWritten(f"{_REFUSED[code]}，档案不受影响")
    return IndexFault(f"索引目录损坏或读不出来（{type(error).__name__}）")


@contextmanager
def explained() -> Iterator[None]:
    """Say what an error of SQLite's in a block means; see ``fault_of``."""
    try:
        yield
    except sqlite3.Error as error:
        raise fault_of(error) from error


class BareCatalogue:
    """A catalogue opened for one question and closed again; nothing of what it means is known here."""

    def __init__(self, path: Path) -> None:
        with explained():
            self._db = connect_reading(path)

    def __enter__(self) -> BareCatalogue:
        return self

    def __exit__(self, *_: object) -> None:
        self._db.close()

    def select(self, sql: str, *values: object) -> list[tuple[object, ...]]:
        """Return the rows of a question in SQL."""
        with explained():
            return self._db.execute(sql, values).fetchall()


def connect_writing(path: Path) -> sqlite3.Connection:
    """Open a catalogue for its one writer; what it commits stays in the log beside the file until it is sealed."""
    db = _connect(str(path))
    try:
        for pragma in (
            "journal_mode = WAL", "synchronous = FULL", "secure_delete = ON", "wal_autocheckpoint = 0",
        ):  # fmt: skip
            db.execute(f"PRAGMA {pragma}")
    except sqlite3.Error:
        db.close()
        raise
    return db


def connect_reading(path: Path) -> sqlite3.Connection:
    """Open a catalogue for questions: nothing can be written through it."""
    try:
        return _proven(_connect(f"{path.resolve().as_uri()}?mode=ro"))
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode & _PRIMARY not in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY):
            raise
        log = path.with_name(f"{path.name}-wal")
        if log.is_file() and log.stat().st_size:  # what is in it would not be seen
            raise
    return _proven(_connect(f"{path.resolve().as_uri()}?immutable=1"))


def _proven(db: sqlite3.Connection) -> sqlite3.Connection:
    """Return a connection that can be read through."""
    try:
        db.execute("SELECT count(*) FROM sqlite_master").fetchone()
    except sqlite3.Error:
        db.close()
        raise
    return db


@contextmanager
def one_writer(path: Path, wait_s: float = PATIENCE_S) -> Iterator[None]:
    """Be the index's one writer for a block; released by the system when the process dies.

    Raises:
        IndexNotWritten: E402, another one writes for longer than ``wait_s`` seconds, or the disk refuses.
    """
    with explained(), closing(_connect(str(path), wait_s)) as db:
        db.execute("BEGIN EXCLUSIVE")
        yield


def _connect(name: str, wait_s: float = PATIENCE_S) -> sqlite3.Connection:
    return sqlite3.connect(
        name, timeout=wait_s, isolation_level=None, check_same_thread=False, uri=name.startswith("file:")
    )
