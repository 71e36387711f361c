"""The page in a real Chromium (Debian's), driven by Playwright over ``archivist serve`` as a process of its own.

Chromium and axe-core are needed for tests alone. In CI their absence is a failure, elsewhere the tests are skipped with a line that
says so. axe-core is fetched from npm once, into ``.axe`` of the checkout, and never shipped.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tarfile
import tempfile
from contextlib import suppress
from functools import cache
from pathlib import Path
from typing import Final

import pytest

CHROMIUM: Final = "/usr/bin/chromium"
ARGS: Final = (
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync",
)  # fmt: skip
AXE: Final = "axe-core@4.10.3"
_KEPT: Final = Path(__file__).parents[2] / ".axe"
_FETCH_S: Final = 300.0


def require_browser() -> None:
    """Skip the test where there is no browser, saying what is not tried then; in CI it fails."""
    missing = [CHROMIUM] if not Path(CHROMIUM).exists() else []
    with suppress(ImportError):
        import playwright  # noqa: F401

        if not missing:
            return
    (pytest.fail if os.environ.get("CI") else pytest.skip)(
        f"没有 {'、'.join(missing) or 'playwright'}：网页没有在真浏览器里试过"
    )


@cache
def axe() -> str:
    """Return the text of axe-core; fetched by npm where it is not there yet. Several runs may fetch it: the first to be ready counts."""
    if not _KEPT.is_dir():
        if shutil.which("npm") is None:
            (pytest.fail if os.environ.get("CI") else pytest.skip)("没有 npm：网页没有用 axe 检查无障碍")
        with tempfile.TemporaryDirectory(dir=_KEPT.parent, prefix=".axe-") as work:
            fetch = ["npm", "pack", AXE, "--silent", "--pack-destination", work]
            subprocess.run(fetch, check=True, timeout=_FETCH_S, capture_output=True)
            (packed,) = Path(work).glob("*.tgz")
            made = Path(work, "made")
            made.mkdir()
            with tarfile.open(packed) as archive:
                script = archive.extractfile("package/axe.min.js")
                assert script is not None
                (made / "axe.min.js").write_bytes(script.read())
            with suppress(OSError):
                made.rename(_KEPT)
    return (_KEPT / "axe.min.js").read_text(encoding="utf-8")
