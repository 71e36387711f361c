"""``archivist serve`` as a process of its own."""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.command_line import Office


@contextmanager
def serving(root: Path, *options: str, typed: str = "") -> Iterator[tuple[subprocess.Popen[str], str]]:
    """Run ``archivist serve`` over an office; give the process and the address it says; ``typed`` is what somebody types first."""
    process = subprocess.Popen(
        [sys.executable, "-m", "archivist", "serve", "--port", "0", *options],
        cwd=root, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        env={**Office(root).environment, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    try:
        assert process.stdout is not None
        if typed:
            assert process.stdin is not None
            process.stdin.write(typed)
            process.stdin.flush()
        found = re.search(r"http://127\.0\.0\.1:\d+/", process.stdout.readline())
        assert found, process.stdout.read()
        yield process, found[0]
    finally:
        if process.poll() is None:
            process.kill()
        process.communicate()
