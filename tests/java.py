"""Small Java programs of the tests over libraries from Maven Central: fetched and compiled once, into the checkout.

Java and Maven are needed for tests alone. In CI their absence is a failure, elsewhere the tests are skipped with a line that says so.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from contextlib import suppress
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
    if not built.is_dir():
        with tempfile.TemporaryDirectory(
            dir=built.parent, prefix=f"{built.name}-", ignore_cleanup_errors=True
        ) as work:
            made = Path(work, "made")
            jars, classes = made / "lib", made / "classes"
            fetch = ["mvn", "-q", "-B", "-f", str(project / "pom.xml"), "dependency:copy-dependencies"]
            subprocess.run([*fetch, f"-DoutputDirectory={jars}"], check=True, timeout=FETCH_S)
            classes.mkdir()
            source = str(project / "src" / f"{program}.java")
            subprocess.run(
                ["javac", "-cp", f"{jars}/*", "-d", str(classes), source], check=True, timeout=FETCH_S
            )
            with suppress(OSError):
                made.rename(built)
    return os.pathsep.join((f"{built / 'lib'}/*", str(built / "classes")))
