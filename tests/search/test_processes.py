"""Real processes: what is loaded, a killed indexer, readers beside a writer."""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest

from archivist.search.index import Index
from archivist.search.query import parse
from tests.search.household import MemoryArchive, make_id, make_number
from tests.search.oracle import keys, truth
from tests.waiting import PATIENCE_S

ROOT = Path(__file__).parents[2]
HEAVY = "whoosh onnxruntime rapidocr docxtpl docx watchdog numpy cv2 PIL pypinyin lxml rich click".split()

WORDS = "王秀兰 家庭经济状况核对 低保 公示期满 授权书 入户调查 镇人民政府".split()
QUERIES = ("王秀兰", "家庭经济", "公示 NOT 低保", "调", "wxl", "证号:0016", "授权书王")


def build(cases: int) -> MemoryArchive:
    """Return the same archive for the same number, in whichever process."""
    rng, archive = random.Random(3), MemoryArchive()
    for sequence in range(1, cases + 1):
        number = make_number(sequence)
        archive.open(number, rng.choice(["王秀兰", "李娜", "赵铁柱"]), id_number=make_id(sequence))
        for _ in range(rng.randint(1, 3)):
            archive.file(number, "".join(rng.choices(WORDS, k=30)))
    return archive


def python(code: str, *arguments: object) -> subprocess.Popen[str]:
    command = [
        sys.executable,
        "-W",
        "ignore::SyntaxWarning",
        "-c",
        textwrap.dedent(code),
        *map(str, arguments),
    ]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True)


ASK = """
    import json, sys
    from pathlib import Path
    from archivist.search.index import Index
    from tests.search.household import MemoryArchive
    archive = MemoryArchive()
    with Index(Path(sys.argv[1]), archive) as index:
        answers = [len(index.search(q).hits) for q in sys.argv[2:]]
        cases = len(index.find_cases("王秀兰"))
    print(json.dumps([answers, cases, sorted({m.partition(".")[0] for m in sys.modules})]))
"""


@pytest.mark.parametrize(
    "query",
    [
        "姓名:王秀兰",
        "姓名:wxl 类别:低保",
        make_id(1),
        "证号:0016",
        "TJHQ-DB-2024-000001",
        "文书:申请书 状态:已归档 起:2024-01",
        "家庭经济状况",
    ],
)
def test_a_question_loads_nothing_heavy_not_even_what_writes_the_index(tmp_path: Path, query: str) -> None:
    archive = MemoryArchive()
    archive.open(make_number(1), id_number=make_id(1))
    archive.file(make_number(1), "家庭经济状况")
    with Index(tmp_path, archive) as index:
        index.rebuild()
    output, _ = python(ASK, tmp_path, query).communicate(timeout=PATIENCE_S)
    (answers, cases, modules) = json.loads(output)
    assert answers[0] >= 1
    assert cases == 1
    assert [m for m in HEAVY if m in modules] == []


INDEXER = """
    import os, signal, sqlite3, sys
    from pathlib import Path
    from archivist.search import index as module, opened_index
    from tests.search.test_processes import build
    opened_index.BATCH = 5
    folder, what, last = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    index, steps = module.Index(folder, build(60)), 0

    def step(*_):
        global steps
        steps += 1
        if steps == last:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event, arguments):
        if event in ("open", "os.rename", "os.remove", "os.mkdir") and str(folder) in str(arguments[0]):
            step()

    def connect(*where, real=sqlite3.connect, **how):
        database = real(*where, **how)
        database.set_trace_callback(step)
        return database

    sys.addaudithook(watch)
    sqlite3.connect = connect
    getattr(index, what)()
    print(steps)
"""
"""Does some work on the index and says in how many steps: files opened, renamed or removed, statements of SQLite;
or is killed at one of them."""


def steps(folder: Path, what: str, last: int = 0) -> int | None:
    """Return the steps of a piece of work, or None when it was killed at the last one allowed."""
    process = python(INDEXER, folder, what, last)
    output, _ = process.communicate(timeout=PATIENCE_S)
    assert process.returncode == (0 if output else -signal.SIGKILL)
    return int(output) if output else None


def moments(total: int, count: int) -> list[int]:
    """Return so many steps of a piece of work, spread over all of it."""
    rng = random.Random(11)
    return [rng.randint(total * k // count + 1, total * (k + 1) // count) for k in range(count)]


def test_a_killed_indexer_leaves_nothing_that_catch_up_cannot_finish(tmp_path: Path) -> None:
    """Killed at steps all over the work, and once more while it does the rest."""
    archive = build(60)
    with Index(tmp_path / "empty", MemoryArchive()) as empty:
        empty.rebuild()
    shutil.copytree(tmp_path / "empty", tmp_path / "measured")
    total = steps(tmp_path / "measured", "catch_up")
    assert total is not None and total > 100
    for moment in moments(total, 6):
        folder = tmp_path / f"killed at {moment}"
        shutil.copytree(tmp_path / "empty", folder)
        assert steps(folder, "catch_up", moment) is None
        if moment < total * 3 // 4:
            assert steps(folder, "catch_up", (total - moment) // 2) is None
        with Index(folder, archive) as index:
            for query in QUERIES:
                assert set(keys(index.search(query, limit=999))) <= truth(archive, parse(query)), query
            index.catch_up()
            assert index.drift() == []
            for query in QUERIES:
                found = index.search(query, limit=999)
                assert set(keys(found)) == truth(archive, parse(query)), query
                assert found.total == len(found.hits), query


def test_a_killed_rebuild_leaves_the_old_index(tmp_path: Path) -> None:
    archive = build(60)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        total = steps(tmp_path, "rebuild")
        assert total is not None and total > 50
        for moment in moments(total, 4):
            assert steps(tmp_path, "rebuild", moment) is None
            for query in QUERIES:
                assert set(keys(index.search(query, limit=999))) == truth(archive, parse(query)), query


READER = """
    import sys
    from pathlib import Path
    from archivist.search.index import Index
    from tests.search.test_processes import build
    archive, asked, most = build(60), 0, 0
    with Index(Path(sys.argv[1]), archive) as index:
        print("ready", flush=True)
        while most < 60:
            if asked:
                print(most, flush=True)
            found = index.search("镇人民 NOT 没有的字", limit=999)
            people = index.search("姓名:李娜 OR 姓名:王秀兰 OR 姓名:赵铁柱", limit=999)
            now = len({h.case for h in found.hits})
            assert now >= most and len({h.case for h in people.hits}) >= now, (now, most)
            asked, most = asked + 1, now
"""


def test_readers_beside_a_writer_see_each_commit_and_no_error(tmp_path: Path) -> None:
    archive = build(60)
    with Index(tmp_path, MemoryArchive()) as empty:
        empty.rebuild()
    reader = python(READER, tmp_path)
    assert reader.stdout is not None
    assert reader.stdout.readline() == "ready\n"
    with Index(tmp_path, archive) as index:
        for number, case in enumerate(archive.cases):
            index.follow(case)
            if number % 10 == 0:  # the writer does not outrun the reader
                assert int(reader.stdout.readline()) <= number + 1
    reader.communicate(timeout=PATIENCE_S)
    assert reader.returncode == 0
