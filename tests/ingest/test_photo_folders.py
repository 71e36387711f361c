"""“A folder of photos dropped into the inbox = ONE document”: its pages in order, kept byte for byte, never guessed, never half."""

from __future__ import annotations

import io
import os
import signal
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pypdf import PdfReader

from archivist.config import Options
from archivist.errors import DroppedFileError
from archivist.ingest import filing, photo_papers
from archivist.ingest.batches import Outcome, SplitUp
from archivist.ingest.filing import Filed, LeftInInbox, NeedsReview
from archivist.ingest.photo_folders import MOST, in_order, may_be_paper
from archivist.ingest.photo_papers import file_folder
from archivist.ingest.rearranging import undo
from archivist.ingest.settling import Settler, WaitsFor
from archivist.ingest.watch_folder import file_once
from archivist.model.ids import CaseNo
from archivist.model.record import Record
from archivist.preservation.verification import verify
from archivist.reading.formats.identify import identify
from archivist.reading.pages import PageText, ReadResult
from archivist.reading.reader_process import Reader
from archivist.store import Original
from archivist.store.open_writers import WriterSeen
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG_ID, make_id

DIAGNOSIS = f"诊断证明书\n患者姓名 王秀兰\n身份证号 {WANG_ID}\n诊断：高血压"
NEXT = "医嘱：按时服药，定期复查，不适随诊"
STRANGER = f"居民身份证\n姓名 赵无名\n公民身份号码 {make_id('19660606', '046')}"


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


@pytest.fixture
def says(monkeypatch: pytest.MonkeyPatch) -> dict[bytes, str]:
    """What stands on each photo, by its bytes: the reading itself is tried elsewhere."""
    words: dict[bytes, str] = {}
    real = Reader.read

    def read(reader: Reader, path: Path, on_page: Callable[[int, int], None] | None = None) -> ReadResult:
        text = words.get(path.read_bytes())
        if text is None:
            return real(reader, path, on_page)
        return ReadResult(identify(path), (PageText(1, text, (), "ocr", 0.99, 0, 300, 400, on_paper=True),))

    monkeypatch.setattr(Reader, "read", read)
    return words


def photo(shade: int, *, orientation: int = 1, taken: str = "", kind: str = "JPEG") -> bytes:
    """Return a photo, darker on its upper half; ``shade`` makes it unlike any other."""
    picture = Image.new("RGB", (60, 40), (200, 200, shade))
    picture.paste((10, 10, shade), (0, 0, 60, 20))
    exif = Image.Exif()
    exif[0x0112] = orientation
    if taken:
        exif.get_ifd(0x8769)[0x9003] = taken
    out = io.BytesIO()
    picture.save(out, kind, exif=exif)
    return out.getvalue()


def drop(workspace: Workspace, folder: str, photos: Mapping[str, bytes]) -> Path:
    place = workspace.archive.inbox / folder
    place.mkdir(parents=True, exist_ok=True)
    for name, data in photos.items():
        (place / name).write_bytes(data)
    return place


def taken(workspace: Workspace) -> list[Outcome]:
    done: list[Outcome] = []
    file_once(workspace, lambda: BY, lambda outcome, *_: done.append(outcome))
    return done


def number_of(workspace: Workspace) -> CaseNo:
    return workspace.archive.case_numbers()[0]


def paper_of(workspace: Workspace, record: Record) -> Path:
    """Return what is filed."""
    return workspace.archive.folder(number_of(workspace)) / record.files[0].path


def kept(workspace: Workspace) -> list[bytes]:
    """Return the photos that the batches keep, in the order of the pages."""
    batches = workspace.archive.batches
    return [path.read_bytes() for batch in batches.ids() for path in batches.originals(batch)]


def lying(workspace: Workspace) -> list[str]:
    return sorted(p.name for p in workspace.archive.inbox.rglob("*") if p.is_file())


@pytest.mark.parametrize(
    ("folder", "may"),
    [
        ("", False),
        ("王秀兰 诊断证明", True),
        ("TJHQ-DB-2024-000001 王秀兰", False),
        ("TJHQ-DB-2024-000001", False),
        ("tjhq-db-2024-000001 王秀兰/诊断证明", True),
        ("设备", False),
        ("设备/柜台", False),
        ("设备/柜台/2026-03-01", False),
        ("设备/柜台/TJHQ-DB-2024-000001 王秀兰/诊断证明", False),
        ("下乡/第一户", True),
    ],
)
def test_which_folder_may_be_one_paper(folder: str, *, may: bool) -> None:
    """“the folders that already have meaning keep theirs”."""
    assert may_be_paper(folder) is may


