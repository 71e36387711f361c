"""Following the archive, exact questions, rebuilding, damage."""

from __future__ import annotations

import hashlib
import json
import random
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import pytest

from archivist.errors import BadQuery, IndexFault
from archivist.model.facts import parse_facts
from archivist.model.ids import Category, RecordNo
from archivist.model.record import RecordStatus
from archivist.search.checksum_file import NAME
from archivist.search.checksums import CATALOGUE, TEXT
from archivist.search.current_folder import CURRENT
from archivist.search.engine import Drift
from archivist.search.index import Index
from archivist.search.people_on_file import people_named
from archivist.search.query import parse
from tests.sampling import drawn, examples
from tests.search.household import MemoryArchive, make_id, make_number
from tests.search.oracle import keys, truth

ONE, TWO, THREE = (make_number(n) for n in (1, 2, 3))


@pytest.fixture
def archive() -> MemoryArchive:
    archive = MemoryArchive()
    archive.open(ONE, "王秀兰", id_number=make_id(1), members=[("单雄信", make_id(2))], village="石桥村")
    archive.file(ONE, "申 请 书\n户主王秀兰\f家庭经济状况 核对", filed_at="2024-03-05T09:30:00+08:00")
    archive.file(
        ONE, f"授权书 王秀兰 {make_id(3)}", title="授权书", type_="authorisation",
        filed_at="2024-05-01T10:00:00+08:00", status=RecordStatus.PENDING,
    )  # fmt: skip
    archive.open(TWO, "阿卜杜拉·艾力", id_number=make_id(3), village="太平村")
    archive.file(
        TWO, "邻居王秀兰 证明，见 TJHQ-DB-2024-000001", title="证明材料", filed_at="2024-02-01T09:00:00+08:00"
    )
    return archive


@pytest.fixture
def index(tmp_path: Path, archive: MemoryArchive) -> Iterator[Index]:
    with Index(tmp_path / "index", archive) as index:
        index.rebuild()
        yield index


def test_everybody_of_a_name_is_named_with_a_number(index: Index, archive: MemoryArchive) -> None:
    """What filing and the office's own people are held against: name as asked for, case, number; who has none, too."""
    archive.open(THREE, "王秀兰", id_number=make_id(4), members=[("赵 无证", "")])
    index.rebuild()
    asked = ["王秀兰", "单雄信", "阿卜杜拉艾力", "赵无证", "查无此人"]
    assert sorted(index.ask(lambda now: people_named(now, asked))) == sorted(
        [
            ("王秀兰", ONE, make_id(1)),
            ("单雄信", ONE, make_id(2)),
            ("阿卜杜拉艾力", TWO, make_id(3)),
            ("王秀兰", THREE, make_id(4)),
            ("赵无证", THREE, ""),
        ]
    )


def folder(index: Index) -> Path:
    return index._folder / (index._folder / CURRENT).read_text().strip()


# ── answers ──────────────────────────────────────────────────────────────────────────────────────────────
def test_a_name_finds_the_household_then_every_page(index: Index) -> None:
    found = index.search("王秀兰")
    assert [(h.case, h.record, h.page, h.why) for h in found.hits] == [
        (ONE, None, None, "姓名"),
        (ONE, "0002", 1, "正文"),
        (ONE, "0001", 1, "正文"),
        (TWO, "0001", 1, "正文"),
    ]
    assert (found.total, found.exact) == (4, True)
    household, _, page, _ = found.hits
    assert household.snippet == "申请人 王秀兰；成员 单雄信"
    assert household.highlights == ((4, 7),)
    assert [page.snippet[a:b] for a, b in page.highlights] == ["王秀兰"]


