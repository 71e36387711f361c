"""Sets of ids, posting lists and segments: few documents and many are put together alike, byte by byte."""

from __future__ import annotations

import datetime as dt
import os
import pickle
import random
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest

from archivist.errors import IndexFault
from archivist.search import contents, merging, ordering, rebuilding, segment_bulk, segment_writing
from archivist.search.current_folder import current
from archivist.search.id_set import IdSet
from archivist.search.index import Index
from archivist.search.postings import bits_in, gram_of, key_of, keys_beginning, numbers_in, pack
from archivist.search.segment import PackedText, Segment, normal_text, packed_text
from archivist.search.segment_writing import Added, Output
from archivist.search.text import flowing, grams, needed, normal
from archivist.search.whoosh import WhooshIndex
from tests.search.household import MemoryArchive, make_id, make_number

WORDS = "家庭经济状况核对 王秀兰 公示 1201061958 火灾 ab1 x 镇人民政府 二〇二四 ñandú \U00020000\U00020001 残".split()
Write = Callable[[Output, Sequence[Added], Sequence[Segment]], int]


def documents(count: int, seed: int = 3) -> list[Added]:
    """Return seeded documents, their ids with gaps."""
    rng, made, doc = random.Random(seed), [], 0
    for _ in range(count):
        doc += rng.choice((1, 1, 1, 2, 300, 70_000))
        written = rng.choice(("", "\f", " ", "，")).join(rng.choices(WORDS, k=rng.randint(1, 30)))
        text = normal(written)
        made.append(Added(doc, text, packed_text(text, written)))
    return made


def written(path: Path, write: Write, added: Sequence[Added], old: Sequence[Segment] = ()) -> bytes:
    with path.open("wb") as out:
        assert write(out, added, old) == len(added) + sum(map(len, old))
    return path.read_bytes()


@pytest.mark.parametrize("seed", range(20))
def test_a_set_of_ids_is_a_set(seed: int) -> None:
    """“AND, OR and NOT of two of them”: as Python's own sets do it, mixed with them on either side."""
    rng = random.Random(seed)
    one, two = (
        {rng.randrange(rng.choice((9, 500, 90_000))) for _ in range(rng.randrange(400))} for _ in "ab"
    )
    a, b = IdSet(one), IdSet(two)
    for left, right in ((a, b), (a, two), (one, b)):
        assert left & right == one & two
        assert left | right == one | two
        assert left - right == one - two
        assert left ^ right == one ^ two
    assert list(a) == sorted(one)
    assert len(a) == len(one)
    assert bool(a) == bool(one)
    assert [n in a for n in range(600)] == [n in one for n in range(600)]
    assert -1 not in a


def test_each_posting_list_comes_back_and_the_shortest_way_is_taken() -> None:
    rng = random.Random(11)
    ways = set()
    for _ in range(400):
        span = rng.choice((8, 300, 5_000, 400_000))
        numbers = sorted(rng.sample(range(span), rng.randint(1, min(span, 900))))
        data = pack(numbers)
        ways.add(data[0])
        assert numbers_in(data) == numbers
        assert list(IdSet.of_bits(bits_in(data))) == numbers
        ends, many = segment_bulk._encoded(np.zeros(1, np.int64), np.array(numbers, np.int64))
        assert (ends.tolist(), many.tobytes()) == ([len(data)], data)
        assert len(data) <= 1 + min(2 * len(numbers) + 2 * (span >> 16), (span >> 3) + 1)
    assert len(ways) == 3
    for broken in (b"", b"\x00", b"\x09abc"):
        with pytest.raises((ValueError, IndexError)):
            numbers_in(broken)


def test_grams_sort_as_their_characters_and_those_that_begin_alike_are_neighbours() -> None:
    found = sorted({gram for one in documents(60) for gram in grams(one.text)})
    assert sorted(map(key_of, found)) == [key_of(gram) for gram in found]
    assert [gram_of(key_of(gram)) for gram in found] == found
    for prefix in ("家", "1", "12", "\U00020000"):
        low, high = keys_beginning(prefix)
        assert [g for g in found if low <= key_of(g) < high] == [g for g in found if g.startswith(prefix)]


