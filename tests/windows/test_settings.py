"""``archivist.toml`` as the notepad of a Chinese Windows saves it; the same everywhere."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from archivist import config
from archivist.api.windows_checks import CHECKS
from archivist.errors import SettingsError
from archivist.settings_file import FILE_NAME, as_utf8, is_gbk
from tests.command_line import Office, opened
from tests.kit import SETTINGS


def test_settings_in_gbk_are_read(tmp_path: Path) -> None:
    """“in UTF-8, and whether it was in GBK”."""
    (tmp_path / FILE_NAME).write_bytes(SETTINGS.encode("gbk"))
    assert config.load(tmp_path).office.name == "天津市红桥区样例街道办事处"
    assert is_gbk(tmp_path)


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_settings_in_utf_8_are_what_they_are(mark: bytes) -> None:
    text = mark + SETTINGS.encode()
    assert as_utf8(text) == (text, False)


def test_damaged_utf_8_is_never_taken_for_gbk(tmp_path: Path) -> None:
    """“read as GBK it would put other characters onto papers”: a byte lost in any character is refused, E500."""
    whole = SETTINGS.encode()
    for place in range(len(whole)):
        if whole[place] < 0x80:
            continue
        for torn in (whole[:place] + whole[place + 1 :], whole[:place] + b"\xff" + whole[place + 1 :]):
            assert as_utf8(torn) == (torn, False)
    (tmp_path / FILE_NAME).write_bytes(whole.replace("样".encode(), "样".encode()[:2]))
    with pytest.raises(SettingsError):
        config.load(tmp_path)


@pytest.mark.skipif(sys.platform == "win32", reason="there it is tried")
def test_what_only_windows_shows_is_named_elsewhere(tmp_path: Path) -> None:
    """“told by name anywhere else”: memory limits, long paths, durability, WPS and Word."""
    checks = opened(tmp_path).json("doctor", "--windows")["checks"]
    assert [one["check"] for one in checks] == list(CHECKS)
    assert all("只能在 Windows 电脑上检查" in one["detail"] for one in checks)


def test_a_command_says_so(tmp_path: Path) -> None:
    office: Office = opened(tmp_path)
    path = office.root / FILE_NAME
    path.write_bytes(path.read_text(encoding="utf-8").encode("gbk"))
    shown = office.run("case", "list")
    assert "王秀兰" in shown.stdout
    assert "GBK" in shown.stderr