@pytest.mark.parametrize(
    ("query", "why"),
    [
        ("wxl", "拼音"),
        ("wangxiulan", "拼音"),
        ("xiulan", "拼音"),
        ("shanxx", "拼音"),
        ("sxx", "拼音"),
        ("danxiongxin", "拼音"),
        (make_id(1)[-4:], "证号后四位"),
        (make_id(2).lower(), "证号"),
        ("TJHQ-DB-2024-000001", "户号"),
        ("tjhqdb2024000001", "户号"),
        ("姓名:秀兰", "姓名"),
        ("户号:000001", "户号"),
    ],
)
def test_other_ways_to_the_household(index: Index, query: str, why: str) -> None:
    hits = index.search(query).hits
    assert [(h.case, h.record, h.why) for h in hits[:1]] == ([(ONE, None, why)] if why else [])


def test_words_may_stand_on_different_pages_and_the_first_ones_page_is_shown(index: Index) -> None:
    (hit,) = index.search("经济状况 申请书").hits
    assert (hit.record, hit.page) == ("0001", 2)
    assert [hit.snippet[a:b] for a, b in hit.highlights] == ["经济状况"]


def test_spaces_widths_dots_and_traditional_forms_do_not_matter(index: Index) -> None:
    for query in ("家庭經濟狀況核對", "“家 庭 经 济”", "户主王秀兰"):
        assert keys(index.search(query)) == [(ONE, "0001")], query
    for query in ("阿卜杜拉艾力", "阿卜杜拉・艾力", "abdlal", "艾力"):
        assert keys(index.search(query))[0] == (TWO, None), query


def test_a_number_on_the_page_of_another_household_is_found(index: Index) -> None:
    assert set(keys(index.search(make_id(3)))) == {(TWO, None), (TWO, "0001"), (ONE, "0002")}
    hit = next(h for h in index.search("TJHQ-DB-2024-000001").hits if h.case == TWO)
    assert (hit.record, hit.page, hit.why) == ("0001", 1, "户号")


def test_filters(index: Index) -> None:
    assert keys(index.search("王秀兰", filters={"doc": "authorisation"})) == [(ONE, "0002")]
    assert keys(index.search("", filters={"status": "待签"})) == [(ONE, "0002")]
    assert keys(index.search("王秀兰", filters={"town": "太平"})) == [(TWO, "0001")]
    assert keys(index.search("王秀兰", filters={"from": "2024-05", "to": "2024-05-01"})) == [(ONE, "0002")]
    assert not index.search("王秀兰", filters={"category": "特困"}).hits
    with pytest.raises(BadQuery):
        index.search("")


def test_find_cases(index: Index, archive: MemoryArchive) -> None:
    archive.open(THREE, "李娜", members=[("王秀兰", make_id(1))])
    index.follow(THREE)
    assert [(r.number, r.part) for r in index.find_cases("王秀兰")] == [(ONE, "申请人"), (THREE, "成员")]
    assert [r.number for r in index.find_cases(make_id(2))] == [ONE]
    assert [r.number for r in index.find_cases(str(TWO).lower())] == [TWO]
    assert [r.number for r in index.find_cases("ln")] == [THREE]
    assert index.find_cases("秀兰") == []
    assert index.find_cases("TJHQ-DB-2024-000009") == []


def test_lists(index: Index) -> None:
    assert [c.number for c in index.cases(category=Category.DB, status="open", place="石桥")] == [ONE]
    assert [(r.record, r.type, r.status) for r in index.records(ONE)] == [
        ("0001", "application", "filed"),
        ("0002", "authorisation", "pending_signature"),
    ]


def test_duplicates_by_source_and_by_file(index: Index, archive: MemoryArchive) -> None:
    record = archive.cases[ONE].records[RecordNo("0001")]
    (source,) = index.duplicate(record.source_sha256)
    assert (source.case, source.record) == (ONE, "0001")
    assert [s.record for s in index.duplicate(record.files[0].sha256)] == ["0001"]
    assert index.duplicate("0" * 64) == []


# ── following ────────────────────────────────────────────────────────────────────────────────────────────
def test_changed_facts_replace_the_old_ones(index: Index, archive: MemoryArchive) -> None:
    case = archive.cases[ONE]
    archive.put(replace(case, facts=parse_facts({"applicant": {"name": "李兰芳", "village": "双龙村"}})))
    index.follow(ONE)
    assert not index.search("石桥").hits
    assert not index.search("姓名:王秀兰").hits
    assert not index.search("wxl").hits
    assert keys(index.search("双龙 NOT 石桥")) == [(ONE, None)]
    assert keys(index.search("llf"))[0] == (ONE, None)
    index.follow(ONE, ONE)
    assert index.drift() == []