@given(st.permutations(range(1, 25)))
def test_numbers_in_names_are_read_as_numbers(places: list[int]) -> None:
    """“its pages in natural order of the names”, whatever EXIF says."""
    names = [f"IMG_{n}.jpg" for n in places]
    assert [places[n] for n in in_order(names, ["9"] * 24)] == sorted(places)


def test_where_names_say_nothing_the_time_of_the_photo_does() -> None:
    """“or by the EXIF time where names say nothing”; where one photo has none, names are all there is."""
    names = ["3f2a.jpg", "b1c9.jpg", "a77e.jpg"]
    assert in_order(names, ["2026:03:01 10:00:02", "2026:03:01 10:00:01", "2026:03:01 10:00:03"]) == [1, 0, 2]
    assert in_order(names, ["2026:03:01 10:00:02", "", "2026:03:01 10:00:03"]) == [0, 2, 1]
    assert in_order(names) == [0, 2, 1]


def test_a_folder_of_photos_is_one_record_and_the_photos_are_kept(
    workspace: Workspace, says: dict[bytes, str]
) -> None:
    """“ONE document … the clerk's photos are kept byte for byte”; the tenth page comes after the second, and all stand upright."""
    pages = {f"IMG_{n}.jpg": photo(n, orientation=6 if n == 10 else 1) for n in (10, 1, 2)}
    says.update(dict.fromkeys(pages.values(), NEXT) | {pages["IMG_1.jpg"]: DIAGNOSIS})
    place = drop(workspace, "王秀兰 诊断证明", pages)
    (done,) = taken(workspace)
    assert isinstance(done, SplitUp) and isinstance(done.parts[0], Filed), done
    (record,) = workspace.archive.read(number_of(workspace)).records.values()
    assert (record.title, record.pages) == ("医疗诊断材料", 3)
    path = paper_of(workspace, record)
    assert [page.rotation for page in PdfReader(path).pages] == [0, 0, 90]
    assert kept(workspace) == [pages[f"IMG_{n}.jpg"] for n in (1, 2, 10)]
    assert not place.exists() and lying(workspace) == []
    assert not verify(workspace, BY).findings and taken(workspace) == []


@pytest.mark.parametrize("orientation", range(1, 9))
def test_photos_stand_upright_whichever_way_the_phone_was_held(
    workspace: Workspace, says: dict[bytes, str], orientation: int
) -> None:
    """“JPEG EXIF orientation upright”: what the page shows is what Pillow shows, of all eight."""
    from PIL import ImageOps

    from archivist.reading.page_picture import draw_page

    data = photo(7, orientation=orientation)
    says.update({data: DIAGNOSIS, photo(8): NEXT})
    drop(workspace, "王秀兰 诊断证明", {"1.jpg": data, "2.jpg": photo(8)})
    taken(workspace)
    record = next(iter(workspace.archive.read(number_of(workspace)).records.values()))
    target = workspace.root / "page.jpg"
    draw_page(paper_of(workspace, record), 1, 600, 0, target)
    with Image.open(target) as shown, Image.open(io.BytesIO(data)) as source:
        wanted = ImageOps.exif_transpose(source).resize(shown.size)
        for at in ((0.25, 0.25), (0.75, 0.25), (0.25, 0.75), (0.75, 0.75)):
            spot = (int(shown.width * at[0]), int(shown.height * at[1]))
            there, should = (
                picture.convert("L").crop((*spot, spot[0] + 1, spot[1] + 1)).tobytes()[0]
                for picture in (shown, wanted)
            )
            assert abs(there - should) < 40


def test_photos_of_two_households_wait_as_a_whole(workspace: Workspace, says: dict[bytes, str]) -> None:
    """“photos of two households in one folder → never guessed: goes to the tray as a whole”, in a household's own folder too; it can be undone."""
    pages = {"1.jpg": photo(1), "2.jpg": photo(2)}
    says.update({pages["1.jpg"]: DIAGNOSIS, pages["2.jpg"]: STRANGER})
    drop(workspace, f"{number_of(workspace)} 王秀兰/诊断证明", pages)
    (done,) = taken(workspace)
    assert isinstance(done, SplitUp) and isinstance(done.parts[0], NeedsReview)
    assert not workspace.archive.read(number_of(workspace)).records
    (item,) = workspace.archive.tray.items()
    assert len(PdfReader(item.file).pages) == 2 and item.details["proposal"] == [[1], [2]]
    assert kept(workspace) == list(pages.values()) and lying(workspace) == []
    undo(workspace, BY, item.batch)
    assert sorted(i.file.read_bytes() for i in workspace.archive.tray.items()) == sorted(pages.values())


