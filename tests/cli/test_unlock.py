"""``archivist review unlock``: what is locked is opened with a password that is asked for and stays nowhere."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from contextlib import AbstractContextManager, ExitStack
from pathlib import Path
from unittest import mock

import click
import pytest

from archivist.cli import inbox, passwords
from archivist.store import chain
from tests.command_line import Office, opened
from tests.people import WANG_ID
from tests.reading import files
from tests.reading.locked import locked_7z, locked_ooxml, locked_pdf, locked_zip
from tests.sampling import sweep

PASSWORD = "口令Zq7#2024"
WORDS = f"诊断证明书\n患者 王秀兰\n公民身份号码 {WANG_ID}\n门诊诊断"
HOUSEHOLD = "TJHQ-DB-2024-000001 王秀兰"


@pytest.fixture
def office(tmp_path: Path) -> Office:
    root = tmp_path / "ws"
    root.mkdir()
    made = opened(root)
    settings = root / "archivist.toml"
    text = settings.read_text(encoding="utf-8")
    settings.write_text(text.replace("settle_long_s = 10.0", "settle_long_s = 0.4"), encoding="utf-8")
    return made


def plain_pdf(tmp_path: Path) -> Path:
    return files.text_pdf(tmp_path / "plain.pdf", WORDS)


def drop_pdf(office: Office, tmp_path: Path, name: str = f"{HOUSEHOLD}/诊断证明书.pdf") -> bytes:
    path = office.root / "archive/inbox" / name
    path.parent.mkdir(exist_ok=True)
    return locked_pdf(path, plain_pdf(tmp_path), PASSWORD).read_bytes()


def waiting(office: Office) -> str:
    office.run("watch", "--once", check=1)
    (item,) = office.json("review", "list")["items"]
    return str(item["item"])


def nowhere(root: Path, *shown: str) -> None:
    """Assert that the password stands in no file, no name and nothing that was printed."""
    forms = {PASSWORD.encode(code) for code in ("utf-8", "gb18030", "utf-16-le")}
    forms.add(PASSWORD.encode("unicode_escape"))
    for path in root.rglob("*"):
        assert PASSWORD not in str(path)
        if path.is_file():
            assert not any(form in path.read_bytes() for form in forms), path
    assert not any(PASSWORD in text for text in shown)


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_a_locked_pdf_is_filed_by_itself_once_it_is_open(office: Office, tmp_path: Path) -> None:
    """「kept once as it came, the unlocked copy is a part of its own … filed by itself when certain, with ``source`` naming the batch」."""
    locked = drop_pdf(office, tmp_path)
    item = waiting(office)
    shown = office.run("review", "show", item).stdout
    assert "archivist review unlock" in shown
    done = office.typed("review", "unlock", item, answers=f"{PASSWORD}\n")
    assert "已归档" in done.stdout
    assert office.json("review", "list")["items"] == []
    (batch,) = (office.root / "archive/batches").iterdir()
    assert (batch / "data/0001.pdf").read_bytes() == locked
    (event, _), *_ = chain.read(batch).events
    assert (event.op, event.data["withdrawn"]) == ("batch_unlocked", [item])
    assert [part["cut"] for part in event.data["parts"]] == ["unlocked"]
    (case,) = (office.root / "archive/cases").glob("*-DB-*")
    *_, (filed, _) = chain.read(case).events
    assert filed.source
    assert filed.source["batch"] == batch.name
    (copy,) = case.glob("data/**/*.pdf")
    assert b"/Encrypt" not in copy.read_bytes()
    office.run("verify")
    nowhere(office.root, shown, done.stdout, done.stderr)


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_another_password_is_said_and_asked_again(office: Office, tmp_path: Path) -> None:
    """「Wrong password: says so and asks again (three times), the item stays」; an empty one is none."""
    drop_pdf(office, tmp_path)
    item = waiting(office)
    before = office.json("review", "list")
    done = office.typed("review", "unlock", item, answers=f"不对\n\n{PASSWORD}x\n{PASSWORD}\n", check=16)
    assert done.stderr.count("密码不对，请再输入一次") == 1
    assert "没有写密码，请再输入一次" in done.stderr
    assert office.json("review", "list") == before
    assert not list((office.root / "archive/batches").glob("*"))
    nowhere(office.root, done.stdout, done.stderr)
    done = office.typed("review", "unlock", item, answers=f"不对\n还不对\n{PASSWORD}\n")
    assert "已归档" in done.stdout


def zipped(path: Path, *entries: tuple[str, bytes]) -> Path:
    return locked_zip(path, PASSWORD.encode("gb18030"), *entries)


def seven(path: Path, *entries: tuple[str, bytes]) -> Path:
    return locked_7z(path, PASSWORD, *entries)


@sweep(1 / 3, of="locked files as a clerk sees them")
@pytest.mark.parametrize(("suffix", "pack"), [(".zip", zipped), (".7z", seven)])
def test_each_member_of_a_locked_package_is_a_paper(
    office: Office, tmp_path: Path, suffix: str, pack: Callable[..., Path]
) -> None:
    """「or each member of the container」; ``--json`` gives the parts like ``review split``, the unreadable ones too."""
    inbox = office.root / "archive/inbox"
    other = locked_pdf(tmp_path / "other.pdf", plain_pdf(tmp_path), "另一个密码").read_bytes()
    entries = (
        ("诊断.pdf", plain_pdf(tmp_path).read_bytes()),
        ("不知何物.txt", "不知何物".encode()),
        ("锁.pdf", other),
    )
    locked = pack(inbox / f"材料{suffix}", *entries).read_bytes()
    item = waiting(office)
    with mock.patch.object(office, "answers", f"{PASSWORD}\n"):
        done = office.json("review", "unlock", item)
    assert done["schema"] == "archivist/review-parts/1"
    assert len(done["filed"]) == 1
    assert sorted(part["reason"] for part in done["review"]) == ["no_case", "unreadable"]
    assert (office.root / "archive/batches" / done["batch"] / f"data/0001{suffix}").read_bytes() == locked
    nowhere(office.root, str(done))
    codes = {i["name"]: i["code"] for i in office.json("review", "list")["items"]}
    assert "E106" in codes.values(), "a member locked with another password can be opened next"
    inner = next(i["item"] for i in office.json("review", "list")["items"] if i["code"] == "E106")
    with mock.patch.object(office, "answers", "另一个密码\n"):
        assert office.json("review", "unlock", inner)["batch"] != done["batch"]


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_a_locked_workbook_waits_as_what_it_is(office: Office, tmp_path: Path) -> None:
    locked_ooxml(
        office.root / "archive/inbox/收入.xlsx", files.workbook(tmp_path / "a.xlsx"), PASSWORD
    ).read_bytes()
    item = waiting(office)
    office.typed("review", "unlock", item, answers=f"{PASSWORD}\n")
    (found,) = office.json("review", "list")["items"]
    assert (found["kind"], found["name"], found["code"]) == ("xlsx", "收入.xlsx", "")
    nowhere(office.root)


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_it_can_be_put_back_and_opened_again(office: Office) -> None:
    """``review unsplit``: the locked file waits again as it came; it is still kept only once when opened again."""
    path = office.root / "archive/inbox/材料.zip"
    zipped(path, ("不知何物.txt", b"?"))
    item = waiting(office)
    with mock.patch.object(office, "answers", f"{PASSWORD}\n"):
        batch = office.json("review", "unlock", item)["batch"]
    office.run("review", "unsplit", batch)
    (back,) = office.json("review", "list")["items"]
    with mock.patch.object(office, "answers", f"{PASSWORD}\n"):
        assert office.json("review", "unlock", back["item"])["batch"] == batch
    assert [i["name"] for i in office.json("review", "list")["items"]] == ["材料.zip/不知何物.txt"]
    office.run("verify")


def test_what_is_not_locked_is_not_asked_about(office: Office) -> None:
    """Nor what no password opens here: nobody shall type one for nothing."""
    (office.root / "archive/inbox/不知何物.txt").write_text("不知何物", encoding="utf-8")
    item = waiting(office)
    refused = office.run("review", "unlock", item, check=2)
    assert "没有加密码" in refused.stderr
    assert office.json("review", "unlock", item, check=2)["schema"] == "archivist/error/1"


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_nobody_to_ask(office: Office, tmp_path: Path) -> None:
    """「a prompt only, no option, no environment variable」."""
    drop_pdf(office, tmp_path)
    item = waiting(office)
    assert "按提示输入密码" in office.process("review", "unlock", item, check=2).stderr
    assert "--password" not in office.run("review", "unlock", "--help").stdout


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_on_a_terminal_it_is_not_shown(office: Office, tmp_path: Path) -> None:
    """「hidden prompt via click」."""
    drop_pdf(office, tmp_path)
    item = waiting(office)
    with (
        mock.patch.object(passwords, "is_terminal", lambda: True),
        mock.patch.object(click, "prompt", return_value=PASSWORD) as prompt,
    ):
        office.run("review", "unlock", item)
    assert prompt.call_args.kwargs["hide_input"] is True


def at_a_terminal(*typed: str) -> AbstractContextManager[object]:
    """Sit at a terminal and type these passwords."""
    stack = ExitStack()
    stack.enter_context(mock.patch.object(inbox, "is_terminal", lambda: True))
    stack.enter_context(mock.patch.object(passwords, "is_terminal", lambda: True))
    stack.enter_context(mock.patch.object(click, "prompt", side_effect=typed))
    return stack


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_a_locked_file_filed_by_hand_is_asked_about(office: Office, tmp_path: Path) -> None:
    """「``archivist file HOUSEHOLD PATH`` with a locked file: on a terminal it asks」; the clerk's own stays where it is."""
    path = tmp_path / "证明.pdf"
    locked = locked_pdf(path, plain_pdf(tmp_path), PASSWORD).read_bytes()
    with at_a_terminal("不对", PASSWORD):
        done = office.run("file", "王秀兰", str(path), "--type", "其他材料")
    assert "密码不对" in done.stderr
    assert path.read_bytes() == locked
    (batch,) = (office.root / "archive/batches").iterdir()
    assert (batch / "data/0001.pdf").read_bytes() == locked
    (record,) = office.json("case", "show", "王秀兰")["records"]
    assert record["type"] == "other"
    assert office.json("review", "list")["items"] == []
    office.run("verify")
    with at_a_terminal(PASSWORD):
        again = office.run("file", "王秀兰", str(path), "--type", "其他材料", check=15)
    assert "已经打开过" in again.stderr
    nowhere(office.root, done.stdout, done.stderr, again.stderr)


