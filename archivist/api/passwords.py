"""A password, asked for until it opens a locked file; it goes nowhere but to the reading process."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

from archivist.errors import PasswordNeeded

AskPassword = Callable[[str, str], str]
"""Called with a file's name and why the password before was refused, empty at first; returns what a person types."""
ATTEMPTS: Final = 3
"""So many passwords are asked for."""
_T = TypeVar("_T")


def with_password(name: str, ask: AskPassword, attempt: Callable[[str], _T]) -> _T:
    """Ask for a password until one opens the file, three times at most.

    Raises:
        PasswordNeeded: E106, the last was none either.
    """
    refused = ""
    for left in reversed(range(ATTEMPTS)):
        password = ask(name, refused)
        try:
            if not password:
                raise PasswordNeeded("没有写密码", file=name)
            return attempt(password)
        except PasswordNeeded as error:
            if not left:
                raise
            refused = error.what
    raise AssertionError
