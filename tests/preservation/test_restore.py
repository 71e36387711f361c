"""``restore`` mends by digest what a chain and a copy's own chain prove; nothing newer is undone, nothing is deleted."""

from __future__ import annotations

import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from archivist.errors import ArchiveError, InvalidValue, NewerFormat, TrayItemNotFound
from archivist.ingest.by_hand import assign
from archivist.ingest.filing import commit_file
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.facts import parse_facts
from archivist.model.ids import CaseNo
from archivist.preservation.backup import back_up
from archivist.preservation.losses import Decision
from archivist.preservation.restore import restore
from archivist.preservation.verification import verify
from archivist.procedure.cases import change_facts
from archivist.store import Original, bag, chain, office_keys
from archivist.store.bag_fixity import check_bag
from archivist.workspace import Workspace
from tests.kit import BY, make_workspace, open_household
from tests.people import WANG, make_id
from tests.sampling import sweep

DECISION = Decision(By("赵分管", BY.time), "没有更新的备份")
ONE, TWO = CaseNo.parse("TJHQ-DB-2024-000001"), CaseNo.parse("TJHQ-DB-2024-000002")


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    """Two households, the first with three papers, one paper in the tray, a key."""
    with make_workspace(tmp_path / "ws") as made:
        open_household(made)
        other = {
            **WANG,
            "applicant": {**WANG["applicant"], "name": "赵六", "id_number": make_id("19700101", "015")},
        }
        open_household(made, parse_facts(other))
        for n in range(3):
            file(made, tmp_path, n)
        (tmp_path / "来信.pdf").write_bytes(b"%PDF waiting")
        with made.archive.writing("x"):
            original = Original.of(tmp_path / "来信.pdf", "来信.pdf")
            made.archive.tray.put(
                original, ".pdf", made.stamp(BY), reason="no_case", message="x", text="来信"
            )
        office_keys.make(made.root)
        yield made


def file(workspace: Workspace, tmp_path: Path, n: int, number: CaseNo = ONE) -> None:
    path = tmp_path / f"{n}.bin"
    path.write_bytes(b"paper " + str(n).encode() * 300)
    commit_file(
        workspace, BY, number, workspace.catalogue.get("other"), Original.of(path, path.name), None,
        type_score=None, text=f"第 {n} 份",
    )  # fmt: skip


# ── copies of every kind ─────────────────────────────────────────────────────────────────────────────────
def generation(workspace: Workspace, tmp_path: Path) -> Path:
    (tmp_path / "盘").mkdir(exist_ok=True)
    return back_up(workspace, BY, tmp_path / "盘").generation.folder


def plain(workspace: Workspace, tmp_path: Path) -> Path:
    shutil.copytree(workspace.root, tmp_path / "copy", ignore=shutil.ignore_patterns("index"))
    return tmp_path / "copy"


def submission(workspace: Workspace, tmp_path: Path) -> Path:
    """A folder with a package of inner bags, as a submission is."""
    (tmp_path / "报送").mkdir()
    with zipfile.ZipFile(tmp_path / "报送/S-TJHQ-2024-01-01.zip", "w") as package:
        for top in ("cases", "ledger", "batches", "review"):
            for path in sorted((workspace.archive.root / top).rglob("*")):
                if path.is_file():
                    package.write(path, f"data/{path.relative_to(workspace.archive.root).as_posix()}")
        for path in (workspace.root / "keys").glob("*.key"):
            package.write(path, f"data/keys/{path.name}")
    return tmp_path / "报送"


def package(workspace: Workspace, tmp_path: Path) -> Path:
    return next(submission(workspace, tmp_path).iterdir())


COPIES = {f.__name__: f for f in (generation, plain, submission, package)}


# ── what may happen to a bag ─────────────────────────────────────────────────────────────────────────────
def flip(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.chmod(0o600)
    path.write_bytes(bytes(data))


def edit(folder: Path, seq: int, *, manifest: bool = False) -> None:
    """Put another name into an event, and into the manifest its digest."""
    path = folder / "events" / chain.event_name(seq)
    event = json.loads(path.read_bytes())
    event["actor"] = "别人"
    path.write_text(json.dumps(event, ensure_ascii=False, sort_keys=True, indent=1) + "\n", encoding="utf-8")
    if manifest:
        tags = bag.parse_manifest((folder / bag.TAG_MANIFEST).read_bytes())
        tags[f"events/{path.name}"] = bag.sha256(path.read_bytes())
        (folder / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags))