def test_without_a_terminal_the_tray_is_named(office: Office, tmp_path: Path) -> None:
    """「otherwise E106 with a remedy that names ``review unlock``」."""
    path = locked_pdf(tmp_path / "证明.pdf", plain_pdf(tmp_path), PASSWORD)
    refused = office.typed(
        "file", "王秀兰", str(path), "--type", "其他材料", answers=f"{PASSWORD}\n", check=16
    )
    assert "archivist review unlock" in refused.stderr
    assert not list((office.root / "archive/batches").glob("*"))


@sweep(1 / 3, of="locked files as a clerk sees them")
def test_what_the_household_does_not_take_waits(office: Office, tmp_path: Path) -> None:
    """Opened and refused: the part waits with the reason, and no watch files it against that."""
    docx = files.word(tmp_path / "a.docx")
    office.run("file", "王秀兰", str(docx), "--type", "其他材料")
    path = locked_ooxml(tmp_path / "b.docx", docx, PASSWORD)
    with at_a_terminal(PASSWORD):
        refused = office.run("file", "王秀兰", str(path), "--type", "其他材料", check=15)
    (item,) = office.json("review", "list")["items"]
    assert item["item"] in refused.stderr
    assert "完全相同" in item["message"]
    office.run("watch", "--once", check=None)
    assert [i["item"] for i in office.json("review", "list")["items"]] == [item["item"]]


def test_what_no_password_opens_here(office: Office) -> None:
    """An OpenDocument that is locked: said at once, with what to do, and nobody is asked."""
    with zipfile.ZipFile(office.root / "archive/inbox/信.odt", "w") as package:
        package.writestr("mimetype", "application/vnd.oasis.opendocument.text")
        package.writestr("content.xml", "<x/>")
        package.writestr("META-INF/manifest.xml", "<m><encryption-data/></m>")
    item = waiting(office)
    assert office.json("review", "list")["items"][0]["code"] == "E106"
    assert "review unlock" not in office.run("review", "show", item).stdout
    refused = office.run("review", "unlock", item, check=2)
    assert "解不开" in refused.stderr
    assert "去除密码" in refused.stderr