def test_a_new_text_for_a_record_replaces_the_old_one(index: Index, archive: MemoryArchive) -> None:
    archive.drop(TWO)
    archive.open(TWO, "阿卜杜拉·艾力")
    archive.file(TWO, "另一份材料")
    archive.put(archive.cases[TWO])
    assert index.catch_up() == 1
    assert not index.search("邻居").hits
    assert keys(index.search("另一份")) == [(TWO, "0001")]


def test_what_is_removed_leaves_every_file(index: Index, archive: MemoryArchive) -> None:
    archive.open(THREE, "赵钱孙", address="绝无仅有路九号")
    archive.file(THREE, "zebrazebra")
    index.follow(THREE)
    archive.drop(THREE)
    index.remove(THREE)
    assert index.search("赵钱孙").hits == index.search("zebrazebra").hits == ()
    assert index.drift() == []
    index.close()
    for path in folder(index).rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            assert "赵钱孙".encode() not in data, path
            assert b"zebra" not in data, path
            assert b"zeb" not in data, path


def test_catch_up_forgets_what_the_archive_forgot_but_not_everything(
    index: Index, archive: MemoryArchive
) -> None:
    for sequence in range(10, 30):
        archive.open(make_number(sequence), "张三")
    assert index.catch_up() == 20
    archive.drop(make_number(29))
    assert index.drift() == [Drift(make_number(29), None, 1)]
    assert index.catch_up() == 1
    kept = dict(archive.cases)
    archive.cases.clear()
    with pytest.raises(IndexFault, match="少了 21 户"):
        index.catch_up()
    archive.cases.update(kept)
    assert len(index.search("张三", limit=50).hits) == 19


def test_many_small_commits_equal_one_rebuild(tmp_path: Path) -> None:
    rng, archive = random.Random(7), MemoryArchive()
    words = "王秀兰 核对 家庭经济 低保 公示 授权 a12 镇".split()
    with Index(tmp_path / "a", archive) as followed, Index(tmp_path / "b", archive) as rebuilt:
        for sequence in range(1, 41):
            number = make_number(sequence)
            archive.open(number, rng.choice(["王秀兰", "李核对"]), id_number=make_id(sequence))
            followed.follow(number)
            for _ in range(rng.randint(0, 2)):
                archive.file(
                    number, "".join(rng.choices(words, k=6)), filed_at=f"2024-01-{rng.randint(10, 28)}"
                )
                followed.follow(number)
        assert rebuilt.rebuild() == 40
        assert len(list((folder(followed) / TEXT).glob("*.trm"))) < 25
        for query in ("王秀兰", "核对 NOT 公示", "秀", "镇 OR a1", "兰核", "12 家庭经济", "wxl", "NOT 低"):
            left, right = followed.search(query, limit=500), rebuilt.search(query, limit=500)
            assert set(keys(left)) == set(keys(right)) == truth(archive, parse(query)), query
            assert left.total == right.total


