"""``archivist access``, and that nothing is shown before it is on record."""

from __future__ import annotations

import stat

import pytest

from tests import access_log
from tests.command_line import Office


def acts(office: Office) -> list[tuple[str, list[str]]]:
    return [(e["act"], e.get("households", [])) for e in access_log.entries(office.root)]


def test_who_saw_which_household_and_never_what_was_searched_for(office: Office) -> None:
    """«who opened, exported, printed, or was shown in answers which households, when, from which face; never the words»."""
    number = office.json("case", "show", "王秀兰", "--as", "钱审核")["case"]
    office.run("search", "秀兰", "--as", "赵收件")
    shown = [e for e in access_log.entries(office.root) if e["actor"] in ("钱审核", "赵收件")]
    assert [(e["actor"], e["act"], e["face"], e["households"]) for e in shown] == [
        ("钱审核", "case show", "cli", [number]),
        ("赵收件", "search", "cli", [number]),
    ]
    assert all(e["account"] and e["host"] for e in shown)
    text = "".join(p.read_text(encoding="utf-8") for p in (office.root / "archive/access").iterdir())
    assert "秀兰" not in text


def test_what_names_nobody_leaves_no_entry(office: Office) -> None:
    before = acts(office)
    office.run("search", "查无此人")
    office.run("templates", "list")
    assert acts(office) == before


def test_a_refusal_that_names_a_household_is_on_record_too(office: Office) -> None:
    office.json("case", "step", "王秀兰", "confirm", "--on", "2024-03-05", check=29)
    assert acts(office)[-1][0] == "case step"


def test_reading_the_log_is_an_entry_of_its_own(office: Office) -> None:
    office.run("search", "王秀兰")
    found = office.json("access", "list", "--case", "王秀兰")["entries"]
    assert found[-1]["act"] == "search"
    assert acts(office)[-1][0] == "access list"
    assert office.json("access", "list", "--since", "2099-01-01")["entries"] == []


@pytest.mark.parametrize(
    "command",
    [["search", "王秀兰"], ["case", "show", "王秀兰"], ["due"], ["case", "list"], ["check", "王秀兰"]],
)
@pytest.mark.parametrize("face", ["text", "json"])
def test_what_cannot_be_put_on_record_is_not_shown(office: Office, command: list[str], face: str) -> None:
    """«if the entry cannot be written nothing personal is shown»."""
    folder = office.root / "archive" / "access"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_bytes(b"something else stands in its place")
    done = office.run(*command, *(["--json"] if face == "json" else []), check=None)
    if command == ["due"] and done.returncode in (0, 1):
        assert "TJHQ-DB" not in done.stdout  # nothing of a household was due
        return
    assert done.returncode == 20 and "E213" in done.stdout + done.stderr
    assert "王秀兰" not in done.stdout + done.stderr and "TJHQ-DB" not in done.stdout + done.stderr


def test_what_cannot_be_put_on_record_is_not_written_out_either(office: Office) -> None:
    """The other door: files of a household in a folder outside; and ``verify`` says what stands in the log's place."""
    folder = office.root / "archive" / "access"
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_bytes(b"something else stands in its place")
    assert office.run("case", "export", "王秀兰", "--out", "移交", check=None).returncode == 20
    assert not (office.root / "移交").exists()
    assert office.run("report", "花名册", "--nil", check=None).returncode == 20
    assert not [p for p in (office.root / "archive/outbox").rglob("*") if p.is_file()]
    found = office.json("verify", check=None)["findings"]
    assert [(f["bag"], f["file"], f["problem"]) for f in found] == [("access", "", "changed")]


def test_only_a_read_only_archive_is_looked_at_unlogged(office: Office) -> None:
    """«a read-only archive: an admin's --unlogged»; a full or broken disk is no such archive."""
    folder = office.root / "archive" / "access"
    before = acts(office)
    for path in folder.iterdir():
        path.unlink()
    folder.rmdir()
    folder.write_bytes(b"something else stands in its place")
    assert office.run("search", "王秀兰", "--unlogged", check=None).returncode == 20
    folder.unlink()
    assert office.run("search", "王秀兰", "--unlogged").returncode == 0
    assert acts(office) != before, "what can be put on record is, whoever says --unlogged"


def test_the_log_is_for_its_owner_alone(office: Office) -> None:
    office.run("search", "王秀兰")
    for path in (office.root / "archive/access").iterdir():
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("cut", ["the last lines", "written anew", "the file"])
def test_a_log_that_was_cut_shows_against_the_ledger(office: Office, cut: str) -> None:
    """Its end holds together by itself; «verify» of before knows where it ended."""
    for _ in range(3):
        office.run("search", "王秀兰")
    office.run("verify")
    (path,) = (office.root / "archive/access").iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    match cut:
        case "the last lines":
            path.write_bytes(b"".join(lines[:-2]))
        case "written anew":
            path.write_bytes(lines[0])
            for _ in range(9):
                office.run("search", "王秀兰", "--as", "别人")
        case "the file":
            path.unlink()
    found = office.json("verify", check=None)["findings"]
    assert [(f["bag"], f["file"], f["problem"]) for f in found] == [
        ("access", path.name, "missing" if cut == "the file" else "history")
    ]


def test_a_log_that_was_changed_is_named_by_verify(office: Office) -> None:
    for _ in range(3):
        office.run("search", "王秀兰")
    (path,) = (office.root / "archive/access").iterdir()
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([*lines[:1], *lines[2:]]))
    found = office.json("verify", check=None)["findings"]
    assert [(f["bag"], f["file"], f["problem"]) for f in found] == [("access", path.name, "chain")]
    assert office.run("access", "list", check=None).returncode == 1
