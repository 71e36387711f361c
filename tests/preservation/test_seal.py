"""A seal holds what nobody here can rewrite: with it every changed history is found, ledger and index rewritten too."""

from __future__ import annotations

import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import docx
import pytest

from archivist.documents.render.qr import qr_png
from archivist.errors import ArchiveError, IntegrityAlarm
from archivist.model.bag_head import BagHead
from archivist.model.event import Op
from archivist.model.ids import Sha256
from archivist.preservation import comparison
from archivist.preservation.comparison import AgainstCopy, Compared, compare
from archivist.preservation.seal import CODE, encode, seal
from archivist.preservation.verification import verify
from archivist.reading.barcodes import qr_modules
from archivist.store import Archive, bag
from archivist.workspace import Workspace
from tests.kit import BY
from tests.preservation.test_anchors import ONE, TWO, phone, workspace
from tests.sampling import sweep
from tests.tamper import hands

__all__ = ["workspace"]


@pytest.fixture
def sealed(workspace: Workspace, tmp_path: Path) -> Iterator[Workspace]:
    """The two households, sealed; the seal is in ``tmp_path / "safe"``, a copy of the archive in ``backup``."""
    made = seal(workspace, BY)
    shutil.copytree(made.files[0].parent, tmp_path / "safe")
    shutil.copytree(workspace.archive.root, tmp_path / "backup")
    (tmp_path / "page").write_text(made.code, encoding="ascii")
    yield workspace


def against(workspace: Workspace, path: Path, anchor: str = "") -> dict[str, Compared]:
    return {c.bag: c for c in compare(workspace.archive, comparison.read(path, anchor))}


def test_a_seal_has_every_head_and_says_so_on_its_page(sealed: Workspace, tmp_path: Path) -> None:
    """Heads of ALL cases, ledgers; the digest SHA-256 of heads.tsv = what the page shows; no personal data."""
    archive = sealed.archive
    data = (tmp_path / "safe/heads.tsv").read_bytes()
    about = json.loads((tmp_path / "safe/seal.json").read_bytes())
    lines = [line.split("\t") for line in data.decode().splitlines()]
    assert lines[0] == ["bag", "seq", "head"]
    assert [line[0] for line in lines[1:]] == [str(ONE), str(TWO), "ledger-2024"]
    assert lines[1][1:] == [str(archive.head(ONE)[0]), archive.head(ONE)[1]]
    assert about["sha256"] == bag.sha256(data) and about["cases"] == 2
    match = CODE.fullmatch((tmp_path / "page").read_text())
    assert match and match[1].lower() == about["sha256"][:20]
    assert "王" not in data.decode() + json.dumps(about, ensure_ascii=False)
    (event,) = [e for e in archive.ledger_events() if e.op is Op.SEALED]
    assert (event.data["seal"], event.data["sha256"]) == (about["seal"], about["sha256"])
    assert {f["path"] for f in event.data["files"]} == {
        f"封存/{about['seal']}/{n}" for n in ("heads.tsv", "seal.json", "封存单.docx")
    }
    assert seal(sealed, BY).id.endswith("-02")


@pytest.mark.usefixtures("sealed")
def test_the_page_has_the_digest_in_full_and_as_a_code(tmp_path: Path) -> None:
    """A page with the digest, the number of cases, the day and a QR code that prints well, for being stamped."""
    made = (tmp_path / "safe/封存单.docx").read_bytes()
    digest = bag.sha256((tmp_path / "safe/heads.tsv").read_bytes())
    words = "".join(node.text or "" for node in docx.Document(io.BytesIO(made)).element.iter() if node.text)
    assert digest in words.replace(" ", "") and "总账封存单" in words
    with zipfile.ZipFile(io.BytesIO(made)) as package:
        pictures = {package.read(n) for n in package.namelist() if n.startswith("word/media/")}
    assert qr_png((tmp_path / "page").read_text()) in pictures
    assert len(qr_modules((tmp_path / "page").read_text())) <= 33, "version 4 at most"


def test_what_goes_on_after_a_seal_has_grown(sealed: Workspace, tmp_path: Path) -> None:
    phone(sealed, ONE, 7)
    found = against(sealed, tmp_path / "safe", (tmp_path / "page").read_text())
    assert {name: c.standing for name, c in found.items()} == {
        str(ONE): AgainstCopy.GROWN, str(TWO): AgainstCopy.SAME, "ledger-2024": AgainstCopy.GROWN,
    }  # fmt: skip
    assert not any(c.standing.alarming for c in found.values())


def forget(archive: Archive) -> None:
    """Take out of the ledger every head that was entered, and take the index away: nobody here remembers."""
    hands.rewrite(
        archive.ledger / "2024",
        lambda e: e if e["op"] not in ("heads_recorded", "verified", "sealed") else None,
    )
    shutil.rmtree(archive.root.parent / "index")
    with Workspace.open(archive.root.parent) as fresh, fresh.archive.writing("x"):
        fresh.index.rebuild()


WAYS: dict[str, tuple[Callable[[Archive, Path], object], str, AgainstCopy, int]] = {
    "the last event cut": (lambda a, _: hands.cut(a.folder(ONE)), str(ONE), AgainstCopy.SHORTER, 0),
    "two events cut": (lambda a, _: hands.cut(a.folder(ONE), 2), str(ONE), AgainstCopy.SHORTER, 0),
    "rewritten from the second event": (lambda a, _: hands.forge(a.folder(ONE), 2), str(ONE), AgainstCopy.REWRITTEN, 2),
    "rewritten from the first event": (lambda a, _: hands.forge(a.folder(ONE), 1), str(ONE), AgainstCopy.REWRITTEN, 1),
    "the last event rewritten": (lambda a, _: hands.forge(a.folder(ONE), 3), str(ONE), AgainstCopy.REWRITTEN, 3),
    "an older copy in its place": (lambda a, older: hands.replay(a.folder(ONE), older), str(ONE), AgainstCopy.SHORTER, 0),
    "removed": (lambda a, _: shutil.rmtree(a.folder(ONE)), str(ONE), AgainstCopy.MISSING, 0),
    "the ledger cut": (lambda a, _: hands.cut(a.ledger / "2024", 2), "ledger-2024", AgainstCopy.SHORTER, 0),
    "the ledger rewritten": (lambda a, _: hands.forge(a.ledger / "2024", 2), "ledger-2024", AgainstCopy.REWRITTEN, 2),
}  # fmt: skip