def test_one_photo_that_cannot_be_read_keeps_all_of_them_for_a_person(
    workspace: Workspace, says: dict[bytes, str]
) -> None:
    """“a folder with one unreadable photo”: what is on it nobody knows, so none is filed, and each is there to be looked at."""
    pages = {"1.jpg": photo(1), "2.jpg": b"\xff\xd8\xff\xe0 no picture \xff\xd9", "3.jpg": photo(3)}
    says.update({pages["1.jpg"]: DIAGNOSIS, pages["3.jpg"]: NEXT})
    drop(workspace, "王秀兰 诊断证明", pages)
    taken(workspace)
    items = list(workspace.archive.tray.items())
    assert {i.file.read_bytes() for i in items} == set(pages.values()) and len(items) == 3
    assert all("2.jpg" in i.message and "整个文件夹" in i.message for i in items)
    assert not workspace.archive.read(number_of(workspace)).records
    assert taken(workspace) == [], "nobody tries them again"
    assert len(list(workspace.archive.tray.items())) == 3


def test_a_folder_with_anything_else_in_it_holds_papers_as_before(
    workspace: Workspace, says: dict[bytes, str]
) -> None:
    """“mixed folders, … an empty folder, nested folders”: only a folder of nothing but photos is one paper."""
    card = photo(1)
    says.update(
        {card: f"居民身份证\n姓名 王秀兰\n公民身份号码 {WANG_ID}", photo(2): DIAGNOSIS, photo(3): NEXT}
    )
    drop(workspace, "混", {"身份证.jpg": card, "说明.txt": DIAGNOSIS.encode()})
    (workspace.archive.inbox / "空").mkdir()
    drop(workspace, "下乡/王秀兰 诊断证明", {"1.jpg": photo(2), "2.jpg": photo(3), "Thumbs.db": b"x"})
    done = taken(workspace)
    assert [d for d in done if isinstance(d, LeftInInbox)] == []
    records = workspace.archive.read(number_of(workspace)).records.values()
    assert sorted(r.title for r in records) == ["医疗诊断材料", "医疗诊断材料", "居民身份证"]
    assert sorted(r.pages for r in records if r.title == "医疗诊断材料") == [1, 2]
    assert (workspace.archive.inbox / "空").is_dir(), (
        "a folder nobody has put anything into is nobody's to remove"
    )
    assert lying(workspace) == ["Thumbs.db"]


def test_heic_pages_become_pages_like_any(workspace: Workspace, says: dict[bytes, str]) -> None:
    """“HEIC”: an iPhone's photos are read and shown as they are, and kept as they came."""
    pillow_heif = pytest.importorskip("pillow_heif")  # of the tests alone: it writes what the reader reads
    made = io.BytesIO()
    pillow_heif.from_pillow(Image.new("RGB", (64, 64), "white")).save(made)
    pages = {"IMG_1.HEIC": made.getvalue(), "IMG_2.HEIC": made.getvalue() + b"\0" * 8}
    says.update({pages["IMG_1.HEIC"]: DIAGNOSIS, pages["IMG_2.HEIC"]: NEXT})
    drop(workspace, "王秀兰 诊断证明", pages)
    taken(workspace)
    (record,) = workspace.archive.read(number_of(workspace)).records.values()
    assert record.pages == 2 and kept(workspace) == list(pages.values())


class Clock:
    """A folder that is copied file by file, and a clock that stands still until it is moved on."""

    def __init__(self, inbox: Path) -> None:
        self.inbox, self.now = inbox, 1000.0
        self.settler = Settler(Options(), lambda: self.now, lambda: self.now, lambda _: WriterSeen.NO)

    def looks(self, seconds: float) -> list[tuple[str, int]]:
        """Look every half second for a time; return what was ready, with its photos."""
        seen = []
        for _ in range(int(seconds * 2)):
            self.now += 0.5
            seen += [(d.name, len(d.photos)) for d in self.settler.look(self.inbox).ready]
        return seen


def test_a_folder_that_is_still_copied_is_not_taken_in_part(tmp_path: Path) -> None:
    """“a folder still being copied”: eight seconds between two photos, then all of them are one paper; longer pauses are learnt."""
    clock, folder = Clock(tmp_path), tmp_path / "照片"
    folder.mkdir()
    for n in range(1, 6):
        (folder / f"{n}.jpg").write_bytes(photo(n))
        assert clock.looks(8) == [], n
    assert clock.looks(20) == []
    assert set(clock.looks(15)) == {("照片", 5)}


def test_photos_wait_for_the_one_that_has_no_end(tmp_path: Path) -> None:
    """A photo half sent holds the others, and says so."""
    clock, folder = Clock(tmp_path), tmp_path / "照片"
    folder.mkdir()
    (folder / "1.jpg").write_bytes(photo(1))
    (folder / "2.jpg").write_bytes(photo(2)[:300])
    assert clock.looks(60) == []
    waiting = {d.name: what for d, what in clock.settler.look(tmp_path).waiting}
    assert waiting == {"照片/1.jpg": WaitsFor.FOLDER, "照片/2.jpg": WaitsFor.END}


