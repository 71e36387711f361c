"""The password of the locked parts of a submission, asked for once for all of them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from archivist.api.passwords import AskPassword, with_password
from archivist.errors import PasswordNeeded


def password_of(files: Sequence[Path], ask: AskPassword | None) -> str:
    """Return the password that opens all locked parts among some files; empty where there are none.

    Raises:
        PasswordNeeded: E106, nobody can be asked, or none of what was said opens all of them.
    """
    from archivist.preservation import submission_envelope

    locked = [path for path in files if submission_envelope.part_in(path)]
    if not locked:
        return ""
    if ask is None:
        raise PasswordNeeded("报送包加了密码", file=locked[0].name, remedy="用报送单位另行告知的密码打开。")

    def attempt(password: str) -> str:
        submission_envelope.require_opens(locked, password)
        return password

    return with_password(locked[0].name, ask, attempt)
