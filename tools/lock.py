"""Writes ``requirements.lock``: every package an installation needs, on every platform, in one version, with the SHA-256 of each of its files.

``make lock`` (it asks ``uv``, which judges for all platforms at once; the versions are those that are installed here, where
the tests run). ``faults`` says where the file no longer agrees with what the program asks for.
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.metadata import distributions
from pathlib import Path
from typing import Final

from packaging.markers import Marker
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parents[1]
LOCK: Final = ROOT / "requirements.lock"
EXTRA: Final = "web"
"""Of the extras what an office uses: the page."""
_HASH: Final = re.compile(r"--hash=sha256:([0-9a-f]{64})")
_HEADING: Final = """# Written by `make lock`; not to be changed by hand.
# pip install --require-hashes -r requirements.lock, then the wheel of archivist itself with --no-deps.
"""


class LockFailed(Exception):
    """Why no lock can be written."""


@dataclass(frozen=True, slots=True)
class LockedPackage:
    """A package in the one version that is installed, where ``marker`` holds, with what its files must be."""

    name: str
    version: str
    marker: Marker | None
    digests: tuple[str, ...]

    def fits(self, environment: Mapping[str, str]) -> bool:
        """Tell whether a platform needs it."""
        return self.marker is None or self.marker.evaluate(dict(environment))

    @property
    def line(self) -> str:
        """It as pip reads it, for a platform that needs it."""
        return " ".join((f"{self.name}=={self.version}", *(f"--hash=sha256:{one}" for one in self.digests)))


def locked(text: str) -> tuple[LockedPackage, ...]:
    """Return the packages of a lock.

    Raises:
        LockFailed: a line names no version, or no digest.
    """
    found = []
    for line in re.sub(r"\\\n", " ", text).splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        need = Requirement(line.split("--hash")[0])
        digests = tuple(_HASH.findall(line))
        pins = [pin.version for pin in need.specifier if pin.operator == "=="]
        if len(pins) != 1 or len(need.specifier) != 1 or not digests:
            raise LockFailed(f"{need.name}: neither one version nor a digest")
        found.append(LockedPackage(canonicalize_name(need.name), pins[0], need.marker, digests))
    return tuple(found)


def asked(project: Path = ROOT / "pyproject.toml") -> tuple[Requirement, ...]:
    """Return what the program itself asks for, with the page."""
    told = tomllib.loads(project.read_text(encoding="utf-8"))["project"]
    return tuple(map(Requirement, [*told["dependencies"], *told["optional-dependencies"][EXTRA]]))


def faults(found: Sequence[LockedPackage], needs: Sequence[Requirement]) -> list[str]:
    """Say what a program asks for that a lock does not have, or has in a version that will not do."""
    by_name: dict[str, list[LockedPackage]] = {}
    for one in found:
        by_name.setdefault(one.name, []).append(one)
    said = []
    for need in needs:
        there = by_name.get(canonicalize_name(need.name), [])
        if not there:
            said.append(f"{need}: not there")
        said += [
            f"{need}: {one.version} is there"
            for one in there
            if not need.specifier.contains(one.version, prereleases=True)
        ]
    return said


def main() -> None:
    """Write the lock."""
    uv = shutil.which("uv", path=str(Path(sys.executable).parent)) or shutil.which("uv")
    if uv is None:
        sys.exit("lock: uv is not installed; make lock does it")
    tested = sorted({f"{one.metadata['Name']}=={one.version}\n" for one in distributions()})
    with tempfile.TemporaryDirectory() as work:
        constraint, made = Path(work, "tested.txt"), Path(work, "made.txt")
        constraint.write_text("".join(t for t in tested if not t.startswith("archivist==")), encoding="utf-8")
        done = subprocess.run(
            [
                uv, "pip", "compile", "-q", str(ROOT / "pyproject.toml"), "--extra", EXTRA, "--universal", "--python-version", "3.11",
                "--generate-hashes", "--no-annotate", "--no-header", "--no-emit-index-url", "--constraint", str(constraint), "-o", str(made),
            ], check=False,
        )  # fmt: skip
        if done.returncode:
            sys.exit("lock: uv found no versions that agree")
        text = _HEADING + made.read_text(encoding="utf-8")
    if wrong := faults(locked(text), asked()):
        sys.exit(f"lock: {'; '.join(wrong)}")
    LOCK.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{LOCK.name}: {len(locked(text))} packages\n")


if __name__ == "__main__":
    main()
