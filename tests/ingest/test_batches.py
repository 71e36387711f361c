"""A feeder's batch, from the inbox to the records of its households: kept once, each part by itself."""

from __future__ import annotations

import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import bagit
import numpy as np
import pytest
from PIL import Image

from archivist.errors import ArchivistError, WriteFailed
from archivist.ingest import batches
from archivist.ingest.batches import SplitUp, take_in, try_parts
from archivist.ingest.filing import Filed, NeedsReview, ReadDrop, prepare
from archivist.ingest.rearranging import undo
from archivist.issuing.case_documents import issue, plan
from archivist.model.document_code import SEPARATOR
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.model.record import RecordStatus
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.reading.formats.images import TIFF
from archivist.reading.page_extraction import Assembly, assemble
from archivist.reading.pages import PageText, ReadResult, SignaturePlace
from archivist.reading.reader_process import Reader
from archivist.store import Archive, Original, durable_files, originals
from archivist.store.bag_fixity import FixityFinding, check_bag
from archivist.workspace import Workspace
from tests.kit import BY, TODAY, make_workspace, open_household
from tests.people import make_id
from tests.reading.files import PATIENT

NAME = "批量0001.tif"
KIND = "integrity_commitment"
ZHANG = {
    "applicant": {
        "name": "张三丰",
        "id_number": make_id("19710815", "013"),
        "address": "另一里9号楼101",
        "village": "另一里社区",
    }
}


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        open_household(made, parse_facts(ZHANG))
        yield made


def here(wanted: Sequence[Assembly], folder: Path) -> list[Path]:
    """Take a file apart in this process."""
    return list(assemble(wanted, folder))


def forms(workspace: Workspace) -> dict[CaseNo, PageText]:
    """Issue a form to each household; return its sheet as it would be read when it comes back."""
    sheets = {}
    for number in workspace.archive.case_numbers():
        todo = plan(workspace, BY, workspace.catalogue.get(KIND), [number], {}, on=TODAY)
        (made,) = issue(workspace, BY, todo).issued
        record = workspace.archive.read(number).records[made.record]
        text = workspace.archive.text(number, made.record)
        sheets[number] = sheet(text, str(record.data["code"]))
    return sheets


def sheet(text: str = "", *codes: str, blank: bool = False) -> PageText:
    page = PageText(
        0, text, codes, "ocr" if text else "none", 0.99, 0, 1654, 2339, on_paper=True, blank=blank
    )
    return replace(page, signature_places=(SignaturePlace("签名", 0.1),)) if codes else page


def dropped(workspace: Workspace, *pages: PageText, name: str = NAME, seed: int = 0) -> ReadDrop:
    """Put a scan of so many frames into the inbox, with what is read on them."""
    rng = np.random.default_rng(seed)
    frames = [Image.fromarray(rng.integers(0, 256, (30, 20), np.uint8)) for _ in pages]
    path = workspace.archive.inbox / name
    frames[0].save(path, save_all=True, append_images=frames[1:])
    numbered = tuple(replace(page, number=n) for n, page in enumerate(pages, 1))
    return ReadDrop(Original.of(path, name), ReadResult(TIFF, numbered), None)


def frames(path: Path) -> int:
    with Image.open(path) as opened:
        return int(getattr(opened, "n_frames", 1))


def split(workspace: Workspace, drop: ReadDrop) -> SplitUp:
    outcome = take_in(workspace, BY, drop, here)
    assert isinstance(outcome, SplitUp), outcome
    return outcome


def signed(workspace: Workspace) -> list[tuple[CaseNo, int]]:
    """Return the signed copies on file, with their pages."""
    return [
        (number, record.pages)
        for number in workspace.archive.case_numbers()
        for record in workspace.archive.read(number).records.values()
        if record.status is RecordStatus.SIGNED_COPY
    ]


def sound(workspace: Workspace) -> bool:
    return not verify(workspace, BY).findings