def test_rows_written_as_a_case_changes_are_those_of_all_at_once(tmp_path: Path) -> None:
    """“the rows of records that are the very same objects are left as they are”: records are changed, added, taken away."""
    rng, archive = random.Random(drawn("rows")), MemoryArchive()
    archive.open(ONE, "王秀兰", id_number=make_id(1))
    with Index(tmp_path / "grown", archive) as grown, Index(tmp_path / "anew", archive) as anew:
        grown.rebuild()
        for n in range(examples(40, 400)):
            case, how = archive.cases[ONE], rng.randrange(5)
            records = dict(case.records)
            if how < 2 or not records:
                archive.file(ONE, f"第 {n} 件", title=f"材料{n}")
            elif how == 2:
                no = rng.choice([*records])
                records[no] = replace(records[no], title=f"另一题名{n}", source={"sha256": f"{n:064x}"})
                archive.put(replace(case, records=records))
            elif how == 3:
                del records[rng.choice([*records])]
                archive.put(replace(case, records=records))
            else:
                archive.put(replace(case, facts=parse_facts({"applicant": {"name": f"王样{n}"}})))
            if rng.randrange(3):
                grown.follow(ONE)
            if not rng.randrange(8):
                grown.close()
        grown.follow(ONE)
        anew.rebuild()
        for columns in (
            "* FROM cases",
            "name FROM people",
            "kind, key FROM keys",
            "* FROM sources",
            "record, type, title, status, filed_at, digest, indexed FROM docs",
        ):
            rows = [
                sorted(map(repr, index.ask(lambda c, s=f"SELECT {columns}": c.select(s))))  # type: ignore[misc]
                for index in (grown, anew)
            ]
            assert rows[0] == rows[1], columns


def test_a_rebuild_reports_progress_and_leaves_one_folder(index: Index) -> None:
    seen: list[tuple[int, int]] = []
    assert index.rebuild(lambda done, total: seen.append((done, total))) == 2
    assert seen == [(1, 2), (2, 2)]
    assert len([p for p in index._folder.iterdir() if p.is_dir()]) == 1
    assert len(index.search("王秀兰").hits) == 4


def test_an_interrupted_rebuild_leaves_the_old_index(index: Index) -> None:
    def stop(*_: int) -> None:
        raise KeyboardInterrupt

    before = folder(index)
    with pytest.raises(KeyboardInterrupt):
        index.rebuild(stop)
    assert folder(index) == before
    assert len(index.search("王秀兰").hits) == 4
    index.rebuild()
    assert not list(index._folder.glob("*.part"))


def test_an_open_reader_moves_on_after_a_rebuild(index: Index, archive: MemoryArchive) -> None:
    with Index(index._folder, archive) as reader:
        assert len(reader.search("王秀兰").hits) == 4
        archive.file(TWO, "王秀兰又一件")
        index.rebuild()
        assert len(reader.search("王秀兰").hits) == 5


def test_stock_whoosh_reads_and_searches_the_index_and_what_it_writes_is_refused(index: Index) -> None:
    import_module("archivist.search.whoosh")  # silences what Whoosh's own import warns of
    from whoosh.index import open_dir

    index.close()
    stock = open_dir(str(folder(index) / TEXT))
    with stock.searcher() as searcher:
        assert searcher.doc_frequency("grams", "核对") == 1
        (text,) = [searcher.stored_fields(n)["text"] for n in searcher.postings("grams", "核对").all_ids()]
    assert "家庭经济状况核对" in text
    stock.writer(compound=False).commit(optimize=True)
    with pytest.raises(IndexFault, match="不是它自己写的"):
        index.search("“家庭经济状况核对”")


def test_a_full_disk_is_said_and_made_good_later(
    index: Index, archive: MemoryArchive, monkeypatch: pytest.MonkeyPatch
) -> None:
    from archivist.search import segment_writing

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    archive.file(TWO, "磁盘已满时的材料")
    with monkeypatch.context() as patch:
        patch.setattr(segment_writing, "pack", full)
        with pytest.raises(IndexFault, match="磁盘"):
            index.follow(TWO)
    assert [d.number for d in index.drift()] == [TWO]
    assert len(index.search("王秀兰").hits) == 4
    assert index.catch_up() == 1
    assert keys(index.search("磁盘已满")) == [(TWO, "0002")]


# ── missing, damaged, of another version ─────────────────────────────────────────────────────────────────
def test_a_fresh_workspace_needs_no_reindex(tmp_path: Path) -> None:
    with Index(tmp_path / "index", MemoryArchive()) as index:
        assert index.search("王秀兰").total == 0


def test_the_first_commit_makes_the_index(tmp_path: Path, archive: MemoryArchive) -> None:
    with Index(tmp_path / "index", archive) as index:
        index.follow(TWO)
        assert index.drift() == []
        assert len(index.search("王秀兰").hits) == 4


