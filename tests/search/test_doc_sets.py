"""Sets of documents kept beside the rows: after whatever was written they say what the rows say."""

from __future__ import annotations

import datetime as dt
import random
from dataclasses import replace
from pathlib import Path
from types import MappingProxyType

import pytest

from archivist.model.case import CaseStatus
from archivist.model.ids import Category
from archivist.model.record import PageFlag, RecordStatus
from archivist.search import doc_sets
from archivist.search.current_folder import current
from archivist.search.doc_sets import DocSet
from archivist.search.index import Index
from tests import sampling
from tests.search.household import MemoryArchive, make_id, make_number

ROWS = {
    DocSet.ALL: "''",
    DocSet.CATEGORY: "d.category",
    DocSet.YEAR: "substr(d.filed_at, 1, 4)",
    DocSet.MONTH: "substr(d.filed_at, 1, 7)",
    DocSet.VILLAGE: "c.village",
    DocSet.TYPE: "d.type",
    DocSet.STATUS: "CASE d.record WHEN '' THEN c.status ELSE d.status END",
    DocSet.CASE_STATUS: "c.status",
    DocSet.STEP: "d.step",
    DocSet.HANDLER: "d.handler",
    DocSet.HOUSEHOLD: "CASE d.record WHEN '' THEN '' END",
    DocSet.TITLE: "CASE d.record WHEN '' THEN NULL ELSE d.title_key END",
    DocSet.FLAGS: "nullif(d.page_flags, '')",
}
"""The value of a document by its row; ``NULL`` for none."""
ID6 = "SELECT DISTINCT k.key, d.id FROM keys k JOIN docs d ON d.case_id = k.case_id WHERE k.kind = '6'"


def require_sets(index: Index) -> None:
    """Hold every set against the rows, and what is asked of them."""
    select = index._open(current(index._folder)).catalogue.select
    wanted: dict[tuple[str, str], set[object]] = {}
    for kind, value in ROWS.items():
        for found, doc in select(f"SELECT {value}, d.id FROM docs d JOIN cases c ON c.id = d.case_id"):
            if found is not None:
                wanted.setdefault((kind.value, str(found)), set()).add(doc)
    for key, doc in select(ID6):
        wanted.setdefault((DocSet.ID6.value, str(key)), set()).add(doc)
    kept = {(str(k), str(v)) for k, v in select("SELECT DISTINCT kind, value FROM sets")}
    assert {(k, v): set(doc_sets.having(select, DocSet(k), v)) for k, v in kept} == wanted
    rng = random.Random(4)
    days = [None, *(dt.date(2023, 1, 1) + dt.timedelta(rng.randint(-40, 800)) for _ in range(12))]
    days += [dt.date(2024, 1, 1), dt.date(2024, 12, 31), dt.date(2024, 3, 1), dt.date.max, dt.date.min]
    for start in days:
        for end in days:
            last = f"{end}T24" if end else "9999-99"
            rows = select("SELECT id FROM docs WHERE filed_at >= ? AND filed_at < ?", str(start or ""), last)
            assert set(doc_sets.between(select, start, end)) == {doc for (doc,) in rows}, (start, end)


def drawn_archive(rng: random.Random) -> MemoryArchive:
    archive = MemoryArchive()
    for sequence in range(1, 26):
        open_one(archive, rng, sequence)
    return archive


def open_one(archive: MemoryArchive, rng: random.Random, sequence: int) -> None:
    number = make_number(sequence, rng.choice(list(Category)), rng.randint(2022, 2025))
    archive.open(
        number, "王秀兰", id_number=make_id(sequence, region=rng.choice(("120106", "120101"))),
        members=[("吕亮", make_id(500 + sequence, region=rng.choice(("120106", "610924"))))],
        village=rng.choice(("石桥村", "", "东街")),
        opened_on=dt.date(number.year, rng.randint(1, 12), rng.randint(1, 28)),
    )  # fmt: skip
    for _ in range(rng.randint(0, 5)):
        add(archive, rng)


def add(archive: MemoryArchive, rng: random.Random) -> None:
    day = dt.date(2023, 1, 1) + dt.timedelta(rng.randint(0, 900))
    archive.file(
        rng.choice(list(archive.cases)), "核对", title=rng.choice(("公示", "申请书", "民主评议 公示")),
        type_=rng.choice(("application", "posting")), filed_at=f"{day}T09:00:00+08:00", actor=rng.choice(("赵主任", "钱科员")),
    )  # fmt: skip


def change(archive: MemoryArchive, rng: random.Random) -> None:
    """Change what is known of a case and of one of its records."""
    case = archive.cases[rng.choice(list(archive.cases))]
    records = dict(case.records)
    if records:
        record = records[rng.choice(list(records))]
        data = {**record.data, **{flag.value: [1] * rng.randint(0, 1) for flag in PageFlag}}
        status = rng.choice(list(RecordStatus))
        records[record.no] = replace(record, status=status, title=f"{record.title}改", data=data)
    archive.put(replace(case, status=rng.choice(list(CaseStatus)), records=MappingProxyType(records)))


@pytest.mark.parametrize("bits", [12, 6, 4])
def test_sets_say_what_the_rows_say_whatever_was_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, bits: int
) -> None:
    """«Which documents have a value in common, kept beside the rows», as numbers and as bits, over several parts."""
    for name, value in (
        ("_BITS", bits),
        ("PART", 1 << bits),
        ("_BYTES", (1 << bits) // 8),
        ("_FEW", (1 << bits) // 16 - 1),
    ):
        monkeypatch.setattr(doc_sets, name, value)
    rng = random.Random(sampling.drawn("sets"))
    archive = drawn_archive(rng)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        require_sets(index)
        for sequence in range(26, 26 + sampling.examples(4, 60)):
            for _ in range(rng.randint(1, 6)):
                rng.choice((add, change))(archive, rng)
            open_one(archive, rng, sequence)
            index.catch_up()
            require_sets(index)
            gone = rng.choice(list(archive.cases))
            archive.drop(gone)
            index.remove(gone)
            require_sets(index)