def cut(folder: Path, count: int) -> None:
    """Take away the last events, what they brought, and make the manifests fit: nothing inside the bag shows it."""
    events = chain.read(folder).events
    for event, _ in events[-count:]:
        for entry in event.files:
            (folder / entry.path).unlink()
        (folder / "events" / chain.event_name(event.seq)).unlink()
    info = bag.sha256((folder / bag.INFO).read_bytes())
    for name, data in zip((bag.MANIFEST, bag.TAG_MANIFEST), chain.read(folder).manifests(info), strict=True):
        (folder / name).write_bytes(data)
    assert check_bag(folder).findings == ()


def lose(folder: Path, *patterns: str) -> None:
    for pattern in patterns:
        for path in folder.glob(pattern):
            path.unlink()


def empty(folder: Path) -> None:
    shutil.rmtree(folder)
    folder.mkdir()


def as_folder(path: Path) -> None:
    path.unlink()
    path.mkdir()


def several(act: Callable[..., object], *targets: tuple[object, ...]) -> None:
    for target in targets:
        act(*target)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "event 1 edited": lambda f: edit(f, 1),
    "event 1 edited, manifest too": lambda f: edit(f, 1, manifest=True),
    "an event in the middle edited": lambda f: edit(f, 3),
    "the last event edited": lambda f: edit(f, 4),
    "two events edited": lambda f: several(edit, (f, 2), (f, 3)),
    "an event gone": lambda f: lose(f, "events/000002.json"),
    "all events gone": lambda f: lose(f, "events/*"),
    "the first and the last event gone": lambda f: lose(f, "events/000001.json", "events/000004.json"),
    "one event cut": lambda f: cut(f, 1),
    "three events cut": lambda f: cut(f, 3),
    "all papers gone": lambda f: shutil.rmtree(f / "data"),
    "all texts gone": lambda f: shutil.rmtree(f / "text"),
    "a text changed": lambda f: flip(f / "text/0002.txt"),
    "a name changed": lambda f: flip(f / "text/0002.src"),
    "manifests gone": lambda f: lose(f, "*manifest*"),
    "bag-info changed": lambda f: flip(f / bag.INFO),
    "declaration and bag-info gone": lambda f: lose(f, "bagit.txt", bag.INFO),
    "everything but one paper gone": lambda f: lose(f, "events/*", "text/*", "*.txt", "data/*/0002*", "data/*/0003*", "data/*.txt"),
    "the case gone": lambda f: shutil.rmtree(f),
    "an empty folder in its place": lambda f: empty(f),
    "a paper turned into a folder": lambda f: as_folder(next(f.glob("data/*/0002*"))),
    "a stray event": lambda f: shutil.copy(f / "events/000002.json", f / "events/000099.json"),
}  # fmt: skip


@sweep(1 / 4)
@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("what", DAMAGE)
def test_every_damage_is_mended_from_every_kind_of_copy(
    workspace: Workspace, tmp_path: Path, what: str, kind: str
) -> None:
    """An edited event (also event 1), a cut chain, a vanished case, a record, from a generation, submission or copy."""
    copy = COPIES[kind](workspace, tmp_path)
    head = workspace.archive.head(ONE)
    DAMAGE[what](workspace.archive.cases / str(ONE))
    with Workspace.open(workspace.root) as fresh:
        done = restore(fresh, BY, ONE, copy)
        assert (done.left, done.missing, done.lost) == ((), (), ())
        assert fresh.archive.head(ONE) == head
        assert len(fresh.archive.read(ONE).records) == 3
        change_facts(fresh, BY, ONE, [("applicant.phone", "022-00009999")])
        entries = [e for e in fresh.archive.ledger_events() if e.op is Op.RESTORED]
        assert [e.data["what"] for e in entries] == [str(ONE)]
        assert verify(fresh, BY).findings == ()


def test_a_plan_says_every_step_and_touches_nothing(workspace: Workspace, tmp_path: Path) -> None:
    """Dry run shows the plan per file."""
    copy = plain(workspace, tmp_path)
    folder = workspace.archive.folder(ONE)
    edit(folder, 1)
    lose(folder, "data/*/0002*")
    before = {
        p: p.read_bytes() for p in workspace.archive.root.rglob("*") if p.is_file() and p.name != ".lock"
    }
    done = restore(workspace, BY, ONE, copy, dry_run=True)
    assert {(r.path.split("/")[0], r.action.value) for r in done.planned} == {
        ("data", "put"),
        ("events", "put"),
    }
    assert all(r.source for r in done.planned)
    after = {
        p: p.read_bytes() for p in workspace.archive.root.rglob("*") if p.is_file() and p.name != ".lock"
    }
    assert before == after