def test_each_part_is_a_record_and_the_original_is_kept_once(workspace: Workspace) -> None:
    """Each part is a record of its own, the original feeder file is kept once and each part's event names its pages."""
    sheets = forms(workspace)
    one, two = sheets
    blank = sheet(blank=True)
    drop = dropped(workspace, sheets[one], blank, sheets[two], blank)
    whole = drop.original.path.read_bytes()
    done = split(workspace, drop)
    assert [type(p) for p in done.parts] == [Filed, Filed]
    assert signed(workspace) == [(one, 1), (two, 1)]
    assert not list(workspace.archive.inbox.glob("*.tif")) and not workspace.archive.tray.items()
    (batch,) = workspace.archive.batches.ids()
    assert batch == done.batch
    (kept,) = workspace.archive.batches.originals(batch)
    assert kept.read_bytes() == whole
    bagit.Bag(str(workspace.archive.batches.bag(batch))).validate()
    for number, page in ((one, 1), (two, 3)):
        event = workspace.archive.chain(number).events[-1][0]
        assert event.source is not None
        assert (event.source["batch"], event.source["pages"]) == (batch, [{"page": page}])
        path = workspace.archive.folder(number) / event.files[0].path
        assert frames(path) == 1
    assert sound(workspace)


def test_one_damaged_code_sends_that_part_to_the_tray(workspace: Workspace) -> None:
    """One damaged code sends that part to the tray, not the batch."""
    sheets = forms(workspace)
    one, two = sheets
    broken = sheet(sheets[two].text, sheets[two].codes[0][:-2] + "00")
    done = split(workspace, dropped(workspace, sheets[one], broken, sheets[two]))
    assert [type(p).__name__ for p in done.parts] == ["Filed", "NeedsReview", "Filed"]
    (item,) = workspace.archive.tray.items()
    assert item.reason == "foreign_code" and item.batch == done.batch and item.batch_pages == "第 2 页"


def test_a_form_whose_code_is_not_read_is_not_filed_as_something_else(workspace: Workspace) -> None:
    sheets = forms(workspace)
    one, two = sheets
    bare = sheet(f"诚信承诺书\n{two}\n{sheets[two].text}")
    done = split(workspace, dropped(workspace, sheets[one], bare, sheets[two]))
    assert [type(p).__name__ for p in done.parts] == ["Filed", "NeedsReview", "Filed"]


def test_separator_sheets_part_materials(workspace: Workspace) -> None:
    """At printed separator sheets; the separator itself is no paper: kept in the original, in no part."""
    one = workspace.archive.case_numbers()[0]
    papers = [sheet(f"诊断证明书\n{one}"), sheet("分隔页", SEPARATOR), sheet(f"收入证明\n{one}")]
    done = split(workspace, dropped(workspace, *papers))
    assert [(type(p), p.pages) for p in done.parts] == [(Filed, "第 1 页"), (Filed, "第 3 页")]
    data = workspace.archive.batches.chain(done.batch).events[0][0].data
    assert data["left_out"] == {"separator": [2]}


def test_a_scan_with_one_paper_stays_one_file(workspace: Workspace) -> None:
    """A scan with one paper stays one file (no batch)."""
    sheets = forms(workspace)
    one, _ = sheets
    outcome = take_in(workspace, BY, dropped(workspace, sheets[one], sheet(blank=True)), here)
    assert isinstance(outcome, Filed)
    assert signed(workspace) == [(one, 1)]
    assert not workspace.archive.batches.ids()


def test_what_is_only_proposed_waits_whole(workspace: Workspace) -> None:
    """When in doubt the whole waits with a proposal."""
    sheets = forms(workspace)
    one, two = sheets
    outcome = take_in(workspace, BY, dropped(workspace, sheets[one], sheet(f"居民身份证\n{two}")), here)
    assert isinstance(outcome, NeedsReview)
    (item,) = workspace.archive.tray.items()
    assert item.details["proposal"] == [[1], [2]]
    assert signed(workspace) == [] and not workspace.archive.batches.ids()


