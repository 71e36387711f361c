"""Names of files that every system takes."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.printable import portable_name


@pytest.mark.parametrize(
    ("name", "portable"),
    [
        ("王秀兰 低保申请书", "王秀兰 低保申请书"),
        ("CON", "_CON"),
        ("con.pdf", "_con.pdf"),
        ("NUL .txt", "_NUL .txt"),
        ("LPT1", "_LPT1"),
        ("COM10", "COM10"),
        ("CONSOLE.pdf", "CONSOLE.pdf"),
        ("通知. .", "通知"),
        ("a:b?c", "a_b_c"),
        ("...", "_"),
        ("", "_"),
    ],
)
def test_what_windows_forbids_is_replaced(name: str, portable: str) -> None:
    """“what Windows forbids becomes ``_``, its reserved words begin with one”."""
    assert portable_name(name) == portable


@given(st.text())
def test_a_portable_name_stays_as_it_is(name: str) -> None:
    made = portable_name(name)
    assert portable_name(made) == made
    assert not re.search(r'[<>:"|?*\\/\x00-\x1f]', made)
    assert made and made[-1] not in ". "