def test_nothing_newer_is_undone(workspace: Workspace, tmp_path: Path) -> None:
    """An older copy mends what it has, and what came after it stays."""
    copy = plain(workspace, tmp_path)
    file(workspace, tmp_path, 7)
    head = workspace.archive.head(ONE)
    edit(workspace.archive.folder(ONE), 2)
    assert restore(workspace, BY, ONE, copy).left == ()
    assert workspace.archive.head(ONE) == head
    lose(workspace.archive.folder(ONE), "data/*/0004*")
    done = restore(workspace, BY, ONE, copy)
    assert len(done.missing) == 1 and done.left, "the copy is older than the paper"
    assert workspace.archive.head(ONE) == head


def test_a_copy_that_parted_from_ours_is_not_followed(workspace: Workspace, tmp_path: Path) -> None:
    """A chain that is not a continuation of ours proves nothing about ours."""
    copy = plain(workspace, tmp_path)
    with Workspace.open(copy) as other:
        for n in range(5):
            file(other, tmp_path, 20 + n)
    file(workspace, tmp_path, 7)
    head = workspace.archive.head(ONE)
    done = restore(workspace, BY, ONE, copy)
    assert (done.planned, done.left) == ((), ())
    assert workspace.archive.head(ONE) == head


def test_copies_that_contradict_each_other_are_not_chosen_from(workspace: Workspace, tmp_path: Path) -> None:
    both = tmp_path / "both"
    for name in ("甲", "乙"):
        shutil.copytree(workspace.root, both / name, ignore=shutil.ignore_patterns("index"))
        with Workspace.open(both / name) as other:
            file(other, tmp_path, ord(name))
    with pytest.raises(ArchiveError, match="互相矛盾"):
        restore(workspace, BY, ONE, both)
    shutil.rmtree(both / "乙")
    assert restore(workspace, BY, ONE, both).left == ()


def test_what_the_ledger_knows_and_no_copy_has_is_said_first(workspace: Workspace, tmp_path: Path) -> None:
    """Refusal says what would be lost; a person may give it up, and the ledger keeps that."""
    copy = plain(workspace, tmp_path)
    file(workspace, tmp_path, 7)
    verify(workspace, BY)  # the ledger knows of five events from here on
    shutil.rmtree(workspace.archive.folder(ONE))
    with pytest.raises(ArchiveError) as refused:
        restore(workspace, BY, ONE, copy)
    assert "第 5—5 个事件" in str(refused.value)
    assert not (workspace.archive.cases / str(ONE)).exists()
    done = restore(workspace, BY, ONE, copy, decision=DECISION)
    assert len(done.lost) == 1 and done.restored
    entry = next(e for e in workspace.archive.ledger_events() if e.op is Op.RESTORED)
    assert entry.data["lost"] == list(done.lost)


def test_a_rewritten_history_gives_way_to_a_copy_the_ledger_confirms(
    workspace: Workspace, tmp_path: Path
) -> None:
    verify(workspace, BY)
    copy = plain(workspace, tmp_path)
    head = workspace.archive.head(ONE)
    folder = workspace.archive.folder(ONE)
    cut(folder, 2)
    with Workspace.open(workspace.root) as forger:
        for n in range(2):
            file(forger, tmp_path, 30 + n)
    assert check_bag(folder).findings == ()
    with Workspace.open(workspace.root) as fresh:
        with pytest.raises(ArchiveError, match="丢掉"):
            restore(fresh, BY, ONE, copy)
        done = restore(fresh, BY, ONE, copy, decision=DECISION)
        assert done.left == () and done.aside
        assert fresh.archive.head(ONE) == head
        kept = [p.read_bytes() for p in done.quarantine.rglob("*") if p.is_file()]
        assert b"paper 30" in b"".join(kept)


def test_what_is_replaced_is_set_aside_with_the_day(workspace: Workspace, tmp_path: Path) -> None:
    copy = plain(workspace, tmp_path)
    folder = workspace.archive.folder(ONE)
    edit(folder, 2)
    forged = (folder / "events/000002.json").read_bytes()
    done = restore(workspace, BY, ONE, copy)
    assert done.quarantine.relative_to(workspace.archive.outbox).parts == ("损坏", "20240308", str(ONE))
    assert [p.read_bytes() for p in done.quarantine.iterdir()] == [forged]