def test_a_drop_folder_speaks_for_every_part(workspace: Workspace) -> None:
    """Splitting must never separate pages such that a stranger's page gets filed."""
    sheets = forms(workspace)
    one, two = sheets
    (workspace.archive.inbox / f"{one} 王秀兰").mkdir(exist_ok=True)
    drop = dropped(workspace, sheets[one], sheets[two], name=f"{one} 王秀兰/批量.tif")
    done = split(workspace, drop)
    assert [type(p).__name__ for p in done.parts] == ["Filed", "NeedsReview"]
    assert signed(workspace) == [(one, 1)]


def test_the_same_batch_dropped_again_files_nothing_twice(workspace: Workspace) -> None:
    sheets = forms(workspace)
    split(workspace, dropped(workspace, *sheets.values()))
    again = split(workspace, dropped(workspace, *sheets.values()))
    assert [p.reason for p in again.parts if isinstance(p, NeedsReview)] == ["already_signed"] * 2
    assert len(signed(workspace)) == 2


def test_what_a_dead_process_left_is_finished(workspace: Workspace) -> None:
    """Parts not yet tried are tried again by the next watch."""
    sheets = forms(workspace)
    drop = dropped(workspace, *sheets.values())
    assert isinstance(batches.take_apart(workspace, BY, drop, here), SplitUp)
    assert [i.reason for i in workspace.archive.tray.items()] == ["split", "split"]
    assert [type(o) for o in try_parts(workspace, BY)] == [Filed, Filed]
    assert not workspace.archive.tray.items() and sound(workspace)


