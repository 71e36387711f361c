"""The offline bundle with the network cut off: unpacked, installed with its self-test, the demo, an upgrade, the way back.

It is tried where there is one (``make bundle``, or ``ARCHIVIST_BUNDLE`` names it), and ``make long`` makes one.
"""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import pytest

from tests.people import make_id
from tools.bundle import OURS, ROOT

NAME: Final = "archivist-offline-linux-x86_64"
NEWER: Final = "9.9.9"
CUT_OFF: Final = (
    *(("unshare",) if hasattr(os, "geteuid") and os.geteuid() == 0 else ("unshare", "--map-root-user")),
    "--net", "--mount", "sh", "-c",
    'for office in /usr/lib/libreoffice /opt/libreoffice*; do [ ! -d "$office" ] || mount -t tmpfs none "$office" || exit 98; done; exec "$@"',
    "sh",
)  # fmt: skip
"""Without a network, and without LibreOffice, which no bare machine has."""
ROOM: Final = Path("/var/tmp")
"""On a disk: three times the program is too much for a memory disk."""


@dataclass(frozen=True, slots=True)
class BareMachine:
    """A folder on a machine that has nothing of ours and no network."""

    room: Path

    @property
    def bundle(self) -> Path:
        """The bundle, unpacked."""
        return self.room / NAME

    @property
    def base(self) -> Path:
        """Where it is installed."""
        return self.room / "政务 档案"

    @property
    def version(self) -> str:
        """What ``current`` stands for."""
        return (self.base / "current").readlink().name

    def run(self, *words: str | Path, check: int = 0, **more: str) -> str:
        """Run something without a network and without anything of this Python; return what it says."""
        settings = {"PATH": "/usr/bin:/bin:/usr/sbin:/sbin", "HOME": str(self.room), "LANG": "C.UTF-8", "TMPDIR": str(self.room)}  # fmt: skip
        done = subprocess.run(
            [*CUT_OFF, *words], env=settings | more, cwd=self.room, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )  # fmt: skip
        assert done.returncode == check, done.stdout[-3000:]
        return done.stdout

    def install(self, *words: str | Path, check: int = 0) -> str:
        """Run the installer."""
        return self.run("sh", self.bundle / "安装.sh", *words, self.base, check=check)

    def archivist(self, *words: str, check: int = 0) -> str:
        """Run the program that is installed."""
        return self.run(self.base / "current/bin/archivist", *words, check=check)

    def relabel(self, version: str) -> None:
        """Make the bundle one of another version."""
        before = f"{_digest(self.bundle / 'VERSION')}  VERSION"
        (self.bundle / "VERSION").write_text(f"{version}\n", encoding="utf-8")
        sums = self.bundle / "SHA256SUMS"
        told = sums.read_text(encoding="utf-8")
        assert before in told
        sums.write_text(
            told.replace(before, f"{_digest(self.bundle / 'VERSION')}  VERSION"), encoding="utf-8"
        )


def _digest(path: Path) -> str:
    return subprocess.run(["sha256sum", path], capture_output=True, text=True, check=True).stdout.split()[0]


def _packed(room: Path, *, long: bool) -> Path:
    """Return a packed bundle: the one that is named, that is there, or in a long run one that is made."""
    named = os.environ.get("ARCHIVIST_BUNDLE", "")
    there = Path(named) if named else ROOT / "dist" / f"{NAME}.tar.xz"
    if named or there.exists():
        return there
    if not long:
        pytest.skip("no offline bundle here: make bundle, or ARCHIVIST_BUNDLE=archivist-offline-linux-x86_64.tar.xz; make long makes one")  # fmt: skip
    done = subprocess.run(
        [sys.executable, "-m", "tools.bundle", "--out", room / "made"], cwd=ROOT, capture_output=True, text=True, check=False
    )  # fmt: skip
    if "belongs to the system" in done.stderr:
        pytest.skip(f"no offline bundle here: {done.stderr.strip()}")
    assert done.returncode == 0, done.stderr
    return room / "made" / f"{NAME}.tar.xz"


@pytest.fixture
def machine(request: pytest.FixtureRequest) -> Iterator[BareMachine]:
    """The bundle unpacked where nothing else of ours is."""
    if sys.platform != "linux" or os.uname().machine != "x86_64":
        pytest.skip("the bundle that is tried here is for Linux on x86-64")
    if (
        shutil.which("unshare") is None
        or subprocess.run([*CUT_OFF, "true"], capture_output=True, check=False).returncode
    ):
        pytest.skip("the network cannot be cut off here (unshare --net)")
    with tempfile.TemporaryDirectory(dir=ROOM, prefix="archivist-bundle-") as folder:
        room = Path(folder)
        packed = _packed(room, long=request.config.option.long)
        subprocess.run(["tar", "-C", room, "-xf", packed], check=True)
        yield BareMachine(room)


def test_without_a_network_it_installs_upgrades_goes_back_and_plays_the_demo(machine: BareMachine) -> None:
    """“From a bare container-like folder without network … twice (install, upgrade with rollback)”; “a flipped byte → exit 2”.

    One test, so that two processes of a run do not unpack it twice.
    """
    told = machine.install()
    assert "认字正常" in told and machine.version == OURS
    interfaces = machine.run(
        machine.base / "current/bin/archivist", "-c", "import socket; print([name for _, name in socket.if_nameindex()])",
        ARCHIVIST_PYTHON_ONLY="1",
    )  # fmt: skip
    assert interfaces.strip() == "['lo']"

    office = ("--workspace", str(machine.room / "office"), "--as", "林经办")
    machine.archivist(
        "init", str(machine.room / "office"), "--pack", "tianjin-hongqiao", "--office", "邵公庄街道", "--code", "TJHQ",
        "--agency-sign", "红邵救字", "--address", "样例路1号", "--phone", "022-00000001", "--supervision-phone", "022-00000002",
    )  # fmt: skip
    person = ("--name", "王秀兰", "--id", make_id("19570312", "246"), "--set", "申请人.村社区=样例里社区")
    machine.archivist("case", "open", "低保", *person, *office)

    spoilt = machine.bundle / "program" / "bin" / "archivist"
    whole = spoilt.read_bytes()
    machine.relabel(NEWER)
    spoilt.write_bytes(whole.replace(b"exec", b"exce", 1))
    assert "被改动" in machine.install(check=2) and machine.version == OURS
    spoilt.write_bytes(whole)

    machine.install()
    assert machine.version == NEWER and (machine.base / OURS).is_dir()
    machine.archivist(
        "case", "set", "王秀兰", "申请人.联系电话=022-00001111", "--reason", "来电告知", *office
    )
    machine.archivist("verify", *office)

    assert f"已退回 {OURS}" in machine.install("--back") and machine.version == OURS
    shown = json.loads(machine.archivist("case", "show", "王秀兰", "--json", *office))
    assert shown["facts"]["applicant"]["phone"] == "022-00001111"
    machine.archivist("verify", *office)
    assert f"已退回 {NEWER}" in machine.install("--back") and machine.version == NEWER
    assert "LibreOffice，不出PDF" in "".join(
        machine.archivist("demo").split()
    )  # “未装” stands in the line before
