"""Parts of a submission locked with a password: what can be read without it, what opens them, how they are made again."""

from __future__ import annotations

import shutil
import string
import subprocess
import zipfile
from pathlib import Path
from typing import Final

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import InvalidValue, PasswordNeeded, UnreadableFile
from archivist.preservation import submission, submission_envelope, submission_ledger
from archivist.preservation.submission import SubmissionMade, SubmissionOrder
from archivist.preservation.submission_parts import PartMaker
from archivist.preservation.submission_selection import Wanted
from archivist.reading import aes_zip
from archivist.report.query import Period
from archivist.store import bag
from archivist.workspace import Workspace
from tests.households import households
from tests.kit import BY, make_workspace
from tests.reading.locked import aes_zip as packed_and_locked

PASSWORD: Final = "Kapok-7-umbrella"
OTHER: Final = "Kapok-8-umbrella"
MARCH: Final = Period.of_month("2024-03")


@pytest.fixture
def workspace(tmp_path: Path) -> Workspace:
    """Two households."""
    made = make_workspace(tmp_path / "ws")
    households(made, 2)
    return made


def submitted(workspace: Workspace, stick: Path, password: str = PASSWORD) -> SubmissionMade:
    stick.mkdir(exist_ok=True)
    order = SubmissionOrder(MARCH, "2024M03", Wanted.ALL, stick, password=password)
    return submission.submit(workspace, BY, order)


def parts(stick: Path) -> list[Path]:
    return sorted(stick.glob("*.zip"))


def inside(path: Path, password: str = PASSWORD) -> bytes:
    return b"".join(submission_envelope.unlocked(path, password))


def test_without_the_password_nothing_is_read_but_the_name_of_the_part(
    workspace: Workspace, tmp_path: Path
) -> None:
    """Nothing of a name in the clear file listing: neither a file's, nor a case number; the ledger says it of the part inside."""
    done = submitted(workspace, tmp_path / "stick")
    (path,) = parts(tmp_path / "stick")
    assert path.name == "S-TJHQ-2024M03-01-01.加密.zip" == done.parts[0].file
    with zipfile.ZipFile(path) as package:
        assert package.namelist() == ["S-TJHQ-2024M03-01-01.zip"]
        with pytest.raises((RuntimeError, NotImplementedError)):
            package.read(package.namelist()[0])
    data = path.read_bytes()
    assert not [n for n in workspace.archive.case_numbers() if str(n).encode() in data]
    (entry,) = submission_ledger.listed(workspace.archive).values()
    assert entry.encrypted
    assert [one.sha256 for one in entry.made] == [bag.sha256(inside(path))] == [done.parts[0].sha256]
    assert inside(path) == _plain(workspace, done, tmp_path / "plain")


def _plain(workspace: Workspace, done: SubmissionMade, stick: Path) -> bytes:
    """Return the only part of a submission as it is without a password."""
    stick.mkdir()
    entry = submission_ledger.find(workspace.archive, str(done.submission.id))
    told, tables = submission_ledger.load(workspace.archive, entry)
    made = PartMaker(workspace.archive.root, told, tables, {})
    made.write(1, stick)
    (path,) = parts(stick)
    return path.read_bytes()


@pytest.mark.skipif(shutil.which("bsdtar") is None, reason="no bsdtar")
def test_another_program_opens_it(workspace: Workspace, tmp_path: Path) -> None:
    """The receiving bureau opens it without our program where it must: here libarchive does."""
    submitted(workspace, tmp_path / "stick")
    (path,) = parts(tmp_path / "stick")
    told = ["bsdtar", "--passphrase", PASSWORD, "-xOf", str(path)]
    assert subprocess.run(told, capture_output=True, check=True).stdout == inside(path)


def test_the_password_is_written_nowhere(workspace: Workspace, tmp_path: Path) -> None:
    """Never in a log, the ledger, a note or the list on paper."""
    submitted(workspace, tmp_path / "stick")
    for path in (*workspace.root.rglob("*"), *(tmp_path / "stick").iterdir()):
        assert not path.is_file() or PASSWORD.encode() not in path.read_bytes(), path
    with zipfile.ZipFile(next((tmp_path / "stick").glob("*.docx"))) as sheet:
        text = sheet.read("word/document.xml").decode()
    assert "加密" in text and PASSWORD not in text


