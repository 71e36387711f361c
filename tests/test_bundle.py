"""The offline bundle: what a platform alone needs, and its checksums. The bundle itself is made by `make bundle`."""

from __future__ import annotations

import subprocess
from importlib.metadata import distributions
from pathlib import Path

import pytest

from tools.bundle import FILES, PLATFORMS, BundleFailed, lacking, seal, unpacked


def test_what_windows_alone_needs_is_not_left_out() -> None:
    """“pip on Linux silently omits colorama and win32-setctime”: they are found by the packages' own words."""
    alone = {"colorama", "win32-setctime"}
    named = [(one, str(one.metadata["Name"])) for one in distributions()]
    # The theme of the documentation, which no bundle has, wants the first one everywhere.
    here = [one for one, name in named if name not in alone and not name.startswith("mkdocs")]
    windows = {need.split(">")[0] for need in lacking(here, PLATFORMS["windows-x64"], "3.11")}
    linux = lacking(here, PLATFORMS["linux-x86_64"], "3.11")
    assert alone <= windows
    assert not any(need.startswith(("colorama", "win32")) for need in linux)


def test_a_flipped_byte_is_found_before_anything_is_installed(tmp_path: Path) -> None:
    """“a flipped byte → exit 2”."""
    (tmp_path / "program").mkdir()
    (tmp_path / "program/档案.bin").write_bytes(b"whole")
    (tmp_path / "VERSION").write_text("1\n")
    (tmp_path / "安装.sh").write_bytes((FILES / "安装.sh").read_bytes())
    seal(tmp_path)
    (tmp_path / "program/档案.bin").write_bytes(b"whale")
    done = subprocess.run(
        ["sh", tmp_path / "安装.sh", tmp_path / "to"], capture_output=True, text=True, check=False
    )
    assert done.returncode == 2 and not (tmp_path / "to").exists()


def test_another_python_than_the_one_named_is_refused(tmp_path: Path) -> None:
    """“relocatable Python given by the builder, sha256 pinned”."""
    (tmp_path / "python.zip").write_bytes(b"PK")
    with pytest.raises(BundleFailed, match="sha256"):
        unpacked(tmp_path / "python.zip", "0" * 64, tmp_path / "into")
