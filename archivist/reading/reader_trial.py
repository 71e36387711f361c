"""Whether the reading process can read at all: it reads a page that is known, a line of print and a QR code.

Asked whenever a file could not be read, before the file is blamed: with a package missing or broken every good scan would
pass for damaged. The trial has a process of its own, so that nothing a bad file did to the other one counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from archivist.errors import ArchivistError, FormatNotRead, PasswordNeeded, ReaderStopped, UnreadableFile
from archivist.reader_errors import ReaderBroken
from archivist.reading.pages import ReadResult
from archivist.reading.reader_process import Reader

TRIAL_PAGE: Final = Path(__file__).with_name("trial_page.png")
"""Drawn by ``tools/make_trial_page.py``."""
TRIAL_LINE: Final = "社会救助档案"
TRIAL_CODE: Final = "ARCHIVIST-TRIAL"


def fault_of_reader() -> str:
    """Read the trial page; return why it cannot be read, in Chinese, empty when all is well."""
    try:
        with Reader() as reader:
            result = reader.read(TRIAL_PAGE)
    except ArchivistError as error:
        return f"测试页读不出来：{error.what}"
    (page,) = result.pages
    if TRIAL_LINE not in page.text.replace(" ", ""):
        return f"测试页上的“{TRIAL_LINE}”没有认出来"
    if TRIAL_CODE not in page.codes:
        return "测试页上的二维码没有认出来"
    return ""


def require_working() -> None:
    """Do nothing if files can be read here.

    Raises:
        ReaderBroken: E109, they cannot.
    """
    if fault := fault_of_reader():
        raise ReaderBroken(fault)


@contextmanager
def blame() -> Iterator[None]:
    """Let a file be called unreadable only where another one can be read.

    Raises:
        ReaderBroken: E109, none can.
    """
    try:
        yield
    except (FormatNotRead, PasswordNeeded):
        raise
    except (UnreadableFile, ReaderStopped):
        require_working()
        raise


def read_or_blame(reader: Reader, path: Path) -> ReadResult:
    """Read a file; what is wrong with it is its own fault.

    Raises:
        UnreadableFile: E101. FileTooLarge: E102. ReaderStopped: E103. See ``Reader.read``.
        ReaderBroken: E109, nothing can be read here.
    """
    with blame():
        result = reader.read(path)
    if any(page.failure for page in result.pages):
        require_working()
    return result
