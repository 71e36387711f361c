"""The lock: what is installed, in one version, each file by its digest; it agrees with what the program asks for."""

from __future__ import annotations

import re
import subprocess
import sys
from importlib.metadata import distributions
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from tools.bundle import OURS, PLATFORMS, environment
from tools.lock import EXTRA, LOCK, LockFailed, asked, faults, locked

PACKAGES = locked(LOCK.read_text(encoding="utf-8"))
DIGEST = "0" * 64


def test_the_lock_has_all_the_program_asks_for_in_versions_that_will_do() -> None:
    """“requirements lock with sha256, made by a tool, tested for agreement with pyproject”: run make lock."""
    assert len(asked()) > 30
    assert faults(PACKAGES, asked()) == []


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("python", ["3.11", "3.13"])
def test_what_its_packages_ask_for_is_in_it_too(platform: str, python: str) -> None:
    """Nothing is left to be looked up: by the packages' own words, for every platform, each once."""
    judged = environment(PLATFORMS[platform], python)
    there = [one.name for one in PACKAGES if one.fits(judged)]
    assert len(there) == len(set(there)), "one version on one platform"
    needs = [
        need
        for one in distributions()
        if canonicalize_name(one.metadata["Name"]) in there
        for need in map(Requirement, one.requires or ())
        if not need.marker or need.marker.evaluate({**judged, "extra": ""})
    ]
    assert len(needs) > 40
    assert faults([one for one in PACKAGES if one.fits(judged)], needs) == []
    assert ("colorama" in there) == PLATFORMS[platform].is_windows


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (f"click==8.0 --hash=sha256:{DIGEST}\n", ["click>=8.5: 8.0 is there", "rich>=14: not there"]),
        (f"click==8.6 --hash=sha256:{DIGEST}\nRich==14.1 \\\n    --hash=sha256:{DIGEST}\n", []),
        (f"click==9.0rc1 --hash=sha256:{DIGEST}\nrich==13.9 --hash=sha256:{DIGEST}\n", ["rich>=14: 13.9 is there"]),
    ],
)  # fmt: skip
def test_a_lock_that_does_not_agree_is_told(text: str, said: list[str]) -> None:
    assert faults(locked(text), [Requirement("click>=8.5"), Requirement("rich>=14")]) == said


@pytest.mark.parametrize("text", ["click==8.6\n", f"click>=8.6 --hash=sha256:{DIGEST}\n", f"click --hash=sha256:{DIGEST}\n"])  # fmt: skip
def test_a_line_without_version_or_digest_is_refused(text: str) -> None:
    with pytest.raises(LockFailed):
        locked(text)


def test_the_readme_installs_the_wheel_this_program_makes() -> None:
    """“README section on installing (pip/pipx/uv tool/bundle) that is true”: its files are called as they will be."""
    told = (LOCK.parent / "README.md").read_text(encoding="utf-8").split("## 安装")[1].split("## ")[0]
    wheels = set(re.findall(r"archivist-[\w.-]+\.whl", told))
    assert wheels == {f"archivist-{OURS}-py3-none-any.whl"}
    assert "--require-hashes -r requirements.lock" in told and f"[{EXTRA}]" in told


def test_pip_takes_no_other_file_than_the_locked_one(tmp_path: Path) -> None:
    """A wheel of the right name and version whose bytes are others is not installed."""
    wheel = tmp_path / "click-8.6-py3-none-any.whl"
    wheel.write_bytes(b"PK")
    (one,) = locked(f"click==8.6 --hash=sha256:{DIGEST}\n")
    (tmp_path / "wanted.txt").write_text(one.line, encoding="utf-8")
    done = subprocess.run(
        [
            sys.executable, "-m", "pip", "install", "--isolated", "--no-index", "--no-deps", "--require-hashes",
            "--find-links", tmp_path, "--target", tmp_path / "to", "-r", tmp_path / "wanted.txt",
        ], capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode and "HASHES" in done.stderr and not (tmp_path / "to").exists()