def test_what_is_there_and_the_same_inside_stays(workspace: Workspace, tmp_path: Path) -> None:
    """Never the same key for different content: locked anew it is another file, so resume goes by what is inside."""
    done = submitted(workspace, tmp_path / "stick")
    (path,) = parts(tmp_path / "stick")
    before, name = path.read_bytes(), str(done.submission.id)
    again = submission.resume(workspace, BY, name, tmp_path / "stick", password=PASSWORD)
    assert [part.before for part in again.parts] == [True] and path.read_bytes() == before
    (tmp_path / "second").mkdir()
    other = submission.resume(workspace, BY, name, tmp_path / "second", password=OTHER)
    (second,) = parts(tmp_path / "second")
    assert second.read_bytes() != before and inside(second, OTHER) == inside(path)
    assert [part.sha256 for part in other.parts] == [part.sha256 for part in done.parts]


@pytest.mark.parametrize("at", [0.1, 0.5, 0.999])
def test_what_is_damaged_is_made_again(workspace: Workspace, tmp_path: Path, at: float) -> None:
    done = submitted(workspace, tmp_path / "stick")
    (path,) = parts(tmp_path / "stick")
    whole, data = inside(path), bytearray(path.read_bytes())
    data[200 + int((len(data) - 400) * at)] ^= 1
    path.write_bytes(data)
    with pytest.raises(UnreadableFile, match="损坏"):
        inside(path)
    again = submission.resume(workspace, BY, str(done.submission.id), tmp_path / "stick", password=PASSWORD)
    assert [part.before for part in again.parts] == [False] and inside(path) == whole


def test_another_password_beside_parts_that_are_there_is_refused(
    workspace: Workspace, tmp_path: Path
) -> None:
    """One submission, one password on one medium: E106, nothing is touched."""
    done = submitted(workspace, tmp_path / "stick")
    (path,) = parts(tmp_path / "stick")
    before = path.read_bytes()
    with pytest.raises(PasswordNeeded, match="密码不对"):
        submission.resume(workspace, BY, str(done.submission.id), tmp_path / "stick", password=OTHER)
    assert path.read_bytes() == before


def test_what_was_begun_locked_is_not_written_open(workspace: Workspace, tmp_path: Path) -> None:
    done = submitted(workspace, tmp_path / "stick")
    (tmp_path / "second").mkdir()
    with pytest.raises(PasswordNeeded, match="接着做也要加密"):
        submission.resume(workspace, BY, str(done.submission.id), tmp_path / "second")
    assert not list((tmp_path / "second").iterdir())


WEAK: Final = (
    "",
    "short-1",
    "13920001111",
    "120106198001011234",
    "aaaaaaaaaaa1",
    "密码很长很长很长很长很长",
    "abcdefghijklmnop",
    "has\ttabs-12345",
)


@pytest.mark.parametrize("password", WEAK)
def test_a_password_that_can_be_tried_out_is_refused(password: str) -> None:
    """Phone, ID and bank numbers, repetitions, one word, and what another program encodes otherwise; it is not said again."""
    with pytest.raises(InvalidValue) as refused:
        submission_envelope.require_strong(password)
    assert not password or password not in str(refused.value)


@given(st.text(string.digits, max_size=submission_envelope.LEAST_DIGITS - 1))
def test_digits_alone_are_never_enough_when_they_are_few(password: str) -> None:
    with pytest.raises(InvalidValue):
        submission_envelope.require_strong(password)


def test_weak_is_refused_before_anything_is_begun(workspace: Workspace, tmp_path: Path) -> None:
    with pytest.raises(InvalidValue, match="太简单"):
        submitted(workspace, tmp_path / "stick", "13920001111")
    assert not submission_ledger.listed(workspace.archive) and not parts(tmp_path / "stick")


@pytest.mark.parametrize(
    "kind", ["packed", "two members", "another name", "above its folder", "open", "no zip"]
)
def test_what_is_no_locked_part_is_not_opened_as_one(tmp_path: Path, kind: str) -> None:
    """A hostile file is looked at as any other: bombs, several members, names that lead elsewhere are not decrypted."""
    name, path = "S-TJHQ-2024M03-01-01.zip", tmp_path / "part.zip"
    match kind:
        case "packed":
            packed_and_locked(path, PASSWORD.encode(), (name, b"0" * 1_000_000))
        case "two members":
            packed_and_locked(path, PASSWORD.encode(), (name, b"1"), ("S-TJHQ-2024M03-01-02.zip", b"2"))
        case "another name":
            path.write_bytes(b"".join(aes_zip.lock("invoice.zip", 1, [b"1"], PASSWORD.encode())))
        case "above its folder":
            path.write_bytes(b"".join(aes_zip.lock(f"../{name}", 1, [b"1"], PASSWORD.encode())))
        case "open":
            with zipfile.ZipFile(path, "w") as package:
                package.writestr(name, b"1")
        case _:
            path.write_bytes(b"PK")
    assert submission_envelope.part_in(path) is None
    with submission_envelope.opened([path], PASSWORD) as plain:
        assert plain == [path]
