"""Pages put in order by a person: split, joined, turned, put back; the files are kept once, nothing is lost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image

from archivist.api.rearranging import PageOfPart, parse_parts
from archivist.errors import UsageError
from archivist.ingest import turning
from archivist.ingest.batches import take_in, tried, try_parts
from archivist.ingest.by_hand import assign
from archivist.ingest.filing import Filed, NeedsReview, ReadDrop
from archivist.ingest.rearranging import join_items, split_item, undo
from archivist.ingest.taking_back import take_back
from archivist.model.ids import RecordNo
from archivist.preservation.verification import verify
from archivist.reading.formats.images import TIFF
from archivist.reading.page_extraction import Assembly, assemble
from archivist.reading.pages import PageText, ReadResult, TextLine
from archivist.store import Original, TrayItem
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        yield made


def here(wanted: Sequence[Assembly], folder: Path) -> list[Path]:
    return list(assemble(wanted, folder))


def shade(n: int) -> Image.Image:
    """Return a frame known by its shade, taller than wide, its upper half lighter."""
    frame = np.full((30, 20), n * 20, np.uint8)
    frame[:15] += 10
    return Image.fromarray(frame)


def waiting(workspace: Workspace, *texts: str, name: str = "批量.tif") -> TrayItem:
    """Put a scan into the tray; a page with no text is blank. Frame n has the shade of n."""
    path = workspace.archive.inbox / name
    frames = [shade(n) for n in range(1, len(texts) + 1)]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    pages = tuple(
        PageText(n, t, (), "ocr" if t else "none", 0.9, 0, 20, 30, on_paper=True, blank=not t)
        for n, t in enumerate(texts, 1)
    )
    outcome = take_in(workspace, BY, ReadDrop(Original.of(path, name), ReadResult(TIFF, pages), None), here)
    assert isinstance(outcome, NeedsReview), outcome
    return workspace.archive.tray.get(outcome.item)


def shades(item: TrayItem) -> list[int]:
    """Return which frames an item has; a turned one with a minus."""
    found = []
    with Image.open(item.file) as opened:
        for n in range(getattr(opened, "n_frames", 1)):
            opened.seek(n)
            top, bottom = int(np.asarray(opened)[0, 0]), int(np.asarray(opened)[-1, 0])
            found.append(bottom // 20 if top > bottom else -(top // 20))
    return found


def items(workspace: Workspace) -> list[TrayItem]:
    return sorted(workspace.archive.tray.items(), key=lambda i: i.id)


def test_pages_are_parted_and_turned(workspace: Workspace) -> None:
    """``review split ITEM 1-3,4 --rotate 4:180``."""
    item = waiting(workspace, "一", "二", "三", "四")
    whole = item.file.read_bytes()
    done = split_item(workspace, BY, item, [[(1, 0), (2, 0), (3, 0)], [(4, 180)]], here)
    first, second = items(workspace)
    assert (shades(first), shades(second)) == ([1, 2, 3], [-4])
    assert (first.text, second.text) == ("一\f二\f三", "四")
    assert second.details["pages_of"] == [{"page": 4, "turn": 180}]
    (kept,) = workspace.archive.batches.originals(done.batch)
    assert kept.read_bytes() == whole
    assert not verify(workspace, BY).findings


def test_a_part_is_split_again_in_the_same_batch(workspace: Workspace) -> None:
    """All as events in batches/ so that originals are kept once."""
    item = waiting(workspace, "一", "二", "三")
    batch = split_item(workspace, BY, item, [[(1, 0)], [(3, 180), (2, 0)]], here).batch
    split_item(workspace, BY, items(workspace)[1], [[(2, 0)], [(1, 180)]], here)
    assert [shades(i) for i in items(workspace)] == [[1], [2], [3]]
    assert [i.details["pages_of"] for i in items(workspace)] == [[{"page": 1}], [{"page": 2}], [{"page": 3}]]
    assert workspace.archive.batches.ids() == [batch]
    assert len(workspace.archive.batches.chain(batch).events) == 2
    assert not verify(workspace, BY).findings


def test_parts_are_joined_again_in_another_order(workspace: Workspace) -> None:
    item = waiting(workspace, "一", "二", "三")
    batch = split_item(workspace, BY, item, [[(1, 0)], [(2, 0)], [(3, 0)]], here).batch
    one, two, three = items(workspace)
    join_items(workspace, BY, [three, one], here)
    left, joined = items(workspace)
    assert left.id == two.id and joined.text == "三\f一"
    assert joined.details["pages_of"] == [{"page": 3}, {"page": 1}]
    assert workspace.archive.batches.ids() == [batch]


def test_files_are_joined_to_one_pdf(workspace: Workspace) -> None:
    """``review join A B …`` (one PDF of several waiting items, in that order)."""
    one, two = waiting(workspace, "一"), waiting(workspace, "二", "三", name="另.tif")
    kept = [two.file.read_bytes(), one.file.read_bytes()]
    batch = join_items(workspace, BY, [two, one], here).batch
    (joined,) = items(workspace)
    assert joined.file.suffix == ".pdf" and joined.text == "二\f三\f一"
    assert [p.read_bytes() for p in workspace.archive.batches.originals(batch)] == kept
    assert workspace.archive.batches.names(batch) == ["另.tif", "批量.tif"]
    undo(workspace, BY, batch)
    assert sorted(i.file.read_bytes() for i in items(workspace)) == sorted(kept)
    assert sorted(i.name for i in items(workspace)) == ["另.tif", "批量.tif"]
    assert not verify(workspace, BY).findings


def test_undone_it_is_as_it_came(workspace: Workspace) -> None:
    """Undo possible as long as nothing was assigned."""
    item = waiting(workspace, "一", "", "三")
    whole, text = item.file.read_bytes(), item.text
    batch = split_item(workspace, BY, item, [[(3, 180)], [(1, 0)]], here).batch
    (back,) = undo(workspace, BY, batch)
    assert (back.file.read_bytes(), back.text, back.name) == (whole, text, "批量.tif")
    assert [i.id for i in items(workspace)] == [back.id]
    with pytest.raises(UsageError, match="没有可以撤销的"):
        undo(workspace, BY, batch)
    split_item(workspace, BY, back, [[(1, 0)], [(3, 0)]], here)
    assert workspace.archive.batches.ids() == [batch] and not verify(workspace, BY).findings


def test_nothing_is_undone_once_a_part_is_filed(workspace: Workspace) -> None:
    item = waiting(workspace, "一", "二")
    batch = split_item(workspace, BY, item, [[(1, 0)], [(2, 0)]], here).batch
    number = workspace.archive.case_numbers()[0]
    filed = assign(workspace, BY, items(workspace)[0], number, workspace.catalogue.get("mat_id_card"))
    assert (filed.batch, filed.pages) == (batch, "第 1 页")
    with pytest.raises(UsageError, match="不能撤销"):
        undo(workspace, BY, batch)
    assert len(items(workspace)) == 1


def test_a_part_taken_back_is_a_part_of_its_batch_again(workspace: Workspace) -> None:
    """«as it came»: it has its place among the pages again, and with it all parts wait."""
    whole = (item := waiting(workspace, "一", "二")).file.read_bytes()
    batch = split_item(workspace, BY, item, [[(1, 0)], [(2, 0)]], here).batch
    number, part = workspace.archive.case_numbers()[0], items(workspace)[0]
    assign(workspace, BY, part, number, workspace.catalogue.get("mat_id_card"))
    page = PageText(1, "一", (), "ocr", 0.9, 0, 20, 30, on_paper=True)
    back = take_back(
        workspace,
        BY,
        number,
        RecordNo("0001"),
        "归错",
        lambda o: ReadDrop(o, ReadResult(TIFF, (page,)), None),
    )
    assert (back.id, back.batch, back.batch_pages) == (part.id, batch, "第 1 页")
    assert back.details["pages_of"] == part.details["pages_of"]
    tried_now = [part for part in try_parts(workspace, BY) if isinstance(part, NeedsReview)]
    assert back.id not in [part.item for part in tried_now], "it waits for a person, not for the program"
    assert [i.file.read_bytes() for i in undo(workspace, BY, batch)] == [whole]
    assert not verify(workspace, BY).findings


def test_a_part_that_is_clear_now_is_filed(workspace: Workspace) -> None:
    number = workspace.archive.case_numbers()[0]
    item = waiting(workspace, f"居民身份证\n{number}", f"诊断证明书\n{number}")
    done = tried(workspace, BY, split_item(workspace, BY, item, [[(1, 0)], [(2, 0)]], here))
    assert [type(p) for p in done.parts] == [Filed, Filed]


@pytest.mark.parametrize(
    ("groups", "words"),
    [
        ([[(1, 0)]], "第 3 页没有写到"),
        ([[(1, 0)], [(1, 0), (3, 0)]], "写了两次"),
        ([[(1, 0)], [(3, 0), (9, 0)]], "没有第 9 页"),
        ([[(1, 0), (2, 0), (3, 0)]], "没有任何改动"),
        ([[], [(1, 0), (3, 0)]], "没有写明"),
        ([], "没有写明"),
    ],
)
def test_what_loses_or_doubles_a_page_is_refused(
    workspace: Workspace, groups: list[list[tuple[int, int]]], words: str
) -> None:
    """Unmentioned pages → an error; blank ones allowed to be left out."""
    item = waiting(workspace, "一", "", "三")
    with pytest.raises(UsageError, match=words):
        split_item(workspace, BY, item, groups, here)
    assert [i.id for i in items(workspace)] == [item.id] and not workspace.archive.batches.ids()


@pytest.mark.parametrize("killed", ["stage", "commit", "finish"])
def test_killed_anywhere_the_item_or_its_parts_are_there(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, killed: str
) -> None:
    """Both crash-safe (batch event = commit)."""
    item = waiting(workspace, "一", "二", "三")
    split_item(workspace, BY, item, [[(1, 0)], [(2, 0), (3, 0)]], here)
    place = {
        "stage": "archivist.store.batches._stage",
        "commit": "archivist.store.commit.commit",
        "finish": "archivist.store.batches.Batches._finish",
    }[killed]

    def die(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(place, die)
        split_item(workspace, BY, items(workspace)[1], [[(1, 0)], [(2, 0)]], here)
    with Workspace.open(workspace.root) as again:
        with again.writing(BY):
            pass
        assert [shades(i) for i in items(again)] == ([[1], [2], [3]] if killed == "finish" else [[1], [2, 3]])
        assert not verify(again, BY).findings


# ── the words of the command line ────────────────────────────────────────────────────────────────────────
def plain(*words: str, rotate: Sequence[str] = ()) -> list[list[int | tuple[int, int]]]:
    return [[(p.page, p.turn) if p.turn else p.page for p in part] for part in parse_parts(words, rotate)]


def test_the_grammar_of_parts() -> None:
    """Define a clear grammar: parts separated, pages in order given, documented."""
    assert plain("1-3,4") == plain("1-3", "4") == plain("1–3，4") == [[1, 2, 3], [4]]
    assert plain("3+1-2") == [[3, 1, 2]]
    assert plain("3-1") == [[3, 2, 1]]
    assert plain("1-3,4", rotate=["4:180", "2：90"]) == [[1, (2, 90), 3], [(4, 180)]]
    for words, rotate in ((["1-"], []), (["a"], []), (["1"], ["1:45"]), (["1"], ["2:90"]), (["1"], ["90"])):
        with pytest.raises(UsageError):
            parse_parts(words, rotate)


@given(st.lists(st.lists(st.integers(1, 9), min_size=1), min_size=1))
def test_any_order_can_be_written(groups: list[list[int]]) -> None:
    word = ",".join("+".join(map(str, group)) for group in groups)
    assert parse_parts([word]) == tuple(tuple(map(PageOfPart, group)) for group in groups)


class TestTurnedPages:
    """“Rotate: an angle kept as data, bytes untouched”."""

    def test_the_file_stays_as_it_came_and_the_angle_adds_up(self, workspace: Workspace) -> None:
        """Turned twice it is turned by both; all the way round, not at all."""
        item = waiting(workspace, "甲", "乙")
        before = item.file.read_bytes()
        for degrees, so_far in ((90, {2: 90}), (180, {2: 270}), (90, {})):
            item = turning.turn(workspace, BY, item, 2, degrees)
            assert turning.turned_by_hand(item) == so_far
        assert item.file.read_bytes() == before

    def test_places_on_the_page_turn_with_it(self, workspace: Workspace) -> None:
        """What is boxed on the picture lies where the print is."""
        path = workspace.archive.inbox / "一页.tif"
        shade(1).save(path)
        line = TextLine("左上", 0.9, 0.0, 0.0, 0.5, 0.1)
        read = PageText(1, "左上", (), "ocr", 0.9, 0, 20, 30, on_paper=True, lines=(line,))
        outcome = take_in(
            workspace, BY, ReadDrop(Original.of(path, path.name), ReadResult(TIFF, (read,)), None), here
        )
        assert isinstance(outcome, NeedsReview)
        item = turning.turn(workspace, BY, workspace.archive.tray.get(outcome.item), 1, 90)
        turned = turning.upright_reading(item)
        assert turned is not None
        (page,) = turned.pages
        (placed,) = page.lines
        assert page.rotation == 90
        assert (placed.left, placed.top, placed.right, placed.bottom) == pytest.approx((0.9, 0.0, 1.0, 0.5))

    def test_what_is_split_off_or_joined_stands_as_it_was_turned(self, workspace: Workspace) -> None:
        """The angle goes along: into the parts, and into one paper made of several."""
        item = turning.turn(workspace, BY, waiting(workspace, "甲", "乙"), 2, 180)
        parts = tried(workspace, BY, split_item(workspace, BY, item, [[(1, 0)], [(2, 0)]], here))
        assert len(parts.parts) == 2
        found = sorted(shades(one) for one in workspace.archive.tray.items())
        assert found == [[-2], [1]]

    def test_a_page_or_an_angle_that_is_not_there_is_refused(self, workspace: Workspace) -> None:
        """“Bad input gets a clear error”; nothing is noted."""
        item = waiting(workspace, "甲", "乙")
        for page, degrees in ((3, 90), (0, 90), (1, 45), (1, 0), (1, 360)):
            with pytest.raises(UsageError):
                turning.turn(workspace, BY, item, page, degrees)
        assert turning.turned_by_hand(workspace.archive.tray.get(item.id)) == {}
