"""``archive/FORMAT`` and the formats of events: what is older is read for ever, what is newer is left alone."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import IntegrityAlarm, NewerFormat
from archivist.model.by import CHINA, By
from archivist.model.event import BOUND_FROM, EVENT_FORMAT, Event, FileEntry, Op
from archivist.model.ids import RecordNo, Sha256
from archivist.store import Archive, Draft, Stamp, bag, chain
from archivist.store.archive_fixity import check_format
from archivist.store.archive_format import LINE
from archivist.store.bag_fixity import FixityFault, check_bag, remedy
from tests.formats import NEWER, add_newer_event, but_the_lock, picture
from tests.store.kit import NUMBER, STAMP, add_file, new_archive, open_wang

# ── the envelope of an event ─────────────────────────────────────────────────────────────────────────────
LARGEST = 2**63 - 1
WORDS = Path(__file__).parents[1] / "data/event-words.tsv"
OPEN = [Op.REOPENED, Op.CASE_BOUND, Op.SEALED]
"""What these say nobody looks at while they are read; for the others see ``model.event_shapes``."""
letters = st.characters(codec="utf-8")
text = st.text(letters, max_size=12)
names = st.text(letters, min_size=1, max_size=12)
digests = st.text("0123456789abcdef", min_size=64, max_size=64).map(Sha256)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-LARGEST, LARGEST) | text,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(text, inner, max_size=3),
    max_leaves=6,
)
objects = st.dictionaries(text, values, max_size=3).map(lambda plain: MappingProxyType(plain))
entries = st.builds(
    FileEntry,
    text,
    digests,
    st.integers(0, LARGEST),
    st.none() | st.integers(1, 9999).map(lambda n: RecordNo(f"{n:04d}")),
)
moments = st.datetimes(timezones=st.just(CHINA)).map(dt.datetime.isoformat)
a_pair = st.tuples(text, text)
events = st.builds(
    Event, seq=st.integers(1, LARGEST), prev=digests, time=moments, actor=names, op=st.sampled_from(OPEN), data=objects,
    reason=text, files=st.lists(entries, max_size=2).map(tuple), moves=st.lists(a_pair, max_size=2).map(tuple),
    removed=st.lists(text, max_size=2).map(tuple), source=st.none() | objects, pack=text,
    format=st.integers(0, EVENT_FORMAT), on_behalf_of=text, account=text, host=text,
    clock=st.just("") | moments, salt=text,
).flatmap(
    lambda event: names.map(lambda name: replace(event, case=name if event.format >= BOUND_FROM else ""))
)  # fmt: skip


@given(events)
def test_an_event_read_back_is_the_event_written(event: Event) -> None:
    """Read an event's object back; keys that say nothing are left out."""
    written = chain.encode(event)
    assert chain.decode(written) == event
    assert chain.encode(chain.decode(written)) == written


@given(events, st.integers(EVENT_FORMAT + 1, 10**6), objects)
def test_of_a_newer_event_nothing_more_is_said(event: Event, number: int, more: dict[str, Any]) -> None:
    """NewerFormat: E210, when a newer program wrote it; nothing more can be said of it."""
    for plain in ({**event.to_plain(), "format": number}, {**more, "format": number}):
        with pytest.raises(NewerFormat):
            Event.from_plain(plain)


@pytest.mark.parametrize("written", ["1", 1.0, True, None, -1, [1]])
def test_a_format_that_is_no_number_is_a_broken_event(written: object) -> None:
    """ValueError when it is not one."""
    event = Event(1, Sha256("0" * 64), "", "林经办", Op.LEDGER_OPENED, {"year": 2024})
    with pytest.raises(ValueError, match="is no format"):
        Event.from_plain({**event.to_plain(), "format": written})


def test_an_event_says_by_whom_and_in_which_format(tmp_path: Path) -> None:
    """Each event is written with its format and, where they are known, account, host and on whose behalf."""
    archive = new_archive(tmp_path)
    open_wang(archive)
    moment = dt.datetime(2024, 3, 5, 9, tzinfo=CHINA)
    by = By("林经办", moment, on_behalf_of="王秀兰", account="lin", host="前台一号机")
    archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), Stamp(by, "test@1"))
    first, second = (
        json.loads((archive.folder(NUMBER) / f"events/00000{n}.json").read_bytes()) for n in (1, 2)
    )
    assert first["format"] == second["format"] == EVENT_FORMAT
    assert not {"on_behalf_of", "account", "host"} & first.keys()
    assert (second["actor"], second["on_behalf_of"], second["account"], second["host"], second["time"]) == (
        "林经办", "王秀兰", "lin", "前台一号机", "2024-03-05T09:00:00+08:00",
    )  # fmt: skip


