"""«control characters never reach a terminal raw»: every command, with names that would steer one, wherever they may stand."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import archivist.cli
from archivist.printable import visible
from tests.cli.test_json import RUNS, filled
from tests.command_line import Office, Shown, opened
from tests.people import make_id
from tests.sampling import sample, sweep

STEERING = {"Cc", "Cf", "Cs", "Zl", "Zp"}
HOSTILE = "\x1b[31m\x1b]0;x\x07\r\x08\x9b2J\u202e\u2066\u200b\u2028\x7f"
"""An escape sequence, a title, a bell, a carriage return, a backspace, C1, bidirectional marks, no width, a line separator, DEL."""


def raw(text: str) -> list[str]:
    return [f"{ord(c):#x}" for c in text if c != "\n" and unicodedata.category(c) in STEERING]


def require_harmless(shown: Shown, words: object) -> None:
    assert not raw(shown.stdout), (words, shown.stdout)
    assert not raw(shown.stderr), (words, shown.stderr)


@pytest.fixture(scope="module")
def hostile(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """An office where files, folders, waiting papers and typed values are called what no terminal should see."""
    root = tmp_path_factory.mktemp("office")
    office = opened(root)
    (root / "诊断.txt").write_text("门诊诊断证明", encoding="utf-8")
    (root / "回证.txt").write_text("送达回证 王秀兰", encoding="utf-8")
    for n, name in enumerate((f"不知{HOSTILE}何物", f"{HOSTILE}扫描", f"加锁{HOSTILE}")):
        (root / f"archive/inbox/{name}.txt").write_text(f"无人{HOSTILE}认领 {n}", encoding="utf-8")
    (root / f"archive/inbox/{HOSTILE}.exe").write_bytes(b"MZ\x1b[2J")
    (root / f"archive/cases/{HOSTILE}").mkdir()
    (root / f"archive/cases/Thumbs{HOSTILE}.db").write_bytes(b"x")
    require_harmless(office.run("watch", "--once", check=None), "watch")
    for words in (
        ("case", "open", "特困", "--name", f"赵{HOSTILE}一", "--id", make_id("19700101", "015")),
        ("case", "set", "王秀兰", f"申请人.联系电话=022{HOSTILE}", f"申请人.住址=石桥村{HOSTILE}1号"),
    ):
        require_harmless(office.run(*words, check=None), words)
    return office


RUNNABLE = [(path, words) for path, runs in RUNS.items() for _, _, words in runs]


def test_every_command_in_an_office_full_of_hostile_names(hostile: Office) -> None:
    for path, words in sample(RUNNABLE, 1 / 6, "commands in a hostile office"):
        try:
            said = [filled(hostile, word) for word in words]
        except (IndexError, StopIteration):  # nothing of the kind waits here
            continue
        require_harmless(hostile.typed(*path, *said, answers="x1\n", check=None), (path, said))


def test_every_command_given_hostile_words(hostile: Office) -> None:
    for path, words in sample(RUNNABLE, 1 / 6, "commands given hostile words"):
        said = [word if word.startswith("{") or not word else word + HOSTILE for word in words]
        require_harmless(hostile.typed(*path, *said, f"--没有{HOSTILE}", answers="x1\n", check=None), path)
        said = [word if word.startswith(("-", "{")) or not word else word + HOSTILE for word in words]
        require_harmless(hostile.typed(*path, *said, answers="x1\n", check=None), (path, said))
    require_harmless(hostile.run(f"nonsense{HOSTILE}", check=None), "nonsense")
    require_harmless(hostile.run("search", "王秀兰", "--as", f"林{HOSTILE}经办", check=None), "--as")
    require_harmless(hostile.run("-v", "search", f'"{HOSTILE}', check=None), "-v")


@sweep(1 / 4)
@pytest.mark.parametrize("key", ["name", "code", "district", "phone", "agency_sign"])
def test_settings_with_hostile_values(tmp_path: Path, key: str) -> None:
    office = opened(tmp_path)
    escaped = "".join(f"\\u{ord(c):04x}" for c in HOSTILE)
    settings = (tmp_path / "archivist.toml").read_text(encoding="utf-8")
    changed = re.sub(rf'(?m)^{key} = "([^"]*)"', lambda m: f'{key} = "{m[1]}{escaped}"', settings, count=1)
    assert changed != settings
    (tmp_path / "archivist.toml").write_text(changed, encoding="utf-8")
    for words in (
        ("doctor",),
        ("case", "show", "王秀兰"),
        ("generate", "受理通知书", "王秀兰"),
        ("due",),
        ("rules", "check"),
    ):
        require_harmless(office.run(*words, check=None), (key, words))


@given(st.text())
def test_what_is_made_visible_steers_nothing(text: str) -> None:
    assert not raw(visible(text))


def test_questions_are_asked_in_one_place() -> None:
    """What is printed goes through ``Session``; what is asked through ``cli/asking.py``."""
    for path in Path(archivist.cli.__file__).parent.rglob("*.py"):
        text = path.read_text(encoding="utf-8")
        if path.name != "asking.py":
            assert not re.search(r"click\.(prompt|confirm|echo|secho|style)\(", text), path
        assert not re.search(r"(?m)^\s*print\(", text), path
