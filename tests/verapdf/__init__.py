"""veraPDF, the validator of the PDF Association, over files: «veraPDF accepts every volume PDF».

Java and Maven are needed, for tests alone: an office has neither. On a run in CI their absence is a failure, elsewhere the tests are skipped with a
line that says so. ``prepared`` fetches the validator (16 jars, 9 MB) and compiles ``src/Check.java`` once, into ``.verapdf`` of the checkout.
"""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Final

from tests.java import class_path, require_java

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parents[1] / ".verapdf"
CHECK_S: Final = 600.0


def require() -> None:
    """Skip the test where Java is missing; in CI it fails."""
    require_java("全卷 PDF 没有经 veraPDF 验证")


@cache
def prepared() -> str:
    """Fetch and compile what is not there yet; return the class path."""
    return class_path(HERE, "Check", BUILT)


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