def test_every_word_of_an_event_has_its_format() -> None:
    """「raised with the first event of a new kind」: an older program then says 请升级, and never that the chain is broken."""
    lines = [line for line in WORDS.read_text(encoding="utf-8").splitlines() if not line.startswith("#")]
    words = {word: int(since) for since, word in (line.split("\t") for line in lines[1:])}
    assert words.keys() == {op.value for op in Op}
    assert max(words.values()) <= EVENT_FORMAT
    closed = sum(since < 6 for since in words.values())
    assert closed == 35, "programs are in use that write format 5 and know no more words"


def test_a_digest_of_an_event_confirms_no_guess(tmp_path: Path) -> None:
    """Format 5 salts events, so that a digest in a tombstone confirms no guess: the same act twice has two digests."""
    first, second = (new_archive(tmp_path / name) for name in ("一", "二"))
    for archive in (first, second):
        open_wang(archive)
    one, two = (archive.chain(NUMBER).events[0] for archive in (first, second))
    assert one[0].data == two[0].data and one[1] != two[1]
    assert {len(one[0].salt), len(two[0].salt)} == {32}
    assert replace(one[0], salt="") == replace(two[0], salt="")


# ── a case that a newer program wrote to ─────────────────────────────────────────────────────────────────
@pytest.fixture
def archive(tmp_path: Path) -> Archive:
    """One household with one paper."""
    made = new_archive(tmp_path)
    open_wang(made)
    add_file(made, tmp_path, "a.pdf", b"%PDF a")
    return made


def test_a_newer_event_is_never_a_broken_chain(archive: Archive) -> None:
    """Naming the case and the first event that a newer program wrote; nothing is written."""
    name = add_newer_event(archive.folder(NUMBER))
    add_newer_event(archive.folder(NUMBER), format=NEWER + 3)
    before = but_the_lock(picture(archive.root))
    for act in (
        lambda: archive.read(NUMBER),
        lambda: archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP),
    ):
        with pytest.raises(NewerFormat) as refused:
            act()
        error = refused.value
        assert (error.code, error.exit_status, error.file) == ("E210", 20, str(NUMBER))
        assert name in error.what and f"格式 {NEWER}" in error.what and "升级" in error.remedy
    assert but_the_lock(picture(archive.root)) == before


def test_the_check_of_a_newer_bag_says_upgrade_and_nothing_else(archive: Archive) -> None:
    """Its own finding kind, not a broken chain, and never the advice to restore."""
    name = add_newer_event(archive.folder(NUMBER))
    add_newer_event(archive.folder(NUMBER))
    for quick in (True, False):
        found = check_bag(archive.folder(NUMBER), quick=quick).findings
        (finding,) = found
        assert (finding.problem, finding.file) == (FixityFault.NEWER, f"events/{name}")
        assert "升级" in remedy(finding, found) and "restore" not in remedy(finding, found)


def test_what_a_newer_program_moved_or_took_away_is_not_missed(archive: Archive) -> None:
    """What the newer events moved or took away, only the manifests tell."""
    folder = archive.folder(NUMBER)
    (paper,) = (folder / "data").rglob("*.pdf")
    paper.rename(folder / "data/moved.pdf")
    for name in ("manifest-sha256.txt", "tagmanifest-sha256.txt"):
        listed = (folder / name).read_text(encoding="utf-8")
        old = paper.relative_to(folder).as_posix()
        (folder / name).write_text(listed.replace(old, "data/moved.pdf"), encoding="utf-8")
    tags = (folder / "tagmanifest-sha256.txt").read_text(encoding="utf-8")
    lines = [line for line in tags.splitlines() if not line.endswith("manifest-sha256.txt")]
    digest = bag.sha256((folder / "manifest-sha256.txt").read_bytes())
    lines.append(f"{digest}  manifest-sha256.txt")
    (folder / "tagmanifest-sha256.txt").write_text("\n".join(sorted(lines)) + "\n", encoding="utf-8")
    add_newer_event(folder)
    assert [f.problem for f in check_bag(folder).findings] == [FixityFault.NEWER]


@pytest.mark.parametrize(
    ("path", "problem"), [("text/0001.txt", FixityFault.CHANGED), ("events/000001.json", FixityFault.CHANGED)]
)
def test_damage_in_a_newer_bag_is_found_all_the_same(
    archive: Archive, path: str, problem: FixityFault
) -> None:
    """In a bag that a newer program wrote to, nothing before upgrading."""
    folder = archive.folder(NUMBER)
    add_newer_event(folder)
    damaged = folder / path
    damaged.write_bytes(damaged.read_bytes().replace(b"0", b"1", 1) + b" ")
    found = check_bag(folder).findings
    assert {(f.file, f.problem) for f in found} >= {(path, problem)}
    assert any(f.problem is FixityFault.NEWER for f in found)
    assert all("restore" not in remedy(f, found) for f in found)