@sweep(1 / 3)
@pytest.mark.parametrize("way", WAYS)
@pytest.mark.parametrize("forgotten", [False, True], ids=["remembered", "ledger and index rewritten too"])
def test_every_way_is_found_with_the_seal_and_with_a_copy(
    sealed: Workspace, tmp_path: Path, way: str, forgotten: bool
) -> None:
    """``verify`` finds what ledger or index remember; where both were rewritten too, only the seal does.

    But of a household that is gone: as long as the ledger gave its number it is missed.
    """
    act, name, standing, since = WAYS[way]
    archive = sealed.archive
    older = tmp_path / "older" / str(ONE)
    shutil.copytree(archive.folder(ONE), older)
    hands.cut(older)
    act(archive, older)
    if forgotten:
        forget(archive)
    by_seal = against(sealed, tmp_path / "safe", (tmp_path / "page").read_text())[name]
    by_copy = against(sealed, tmp_path / "backup")[name]
    with Workspace.open(sealed.root) as fresh:
        needed = forgotten and way != "removed"
        assert bool(verify(fresh, BY).findings) != needed, "the seal is needed where all else is rewritten"
    assert by_seal.standing.alarming and by_copy.standing.alarming
    if forgotten and name.startswith("ledger"):
        return  # it lost more than the way took
    assert by_seal.standing is standing
    assert (by_seal.since, by_seal.exact) == (by_seal.anchored if since else 0, False), "at or before"
    assert (by_copy.standing, by_copy.since, by_copy.exact) == (standing, since, bool(since)), (
        "from which event"
    )


def test_a_seal_that_was_changed_proves_nothing(sealed: Workspace, tmp_path: Path) -> None:
    """A list that is not as ``seal.json``, or as the printed page, says."""
    page, safe = (tmp_path / "page").read_text(), tmp_path / "safe"
    assert against(sealed, safe / "heads.tsv", page) and against(sealed, safe / "seal.json", page.lower())
    data = (safe / "heads.tsv").read_text()
    hands.write(safe / "heads.tsv", data.replace(sealed.archive.head(ONE)[1], "0" * 64).encode())
    with pytest.raises(IntegrityAlarm, match="摘要不符"):
        against(sealed, safe)
    with pytest.raises(IntegrityAlarm, match="与盖章的单子不符"):
        against(sealed, safe / "heads.tsv", page)
    assert against(sealed, safe / "heads.tsv")[str(ONE)].standing is AgainstCopy.REWRITTEN, (
        "unanchored it is believed"
    )
    for short in ("abc", "z" * 20):
        with pytest.raises(ArchiveError, match="至少 20 位"):
            against(sealed, safe / "heads.tsv", short)


def test_a_submission_and_a_backup_are_read_too(sealed: Workspace, tmp_path: Path) -> None:
    """A submission zip with ``anchor/heads.tsv``; a list whose bags stand by their place."""
    head = BagHead(str(ONE), *sealed.archive.head(ONE))
    with zipfile.ZipFile(tmp_path / "S.zip", "w") as packed:
        packed.writestr("S-TJHQ-2024-01/anchor/heads.tsv", encode([head, replace_head(head)]))
    found = against(sealed, tmp_path / "S.zip")
    assert [c.standing for c in found.values()] == [AgainstCopy.SAME, AgainstCopy.MISSING]
    (tmp_path / "places.tsv").write_text(
        f"cases/{ONE}\t{head.seq}\t{head.head}\nledger/2024\t1\t{'0' * 64}\n"
    )
    found = against(sealed, tmp_path / "places.tsv")
    assert [c.standing for c in found.values()] == [AgainstCopy.SAME, AgainstCopy.REWRITTEN]


def replace_head(head: BagHead) -> BagHead:
    return head._replace(bag="TJHQ-DB-2024-000009", head=Sha256("f" * 64))


@sweep(2 / 5)
@pytest.mark.parametrize("junk", [b"", b"\xff\xfe", b"a\tb\tc\n", b"x\t1\tnot hex\n", b"{}"])
def test_what_is_no_seal_is_said(sealed: Workspace, tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "x.tsv").write_bytes(junk)
    with pytest.raises(ArchiveError):
        against(sealed, tmp_path / "x.tsv")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ArchiveError, match="不是封存"):
        against(sealed, tmp_path / "empty")


def test_a_broken_copy_proves_nothing_and_is_said(sealed: Workspace, tmp_path: Path) -> None:
    hands.edit_event(tmp_path / "backup/cases" / str(ONE), 2)
    found = against(sealed, tmp_path / "backup")
    assert found[str(ONE)].standing is AgainstCopy.UNREAD and found[str(TWO)].standing is AgainstCopy.SAME


def test_the_next_seal_of_a_day_passes_over_one_that_was_cut_short(sealed: Workspace) -> None:
    (sealed.archive.outbox / "封存/FC-20240304-02").mkdir(exist_ok=True)
    later = replace(BY, time=BY.time)
    assert seal(sealed, later).id != f"FC-{BY.today:%Y%m%d}-01"
