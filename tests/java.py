"""Small Java programs of the tests over libraries from Maven Central: fetched and compiled once, into the checkout.

Java and Maven are needed for tests alone. In CI their absence is a failure, elsewhere the tests are skipped with a line that says so.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

import pytest

NEEDED: Final = ("mvn", "javac", "java")
FETCH_S: Final = 900.0


def require_java(untried: str) -> None:
    """Skip the test where Java is missing, saying what is not tried then; in CI it fails."""
    if missing := [program for program in NEEDED if shutil.which(program) is None]:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(f"没有 {'、'.join(missing)}：{untried}")


def class_path(project: Path, program: str, built: Path) -> str:
    """Fetch and compile what is not there yet; return the class path.

    Several processes of a run may do so at once: the first to be ready counts.

    Args:
        project: folder with ``pom.xml`` and ``src/<program>.java``.
        program: the class to run.
        built: where jars and classes are kept.
    """
    source = project / "src" / f"{program}.java"
    classes = built / f"classes-{hashlib.sha256(source.read_bytes()).hexdigest()[:12]}"
    if not (built / "lib").is_dir():
        with _made_beside(built) as made:
            fetch = ["mvn", "-q", "-B", "-f", str(project / "pom.xml"), "dependency:copy-dependencies"]
            subprocess.run([*fetch, f"-DoutputDirectory={made / 'lib'}"], check=True, timeout=FETCH_S)
    if not classes.is_dir():  # the program of another version of the tests stays beside
        with _made_beside(classes) as made:
            compile_ = ["javac", "-cp", f"{built / 'lib'}/*", "-d", str(made), str(source)]
            subprocess.run(compile_, check=True, timeout=FETCH_S)
    return os.pathsep.join((f"{built / 'lib'}/*", str(classes)))


def unpacked(artifact: str, wanted: Path) -> Path:
    """Fetch an archive and unpack it, unless that was done; return its folder.

    Args:
        artifact: ``group:name:version:kind``.
        wanted: where it is kept.
    """
    if not wanted.is_dir():
        with _made_beside(wanted) as made:
            fetch = ["mvn", "-q", "-B", "dependency:copy", f"-Dartifact={artifact}"]
            subprocess.run([*fetch, f"-DoutputDirectory={made}"], check=True, timeout=FETCH_S)
            (archive,) = made.iterdir()
            shutil.unpack_archive(archive, made)
            archive.unlink()
    return wanted


@contextmanager
def _made_beside(wanted: Path) -> Iterator[Path]:
    """Make a folder in a block; it is there all at once, unless somebody else was quicker."""
    with tempfile.TemporaryDirectory(
        dir=wanted.parent, prefix=f"{wanted.name}-", ignore_cleanup_errors=True
    ) as work:
        made = Path(work, "made")
        made.mkdir()
        yield made
        with suppress(OSError):
            made.rename(wanted)