def test_a_batch_whose_original_could_not_go_is_not_made_twice(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    sheets = forms(workspace)
    drop = dropped(workspace, *sheets.values())

    def refuse(*_: object) -> bool:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(originals, "remove_original", refuse)
    first = split(workspace, drop)
    assert first.remark and len(first.parts) == 2
    again = split(workspace, drop)
    assert again.remark and not again.parts
    monkeypatch.undo()
    assert not split(workspace, drop).remark
    assert len(workspace.archive.batches.ids()) == 1 and len(signed(workspace)) == 2
    assert not drop.original.path.exists()


def test_a_full_disk_leaves_the_file_in_the_inbox(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never a lost byte."""
    sheets = forms(workspace)
    drop = dropped(workspace, *sheets.values())

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable_files, "rename_new", full)
    outcome = take_in(workspace, BY, drop, here)
    assert isinstance(getattr(outcome, "error", None), WriteFailed)
    monkeypatch.undo()
    assert drop.original.path.exists() and not workspace.archive.batches.ids()
    assert len(split(workspace, drop).parts) == 2


def test_verify_sees_a_batch_and_restore_mends_it(workspace: Workspace, tmp_path: Path) -> None:
    """``archive/batches`` is checked by ``verify``, healed by recovery."""
    sheets = forms(workspace)
    done = split(workspace, dropped(workspace, *sheets.values()))
    (kept,) = workspace.archive.batches.originals(done.batch)
    backup = tmp_path / "backup"
    backup.mkdir()
    (backup / "copy.tif").write_bytes(kept.read_bytes())
    kept.chmod(0o600)
    kept.write_bytes(b"rubbish")
    assert [f.bag for f in verify(workspace, BY).findings] == [done.batch]
    assert restore(workspace, BY, done.batch, backup).restored == ("data/0001.tif",)
    assert sound(workspace)


def test_parts_on_their_way_are_sent_on(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kill anywhere: the next start makes of a committed batch what it says."""
    sheets = forms(workspace)
    drop = dropped(workspace, *sheets.values())
    with monkeypatch.context() as patch:
        patch.setattr(
            "archivist.store.batches.Batches._finish", lambda *_: (_ for _ in ()).throw(KeyboardInterrupt)
        )
        with pytest.raises(KeyboardInterrupt):
            take_in(workspace, BY, drop, here)
    assert not workspace.archive.tray.items()
    assert any("parts" in f.file for f in verify_quietly(workspace))
    fresh = Archive(workspace.archive.root)
    with fresh.writing("林经办"):
        assert fresh.recovered.done
    assert len(fresh.tray.items()) == 2
    assert len(split(workspace, drop).parts) == 2 and sound(workspace)


def verify_quietly(workspace: Workspace) -> list[FixityFinding]:

    return [f for p in workspace.archive.batches.folders() for f in check_bag(p).findings]


def test_a_file_that_cannot_be_taken_apart_stays(workspace: Workspace) -> None:
    sheets = forms(workspace)
    drop = dropped(workspace, *sheets.values())

    def fails(*_: object) -> list[Path]:
        raise ArchivistError("样例")

    take_in(workspace, BY, drop, fails)
    assert drop.original.path.exists() and not workspace.archive.batches.ids()


# ── files that hold others ───────────────────────────────────────────────────────────────────────────────
def packed(workspace: Workspace, name: str, **papers: str) -> ReadDrop:
    """Drop a ZIP of text files, and read it as the watcher does."""
    path = workspace.archive.inbox / name
    with zipfile.ZipFile(path, "w") as package:
        for stem, text in papers.items():
            package.writestr(f"{stem}.txt", text)
    with Reader(PATIENT) as reader:
        return prepare(path, name, reader)


def test_each_file_in_a_package_is_a_paper_of_its_own(workspace: Workspace) -> None:
    """The same mechanism for containers: members as they are, the original kept once."""
    one, two = workspace.archive.case_numbers()
    drop = packed(
        workspace, "材料.zip", 收入证明=f"收入证明\n{one}", 诊断=f"诊断证明书\n{two}", 不明="无人认领的一张纸"
    )
    whole = drop.original.path.read_bytes()
    done = split(workspace, drop)
    where = [p.case if isinstance(p, Filed) else p.reason for p in done.parts]
    assert where[:2] == [one, two] and where[2] in ("no_case", "no_type")
    assert [p.pages for p in done.parts] == ["第 1 个文件", "第 2 个文件", "第 3 个文件"]
    (kept,) = workspace.archive.batches.originals(done.batch)
    assert kept.read_bytes() == whole and not drop.original.path.exists()
    record = list(workspace.archive.read(one).records.values())[-1]
    assert (record.source["batch"], record.source["member"]) == (done.batch, 1)
    assert record.files[0].path.endswith(".txt")
    assert sound(workspace)


def test_a_package_named_by_a_case_number_is_no_drop_folder(workspace: Workspace) -> None:
    """A name in a package comes from a stranger: its folders are not drop folders."""
    one, two = workspace.archive.case_numbers()
    path = workspace.archive.inbox / f"{one}.zip"
    with zipfile.ZipFile(path, "w") as package:
        package.writestr(f"{one} 王秀兰/诊断.txt", "诊断证明书\n一张没有姓名的纸")
        package.writestr("收入证明.txt", f"收入证明\n{two}")
    with Reader(PATIENT) as reader:
        done = split(workspace, prepare(path, path.name, reader))
    assert [type(p).__name__ for p in done.parts] == ["NeedsReview", "Filed"]


def test_a_package_is_put_back_whole(workspace: Workspace) -> None:
    drop = packed(workspace, "材料.zip", 甲="无人认领", 乙="也无人认领")
    whole = drop.original.path.read_bytes()
    done = split(workspace, drop)
    (back,) = undo(workspace, BY, done.batch)
    assert back.file.read_bytes() == whole and back.name == "材料.zip"
    assert [i.id for i in workspace.archive.tray.items()] == [back.id] and sound(workspace)


@pytest.mark.parametrize(
    ("words", "kept"), [("见附件，谢谢。", 1), ("现将王秀兰户的情况说明如下：" + "样例" * 40, 2)]
)
def test_a_greeting_stays_in_the_mail(workspace: Workspace, words: str, kept: int) -> None:
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "材料", "somebody@example.invalid", "office@example.invalid"
    mail.set_content(words)
    mail.add_attachment("无人认领的一张纸".encode(), maintype="text", subtype="plain", filename="甲.txt")
    path = workspace.archive.inbox / "来信.eml"
    path.write_bytes(mail.as_bytes())
    with Reader(PATIENT) as reader:
        done = split(workspace, prepare(path, path.name, reader))
    assert len(done.parts) == kept
    left_out = workspace.archive.batches.chain(done.batch).events[0][0].data["left_out"]
    assert left_out == ({"message": [1]} if kept == 1 else {})
