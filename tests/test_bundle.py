"""The offline bundle: what a platform alone needs, and its checksums. The bundle itself is made by `make bundle`."""

from __future__ import annotations

import lzma
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest

from archivist.reading.ocr import model_paths
from tools.bundle import (
    FILES,
    MOST_BYTES,
    PLATFORMS,
    ROOT,
    BundleFailed,
    built_for,
    for_others,
    install,
    lacking,
    prune,
    seal,
    size,
    unpacked,
)


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


def test_a_library_of_another_machine_is_found(tmp_path: Path) -> None:
    """“Linux aarch64 and Windows: contents … checked”: by the head of each file, whatever it is called."""
    here = Path(sys.executable).resolve()
    if built_for(here) != ("ELF", PLATFORMS["linux-x86_64"].machine):
        pytest.skip("the program that is looked at is that of Linux on x86-64")
    for name in ("python3", "lib.so.1"):
        (tmp_path / name).write_bytes(here.read_bytes()[:4096])
    (tmp_path / "说明.txt").write_text("MZ 不是程序", encoding="utf-8")
    head = bytearray(b"MZ" + bytes(62))
    head[60] = 64
    (tmp_path / "ort.dll").write_bytes(bytes(head) + b"PE\0\0\x64\x86")
    assert for_others(tmp_path, PLATFORMS["linux-x86_64"]) == ["ort.dll"]
    assert for_others(tmp_path, PLATFORMS["linux-aarch64"]) == ["lib.so.1", "ort.dll", "python3"]
    assert for_others(tmp_path, PLATFORMS["windows-x64"]) == ["lib.so.1", "python3"]


@pytest.mark.parametrize("name", ["linux-aarch64", "windows-x64"])
def test_the_packages_of_a_platform_that_is_not_here(
    name: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """“contents and sums checked only”: all the lock names for it and nothing of another, models, sums, size; the Python is the builder's."""
    if not request.config.option.long:
        pytest.skip("some 100 MB are fetched: make long")
    wheel = (sys.executable, "-m", "pip", "wheel", "-q", "--no-deps", "-w", str(tmp_path), str(ROOT))
    subprocess.run(wheel, check=True)
    (made,) = tmp_path.glob("archivist-*.whl")
    folder = tmp_path / "bundle"
    site = folder / "program/site-packages"
    install(site, PLATFORMS[name], "3.11", made)
    prune(site)
    assert for_others(folder, PLATFORMS[name]) == []
    kinds = [kind for file in site.rglob("*") if file.is_file() and (kind := built_for(file))]
    assert len(kinds) > 50
    for path in model_paths().values():
        assert list(site.rglob(path.name)), path.name
    seal(folder)
    sums = subprocess.run(
        ["sha256sum", "-c", "--quiet", "--strict", "SHA256SUMS"], cwd=folder, capture_output=True, check=False
    )
    assert sums.returncode == 0, sums.stdout
    packed = sum(
        len(lzma.compress(file.read_bytes(), preset=1)) for file in site.rglob("*") if file.is_file()
    )
    assert packed < MOST_BYTES < size(folder)
