"""veraPDF, the validator of the PDF Association, over files: «veraPDF accepts every volume PDF».

Java and Maven are needed, for tests alone: an office has neither. On a run in CI their absence is a failure, elsewhere the tests are skipped with a
line that says so. ``prepared`` fetches the validator (16 jars, 9 MB) and compiles ``src/Check.java`` once, into ``.verapdf`` of the checkout.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Sequence
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parents[1] / ".verapdf"
NEEDED: Final = ("mvn", "javac", "java")
FETCH_S: Final = 600.0
CHECK_S: Final = 600.0


def lacking() -> list[str]:
    """Return which of the programs that veraPDF needs are not there."""
    return [program for program in NEEDED if shutil.which(program) is None]


def require() -> None:
    """Skip the test where Java is missing; in CI it fails."""
    if missing := lacking():
        why = f"没有 {'、'.join(missing)}：全卷 PDF 没有经 veraPDF 验证"
        (pytest.fail if os.environ.get("CI") else pytest.skip)(why)


@cache
def prepared() -> str:
    """Fetch and compile what is not there yet; return the class path.

    Several processes of a run may do so at once: the first to be ready counts.
    """
    if not BUILT.is_dir():
        with tempfile.TemporaryDirectory(
            dir=BUILT.parent, prefix=".verapdf-", ignore_cleanup_errors=True
        ) as work:
            made = Path(work, "made")
            jars, classes = made / "lib", made / "classes"
            fetch = ["mvn", "-q", "-B", "-f", str(HERE / "pom.xml"), "dependency:copy-dependencies"]
            subprocess.run([*fetch, f"-DoutputDirectory={jars}"], check=True, timeout=FETCH_S)
            classes.mkdir()
            source = str(HERE / "src" / "Check.java")
            subprocess.run(
                ["javac", "-cp", f"{jars}/*", "-d", str(classes), source], check=True, timeout=FETCH_S
            )
            with suppress(OSError):
                made.rename(BUILT)
    return os.pathsep.join((f"{BUILT / 'lib'}/*", str(BUILT / "classes")))


def objections(files: Sequence[Path]) -> dict[str, list[str]]:
    """Return what veraPDF finds wrong with files that say they are PDF/A-2b: name → lines; nothing for those that conform."""
    run = subprocess.run(
        ["java", "-cp", prepared(), "Check", *map(str, files)],
        capture_output=True, text=True, encoding="utf-8", timeout=CHECK_S, check=False,
    )  # fmt: skip
    found: dict[str, list[str]] = {}
    name = ""
    for line in run.stdout.splitlines():
        if not line.startswith(" "):
            path, verdict, *rest = line.split("\t")
            name = Path(path).name
            found[name] = [] if verdict == "PASS" else [" ".join((verdict, *rest))]
        else:
            found[name].append(line.strip())
    assert set(found) == {file.name for file in files}, run.stderr or run.stdout
    return {name: lines for name, lines in found.items() if lines}