def _garble(path: Path) -> int:
    return path.write_bytes(b"\x00garbage" * max(1, path.stat().st_size // 8))


def _delete(paths: Iterable[Path]) -> None:
    for path in paths:
        path.unlink()


def _other_version(at: Path) -> None:
    with sqlite3.connect(at / CATALOGUE) as db:
        db.execute("UPDATE meta SET value = '0' WHERE key = 'analyser'")
    db.close()


DAMAGE: dict[str, Callable[[Path], object]] = {
    "no index": lambda at: shutil.rmtree(at.parent),
    "no folder": shutil.rmtree,
    "no catalogue": lambda at: (at / CATALOGUE).unlink(),
    "garbled catalogue": lambda at: _garble(at / CATALOGUE),
    "empty catalogue": lambda at: (at / CATALOGUE).write_bytes(b""),
    "other version": _other_version,
    "garbled pointer": lambda at: (at.parent / CURRENT).write_bytes(b"\xff\xfe"),
    "pointer outside": lambda at: (at.parent / CURRENT).write_text("../.."),
    "no text": lambda at: shutil.rmtree(at / TEXT),
    "no table of contents": lambda at: _delete((at / TEXT).glob("*.toc")),
    "empty table of contents": lambda at: [p.write_bytes(b"") for p in (at / TEXT).glob("*.toc")],
    "older text": lambda at: next((at / TEXT).glob("*.toc")).rename(at / TEXT / "_MAIN_0.toc"),
    "no segment": lambda at: _delete((at / TEXT).glob("*.arc")),
    "garbled segment": lambda at: [_garble(p) for p in (at / TEXT).glob("*.arc")],
    "short segment": lambda at: [p.write_bytes(p.read_bytes()[:-8]) for p in (at / TEXT).glob("*.arc")],
    "empty segment": lambda at: [p.write_bytes(b"") for p in (at / TEXT).glob("*.arc")],
}


def _other_checksums(at: Path) -> None:
    """As the program kept them until 14: the checksums of all pages in ``CHECKSUMS`` itself."""
    _other_version(at)
    raw = json.loads((at / NAME).read_bytes().partition(b"\n")[2])
    del raw["changed"]
    body = json.dumps(raw).encode()
    (at / NAME).write_bytes(hashlib.sha256(body).hexdigest().encode() + b"\n" + body)


@pytest.mark.parametrize("made", [_other_version, _other_checksums])
def test_an_index_of_another_version_is_refused_by_a_question_and_made_again_by_a_long_run(
    index: Index, archive: MemoryArchive, made: Callable[[Path], object]
) -> None:
    """«an index of an older SCHEMA after an upgrade»: the message names the one command; who writes at leisure makes it again."""
    lost = archive.cases[ONE]
    archive.file(ONE, "这一件后来没有了")
    index.follow(ONE)
    archive.cases[ONE] = lost
    archive.chains[str(ONE)].pop()
    at = folder(index)
    index.close()
    made(at)
    for question in (lambda: index.search("王秀兰"), lambda: index.follow(TWO)):
        with pytest.raises(IndexFault, match="另一版本的程序") as caught:
            question()
        assert (caught.value.code, "archivist reindex" in caught.value.remedy) == ("E400", True)
    assert index.catch_up() == 2
    assert folder(index) != at
    assert keys(index.search("王秀兰"))
    assert [head.seq for head in index.known_heads() if head.bag == str(ONE)] == [lost.seq + 1]
    assert index.catch_up() == 0


@pytest.mark.parametrize("damage", DAMAGE)
def test_damage_is_said_never_an_empty_answer(index: Index, damage: str) -> None:
    at = folder(index)
    index.close()
    DAMAGE[damage](at)
    with pytest.raises(IndexFault) as caught:
        index.search("王秀兰")
    assert caught.value.code == "E400"
    assert "reindex" in caught.value.remedy
    index.close()
    assert index.rebuild() == 2
    assert len(index.search("王秀兰").hits) == 4