@pytest.mark.parametrize("stretch", [4_000, segment_bulk.STRETCH])
def test_few_and_many_documents_are_written_alike(
    tmp_path: Path, stretch: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“``segment_bulk`` does the same”: also put together from older segments, whose ids lie between one another, or after one another."""
    monkeypatch.setattr(segment_bulk, "STRETCH", stretch)
    monkeypatch.setattr(segment_bulk, "_TEXTS", 50)
    added = documents(210)
    whole = written(tmp_path / "few", segment_writing.write_few, added)
    assert written(tmp_path / "many", segment_bulk.write, added) == whole
    for number, (one, two) in enumerate(((added[::2], added[1::2]), (added[:90], added[90:]))):
        written(tmp_path / f"{number}a", segment_bulk.write, one)
        written(tmp_path / f"{number}b", segment_writing.write_few, two)
        old = [Segment(tmp_path / f"{number}{part}") for part in "ab"]
        for write in (segment_writing.write_few, segment_bulk.write):
            assert written(tmp_path / "both", write, (), old) == whole
            assert written(tmp_path / "both", write, two, old[:1]) == whole


def test_too_many_different_characters_for_one_batch_are_written_all_the_same(tmp_path: Path) -> None:
    codes = [*range(0x3400, 0x9FFF), *range(0x20000, 0x2A6DF)]
    added = [Added(n, (text := "".join(map(chr, codes[at : at + 500]))), packed_text(text, text))
             for n, at in enumerate(range(0, len(codes), 500))]  # fmt: skip
    assert segment_bulk._Batch.of(added) is None
    written(tmp_path / "s", segment_bulk.write, added)
    segment = Segment(tmp_path / "s")
    assert list(IdSet.of_bits(segment.holding(needed(chr(0x20123) + chr(0x20124))))) == [
        n for n, one in enumerate(added) if chr(0x20123) + chr(0x20124) in one.text
    ]


@pytest.mark.parametrize("write", [segment_writing.write_few, segment_bulk.write])
def test_the_dead_are_in_no_byte_of_what_is_put_together(tmp_path: Path, write: Write) -> None:
    added = documents(130)
    written(tmp_path / "all", write, added)
    dead = set(range(0, 130, 3))
    left = [one for place, one in enumerate(added) if place not in dead]
    put = written(tmp_path / "left", write, (), [Segment(tmp_path / "all", dead)])
    assert put == written(tmp_path / "never", write, left)


def test_a_segment_names_every_document_that_holds_a_fragment(tmp_path: Path) -> None:
    added = documents(300)
    written(tmp_path / "s", segment_bulk.write, added)
    dead = set(range(0, 300, 7))
    segment = Segment(tmp_path / "s", dead)
    living = {one.id: one.text for place, one in enumerate(added) if place not in dead}
    flows = map(flowing, living.values())
    across = {text[at - 2 : at + 3] for text in flows if (at := text.find(",", 2)) > 0}
    assert across
    for fragment in (
        "家庭",
        "经济状况核对",
        "王",
        "120",
        "1",
        "x",
        "ab1",
        "残",
        "没有",
        "\U00020000",
        *across,
    ):
        found = set(IdSet.of_bits(segment.holding(needed(fragment))))
        true = {doc for doc, text in living.items() if fragment in flowing(text)}
        assert true <= found <= living.keys(), fragment
        assert len(needed(fragment)) > 1 or found == true, fragment
    for doc, text in living.items():
        number = segment.number_of(doc)
        assert number is not None
        assert segment.text(number) == text
    assert all(segment.number_of(one.id) is None for place, one in enumerate(added) if place in dead)
    segment.close()


def test_a_text_comes_back_as_it_was_in_both_forms() -> None:
    for text in ("", "王秀兰", "a\f b\x1e𠀀\U0010ffff", "核对" * 40_000):
        packed = packed_text(normal(text), text)
        assert PackedText(packed).both() == (normal_text(packed), text) == (normal(text), text)


def test_a_file_that_is_no_whole_segment_is_refused(tmp_path: Path) -> None:
    whole = written(tmp_path / "s", segment_writing.write_few, documents(3))
    for broken in (b"", whole[:30], whole[8:], whole[:-8], whole[:-40] + b"\xff" * 40):
        (tmp_path / "s").write_bytes(broken)
        with pytest.raises(ValueError):
            Segment(tmp_path / "s")


def test_segments_stay_few_and_commits_short() -> None:
    """“≤ 8 segments”: one document at a time, with a look whenever there is time; and never many without one."""
    for idle, most in ((50, merging.ALLOWED), (10**9, merging.MANY)):
        sizes, moved = [100_000], 0
        for number in range(1, 4_001):
            places = merging.chosen(sizes, 1, merging.IN_COMMIT)
            together = sum(sizes[place] for place in places)
            assert len(sizes) >= merging.MANY or together <= merging.IN_COMMIT
            moved += together
            sizes = [size for place, size in enumerate(sizes) if place not in places] + [together + 1]
            while number % idle == 0 and (places := merging.chosen(sizes, 0, merging.BIGGEST)):
                together = sum(sizes[place] for place in places)
                sizes = [size for place, size in enumerate(sizes) if place not in places] + [together]
            assert len(sizes) <= merging.MANY
            assert number % idle or len(sizes) <= most
        assert sum(sizes) == 104_000
        assert moved < 60 * 4_000, "each document is moved some tens of times at most"


def test_an_index_made_by_several_processes_is_the_one_made_by_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“rebuild on both cores”: the same segments, whoever made them, the same numbers mentioned, and few of them after a look."""
    archive = MemoryArchive()
    for sequence in range(1, 21):
        archive.open(number := make_number(sequence), "王秀兰", id_number=make_id(sequence))
        for part in range(2):
            archive.file(number, f"家庭经济状况核对 {make_id(sequence + part)} 第{part}页 {number}")
    questions = ("家庭经济", "王秀兰", make_id(3), "NOT 第1页", "TJHQ-DB-2024-000007")
    answers = []
    for many in (10**9, 1):
        monkeypatch.setattr(rebuilding, "MANY", many)
        monkeypatch.setattr(rebuilding, "LEAST", 5)
        monkeypatch.setattr(rebuilding, "SEGMENT", 5)
        with Index(tmp_path / str(many), archive) as index:
            index.rebuild()
            answers.append([index.search(question, limit=999) for question in questions])
            assert index.drift() == []
            assert index.damaged() == []
            assert len(index._open(current(index._folder)).text().segments()) <= merging.ALLOWED
            index.follow(number)
    assert answers[0] == answers[1]
    assert all(found.hits for found in answers[0])


def test_what_many_commits_left_is_put_together_when_there_is_time(tmp_path: Path) -> None:
    archive = MemoryArchive()
    with Index(tmp_path, archive) as index:
        for sequence in range(1, 40):
            archive.open(make_number(sequence), "王秀兰")
            archive.file(make_number(sequence), f"家庭经济状况核对 {sequence}")
            index.follow(make_number(sequence))
        found = index.search("家庭经济", limit=99)
        index.tidy()
        assert index.search("家庭经济", limit=99) == found
        assert found.total == 39
        assert len(index._open(current(index._folder)).text().segments()) <= merging.ALLOWED
        assert index.damaged() == []


def test_walking_through_all_gives_the_order_that_sorting_gives(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """“sorted when they are few, else met on a walk through all”, given up or not: households first, then records, newest first."""
    archive, rng = MemoryArchive(), random.Random(4)
    for sequence in range(1, 31):
        day = f"{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}"
        archive.open(
            number := make_number(sequence),
            "王秀兰",
            id_number=make_id(sequence),
            opened_on=dt.date.fromisoformat(f"2024-{day}"),
        )
        for part in range(3):
            archive.file(number, f"家庭经济 {part}", filed_at=f"2024-{day}T09:0{part}:00+08:00")
    monkeypatch.setattr(ordering, "SORT_ALL", 10**9)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        for question in ("证号:120106", "王秀兰", "家庭经济", "NOT 没有", "姓名:王秀兰 家庭经济"):
            sorted_ = [index.search(question, limit=7, offset=at) for at in (0, 7, 28, 110)]
            for worth in (0, 3, 10**9):
                with monkeypatch.context() as patch:
                    patch.setattr(ordering, "SORT_ALL", 0)
                    patch.setattr(ordering, "_WALK", 1)
                    patch.setattr(ordering, "_WORTH_WALKING", worth)
                    assert [index.search(question, limit=7, offset=at) for at in (0, 7, 28, 110)] == sorted_
            assert sorted_[0].hits


@pytest.mark.parametrize("strange", [os.getpid, subprocess.Popen, Path(), IdSet()], ids=repr)
def test_of_the_pickle_in_the_table_of_contents_nothing_is_made_but_our_segments(
    tmp_path: Path, strange: object
) -> None:
    """«whatever else it names is refused before it is made»."""
    WhooshIndex.create(tmp_path / "text").close()
    table = tmp_path / "text" / contents.file_of(0)
    whole, none = table.read_bytes(), pickle.dumps([], -1)
    assert whole.endswith(none)
    table.write_bytes(whole.removesuffix(none) + pickle.dumps([strange], -1))
    with pytest.raises(IndexFault, match="不是它自己写的"):
        contents.segments(tmp_path / "text", 0)
    assert contents.newest(tmp_path / "text") == 0