def test_a_single_photo_and_a_camera_s_hundreds_are_papers_one_by_one(tmp_path: Path) -> None:
    """A folder of one is that one; one of more than a paper has pages is no paper."""
    clock = Clock(tmp_path)
    for folder, count in (("一张", 1), ("相机", MOST + 1)):
        (tmp_path / folder).mkdir()
        for n in range(count):
            (tmp_path / folder / f"{n}.jpg").write_bytes(photo(n))
    found = set(clock.looks(30))
    assert ("一张/0.jpg", 0) in found and len(found) == MOST + 2 and not any(n for _, n in found)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="a process that is killed needs fork")
@pytest.mark.parametrize("at", ["create", "first photo gone", "second photo gone", "folder gone"])
def test_killed_in_the_middle_it_is_the_folder_or_one_whole_record(
    workspace: Workspace, says: dict[bytes, str], monkeypatch: pytest.MonkeyPatch, at: str
) -> None:
    """“kill -9 in the middle leaves either the folder in the inbox or one whole record”."""
    pages = {f"{n}.jpg": photo(n) for n in (1, 2, 3)}
    says.update({pages["1.jpg"]: DIAGNOSIS, pages["2.jpg"]: NEXT, pages["3.jpg"]: NEXT})
    drop(workspace, "王秀兰 诊断证明", pages)
    inbox = workspace.archive.inbox
    if (child := os.fork()) == 0:
        left = {"create": 3, "first photo gone": 2, "second photo gone": 1, "folder gone": 0}[at]
        real = filing.remove

        def die(office: Workspace, original: Original) -> str:
            if len(list(inbox.rglob("*.jpg"))) == left:
                os.kill(os.getpid(), signal.SIGKILL)
            said = real(office, original)
            if not list(inbox.rglob("*.jpg")) and left == 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return said

        monkeypatch.setattr(photo_papers, "remove", die)
        with Workspace.open(workspace.root) as other:
            taken(other)
        os._exit(0)
    _, status = os.waitpid(child, 0)
    assert os.WIFSIGNALED(status) and os.WTERMSIG(status) == signal.SIGKILL
    with Workspace.open(workspace.root) as again:
        taken(again)
        (record,) = again.archive.read(number_of(again)).records.values()
        assert record.pages == 3 and kept(again) == list(pages.values())
        assert lying(again) == [] and not list(again.archive.tray.items())
        assert not verify(again, BY).findings


def test_killed_before_the_commit_the_folder_is_as_it_was(
    workspace: Workspace, says: dict[bytes, str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The other half of it: nothing of the folder is in the archive, and it goes the next time."""
    pages = {"1.jpg": photo(1), "2.jpg": photo(2)}
    says.update({pages["1.jpg"]: DIAGNOSIS, pages["2.jpg"]: NEXT})
    drop(workspace, "王秀兰 诊断证明", pages)
    with monkeypatch.context() as patch:

        def power_cut(*_: object, **__: object) -> None:
            raise KeyboardInterrupt

        patch.setattr("archivist.store.commit.create", power_cut)
        with pytest.raises(KeyboardInterrupt):
            taken(workspace)
    assert lying(workspace) == ["1.jpg", "2.jpg"] and not workspace.archive.read(number_of(workspace)).records
    taken(workspace)
    assert len(workspace.archive.read(number_of(workspace)).records) == 1 and lying(workspace) == []


def test_by_hand_a_folder_is_one_paper_too_and_stays_where_it_is(
    workspace: Workspace, says: dict[bytes, str], tmp_path: Path
) -> None:
    """“Watch, `file`/`ingest` by hand … treat it alike”."""
    place = tmp_path / "诊断证明"
    place.mkdir()
    pages = {"2.jpg": photo(2), "10.jpg": photo(10)}
    for name, data in pages.items():
        (place / name).write_bytes(data)
    says.update({pages["2.jpg"]: DIAGNOSIS, pages["10.jpg"]: NEXT})
    with Reader() as reader:
        filed = file_folder(workspace, BY, number_of(workspace), place, reader, None)
        assert (filed.title, len(list(place.iterdir()))) == ("医疗诊断材料", 2)
        assert kept(workspace) == [pages["2.jpg"], pages["10.jpg"]]
        with pytest.raises(DroppedFileError, match="已经收过"):
            file_folder(workspace, BY, number_of(workspace), place, reader, None)
        (place / "说明.txt").write_text("不是照片", encoding="utf-8")
        with pytest.raises(DroppedFileError, match=r"不是照片的：说明\.txt"):
            file_folder(workspace, BY, number_of(workspace), place, reader, None)