# ── the ledger ───────────────────────────────────────────────────────────────────────────────────────────
def test_a_year_of_the_ledger_is_mended_and_never_shortened(workspace: Workspace, tmp_path: Path) -> None:
    """Only when the copy's chain contains ours as a prefix or our head; never shorter."""
    older = plain(workspace, tmp_path)
    workspace.archive.allocate("文号", 2024, workspace.stamp(BY))
    year = workspace.archive.ledger / "2024"
    head = chain.read(year).head
    with Workspace.open(workspace.root) as fresh:
        assert restore(fresh, BY, 2024, older).planned == ()
    assert chain.read(year).head == head
    edit(year, 1)
    with Workspace.open(workspace.root) as fresh:
        assert restore(fresh, BY, 2024, older).left == ()
    assert any(digest == head for _, digest in chain.read(year).events)
    newer = tmp_path / "newer"
    shutil.copytree(workspace.root, newer, ignore=shutil.ignore_patterns("index"))
    for path in sorted((year / "events").iterdir())[-3:]:
        path.unlink()
    with Workspace.open(workspace.root) as fresh:
        assert restore(fresh, BY, 2024, newer).left == ()
    assert any(digest == head for _, digest in chain.read(year).events)
    shutil.rmtree(year)
    with Workspace.open(workspace.root) as fresh:
        assert restore(fresh, BY, 2024, newer).left == ()
        assert verify(fresh, BY).findings == ()


# ── the tray and the keys ────────────────────────────────────────────────────────────────────────────────
TRAY_DAMAGE: dict[str, Callable[[Path], object]] = {
    "a bit in the file": lambda f: flip(f / "original.pdf"),
    "the file gone": lambda f: (f / "original.pdf").unlink(),
    "a bit in the note": lambda f: flip(f / "why.json"),
    "the note gone": lambda f: (f / "why.json").unlink(),
    "the text changed": lambda f: flip(f / "text.txt"),
    "the item gone": lambda f: shutil.rmtree(f),
    "all but the file changed": lambda f: several(flip, (f / "why.json",), (f / "text.txt",)),
}


@sweep(1 / 3)
@pytest.mark.parametrize("kind", COPIES)
@pytest.mark.parametrize("what", TRAY_DAMAGE)
def test_a_tray_item_is_mended(workspace: Workspace, tmp_path: Path, what: str, kind: str) -> None:
    (item,) = workspace.archive.tray.items()
    copy = COPIES[kind](workspace, tmp_path)
    TRAY_DAMAGE[what](item.folder)
    with Workspace.open(workspace.root) as fresh:
        assert restore(fresh, BY, f"review/{item.id}", copy).missing == ()
        (mended,) = fresh.archive.tray.items()
        assert (mended.id, mended.file.read_bytes(), mended.text) == (item.id, b"%PDF waiting", "来信")
        assert verify(fresh, BY).findings == ()


def test_an_item_that_was_filed_does_not_come_back(workspace: Workspace, tmp_path: Path) -> None:
    (item,) = workspace.archive.tray.items()
    copy = plain(workspace, tmp_path)
    assign(workspace, BY, item, ONE, workspace.catalogue.get("other"))
    with pytest.raises(InvalidValue, match="已经归入"):
        restore(workspace, BY, f"review/{item.id}", copy)
    with pytest.raises(TrayItemNotFound):
        restore(workspace, BY, "review/20200101-00000000", copy)


@pytest.mark.parametrize("kind", COPIES)
def test_keys_come_back_by_their_ids(workspace: Workspace, tmp_path: Path, kind: str) -> None:
    copy = COPIES[kind](workspace, tmp_path)
    (key,) = (workspace.root / "keys").glob("*.key")
    content = key.read_bytes()
    key.write_bytes(b"0" * 64 + b"\n")
    assert restore(workspace, BY, "keys", copy).restored == (key.name,)
    assert key.read_bytes() == content
    shutil.rmtree(workspace.root / "keys")
    restore(workspace, BY, "keys", copy)
    assert key.read_bytes() == content
    assert restore(workspace, BY, "keys", copy).planned == ()


def test_what_a_newer_program_wrote_is_left_alone(workspace: Workspace, tmp_path: Path) -> None:
    copy = plain(workspace, tmp_path)
    path = workspace.archive.folder(ONE) / "events/000004.json"
    event = json.loads(path.read_bytes()) | {"format": 99}
    path.write_text(json.dumps(event))
    tags = bag.parse_manifest((path.parents[1] / bag.TAG_MANIFEST).read_bytes())
    tags["events/000004.json"] = bag.sha256(path.read_bytes())
    (path.parents[1] / bag.TAG_MANIFEST).write_bytes(bag.manifest(tags))
    with pytest.raises(NewerFormat):
        restore(workspace, BY, ONE, copy)
