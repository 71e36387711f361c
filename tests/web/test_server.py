"""The server as a process of its own, as a clerk begins and ends it."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from typing import Any

import pytest

from tests.command_line import Office
from tests.waiting import PATIENCE_S, until
from tests.web.browser import PIN, Page
from tests.web.serving import serving


@pytest.mark.skipif(os.name == "nt", reason="no SIGINT for another process")
def test_it_serves_this_machine_and_ends_when_told(page: Page) -> None:
    """“Servers on loopback”; Ctrl-C ends it without a word of Python."""
    with serving(page.root) as (process, address):
        with urllib.request.urlopen(f"{address}login") as answer:
            text = answer.read().decode()
        assert "林经办" in text
        port = int(address.rstrip("/").rpartition(":")[2])
        with pytest.raises(OSError), socket.create_connection((_other_address(), port), timeout=5):
            pass
        process.send_signal(signal.SIGINT)
        assert process.wait() in (0, 130, -signal.SIGINT)
        assert process.stdout is not None
        assert "Traceback" not in process.stdout.read()


def test_it_watches_the_inbox_where_it_is_told_to(page: Page) -> None:
    """“The watcher may run inside serve (one process for a small office)”; another watch is refused meanwhile, and its end ends it."""
    with serving(page.root, "--watch", "--pin-stdin", typed=f"{PIN}\n") as (process, _):
        (page.root / "archive/inbox/来信77.txt").write_text(
            "情况说明\n本人王秀兰，家住样例里", encoding="utf-8"
        )
        until(lambda: not (page.root / "archive/inbox/来信77.txt").exists(), 0.1)
        assert any(i["name"] == "来信77.txt" for i in items(page))
        assert "林经办" in Office(page.root).json("status", check=1)["watched_by"]
        process.terminate()
        process.wait(PATIENCE_S)
    assert Office(page.root).json("status", check=1)["watched_by"] == ""


def items(page: Page) -> list[dict[str, Any]]:
    """Return what waits in the tray."""
    return list(Office(page.root).json("review", "list", "--per-page", "0")["items"])


def test_a_port_that_is_taken_is_said_so(page: Page) -> None:
    """“Bad input gets a clear error”: which port, and what to do."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        shown = Office(page.root).run("serve", "--port", str(taken.getsockname()[1]), check=None)
    assert shown.returncode
    assert "端口" in shown.stderr
    assert "--port" in shown.stderr


def test_an_office_without_people_is_told_what_to_register(office_without_people: Office) -> None:
    """Nobody can sign in where nobody is registered: the page does not begin."""
    shown = office_without_people.run("serve", "--port", "0", check=None)
    assert shown.returncode
    assert "[[people]]" in shown.stderr


def test_without_the_extra_it_says_in_one_line_how_to_add_it(
    page: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“archivist without the extra starts and says in one line how to add it”."""
    for name in [
        m for m in sys.modules if m.split(".")[0] in ("starlette", "uvicorn") or m.startswith("archivist.web")
    ]:
        monkeypatch.delitem(sys.modules, name)
    monkeypatch.setitem(sys.modules, "starlette", None)
    monkeypatch.setitem(sys.modules, "starlette.applications", None)
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    shown = Office(page.root).run("serve", "--port", "0", check=None)
    assert shown.returncode
    assert 'pip install "archivist[web]"' in shown.stderr
    assert Office(page.root).run("case", "list").returncode == 0


def test_a_search_loads_none_of_it(page: Page) -> None:
    """“a search command still loads none of it”."""
    told = "import sys; from archivist.cli.main import main; main(['search', '王秀兰']); print(sorted(m for m in sys.modules if m.split('.')[0] in ('starlette', 'uvicorn', 'jinja2', 'anyio') or m.startswith('archivist.web')))"
    done = subprocess.run(
        [sys.executable, "-c", told],
        cwd=page.root,
        env=Office(page.root).environment,
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.splitlines()[-1] == "[]"


def _other_address() -> str:
    """Return an address of this machine that is not the loopback's, or one nobody has where there is none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("192.0.2.1", 9))
            found = str(probe.getsockname()[0])
        except OSError:
            found = ""
    return found if found and not found.startswith("127.") else "127.255.255.254"