def test_what_a_newer_program_left_pending_is_not_touched(archive: Archive) -> None:
    """NewerFormat: E210, when a newer program wrote to it. Nothing is touched then."""
    folder = archive.folder(NUMBER)
    add_newer_event(folder)
    (folder / "pending/4").mkdir()
    (folder / "pending/4/e").write_bytes(b"{}")
    before = but_the_lock(picture(archive.root))
    fresh = Archive(archive.root)
    with fresh.writing("启动"):
        (alarm,) = fresh.recovered.alarms
    assert str(NUMBER) in alarm and "由更新版本的程序写入" in alarm
    assert but_the_lock(picture(archive.root)) == before


# ── the archive as a whole ───────────────────────────────────────────────────────────────────────────────
def test_a_new_archive_says_of_which_format_it_is(tmp_path: Path) -> None:
    """Make the folders that are missing; a new archive says of which format it is."""
    archive = new_archive(tmp_path)
    assert (archive.root / "FORMAT").read_text(encoding="utf-8") == LINE == "archivist archive 1\n"
    assert (archive.root / "FORMAT").stat().st_mode & 0o777 == 0o600
    assert not list(archive.work.iterdir())
    archive.create()
    assert check_format(archive.root) == ()


def test_an_older_archive_says_so_at_the_first_write(archive: Archive) -> None:
    """For an older archive that lacks it, at the first write under the lock; until then nothing is written."""
    (archive.root / "FORMAT").unlink()
    fresh = Archive(archive.root)
    fresh.create()
    assert fresh.read(NUMBER).seq == 2 and check_format(fresh.root) == ()
    assert not (archive.root / "FORMAT").exists()
    with fresh.writing("启动"):
        assert (archive.root / "FORMAT").read_text(encoding="utf-8") == LINE


def refused_everywhere(archive: Archive, error: type[Exception]) -> None:
    """Check that nothing can be written to an archive, and that reading goes on."""
    before = picture(archive.root)
    other = NUMBER.__class__("TJHQ", NUMBER.category, 2024, 9)
    acts = (
        lambda: archive.commit(NUMBER, lambda _: Draft(Op.FACTS_CHANGED, {"facts": {}}), STAMP),
        lambda: open_wang(archive, other),
        lambda: archive.allocate("文号", 2024, STAMP),
        lambda: archive.note(Op.VERIFIED, {"quick": True}, STAMP),
        lambda: archive.hand_out("报表", "x", {".txt": b"x"}, Op.OFFICE_DOCUMENT_ISSUED, {}, STAMP),
        archive.create,
    )
    for act in acts:
        with pytest.raises(error):
            act()
    with pytest.raises(error):
        Archive(archive.root).create()
    assert picture(archive.root) == before
    assert archive.read(NUMBER).seq == 2 and archive.text(NUMBER, RecordNo("0001"))


@pytest.mark.parametrize(
    "line", ["archivist archive 2\n", "archivist archive 17", "archivist archive 999999999\r\n"]
)
def test_a_newer_archive_is_read_and_never_written_to(archive: Archive, line: str) -> None:
    """NewerFormat: E210, the archive is of a newer format; nothing was touched."""
    (archive.root / "FORMAT").write_text(line, encoding="utf-8", newline="")
    refused_everywhere(archive, NewerFormat)
    (finding,) = check_format(archive.root)
    assert (finding.bag, finding.file, finding.problem) == ("archive", "FORMAT", FixityFault.NEWER)
    assert "升级" in remedy(finding, (finding,))


@pytest.mark.parametrize(
    "data", [b"", b"\0" * 20, b"archivist archive one\n", b"archivist archive 1\n2\n", b"\xff\xfe1"]
)
def test_a_damaged_format_is_an_alarm(archive: Archive, data: bytes) -> None:
    """IntegrityAlarm: E202, nobody can tell of which format it is."""
    (archive.root / "FORMAT").write_bytes(data)
    refused_everywhere(archive, IntegrityAlarm)
    (finding,) = check_format(archive.root)
    assert (finding.bag, finding.file, finding.problem) == ("archive", "FORMAT", FixityFault.CHANGED)
    assert "archive/FORMAT" in remedy(finding, (finding,))


def test_a_folder_in_its_place_is_an_alarm(archive: Archive) -> None:
    """E202, when it says anything else or cannot be read."""
    (archive.root / "FORMAT").unlink()
    (archive.root / "FORMAT").mkdir()
    refused_everywhere(archive, IntegrityAlarm)


def test_who_waited_for_a_newer_program_looks_again(
    archive: Archive, monkeypatch: pytest.MonkeyPatch
) -> None:
    """``admit`` may refuse by raising; asked before the file is touched, and again once others have let go of it."""
    wait = archive.lock._wait

    def upgraded_meanwhile(fd: int) -> None:
        wait(fd)
        (archive.root / "FORMAT").write_text("archivist archive 2\n", encoding="utf-8")

    monkeypatch.setattr(archive.lock, "_wait", upgraded_meanwhile)
    before = picture(archive.root)
    with pytest.raises(NewerFormat), archive.writing("经办"):
        pass
    assert picture(archive.root) == before | {"FORMAT": b"archivist archive 2\n"}
