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

from archivist.search import contents, merging
from archivist.search.current_folder import current
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
    from multiprocessing import active_children
    from archivist.search import index as module, opened_index, rebuilding
    from tests.search.test_processes import SOME, build
    opened_index.BATCH = 5
    folder, what, last, victim = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]), sys.argv[4]
    if victim != "the only one":
        rebuilding.MANY, rebuilding.LEAST, rebuilding.SEGMENT = 1, 15, 15
    index, steps = module.Index(folder, build(60)), 0

    def step(*_):
        global steps
        steps += 1
        if steps == last:
            for pid in [child.pid for child in active_children()[:1]] if victim == "a worker" else [os.getpid()]:
                os.kill(pid, signal.SIGKILL)
                print("killed", file=sys.stderr)

    def watch(event, arguments):
        if event in ("open", "os.rename", "os.remove", "os.mkdir") and str(folder) in str(arguments[0]):
            step()

    def connect(*where, real=sqlite3.connect, **how):
        database = real(*where, **how)
        database.set_trace_callback(step)
        return database

    sys.addaudithook(watch)
    sqlite3.connect = connect
    index.remove(*SOME) if what == "remove" else getattr(index, what)()
    print(steps)
"""
"""Does some work on the index and says in how many steps: files opened, renamed or removed, statements of SQLite;
or is killed at one of them, or one of its workers is."""
SOME = tuple(map(make_number, (7, 8, 30)))
"""What ``remove`` removes."""


def steps(folder: Path, what: str, last: int = 0, victim: str = "the only one") -> int | None:
    """Return the steps of a piece of work, or None when it was killed at the last one allowed.

    Args:
        folder: of the index.
        what: the work, a method of ``Index``.
        last: the step at which somebody is killed; 0 for none.
        victim: who; ``the one that reads`` and ``a worker`` are of several processes.
    """
    process = python(INDEXER, folder, what, last, victim)
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


def require_answers(index: Index, archive: MemoryArchive) -> None:
    for query in QUERIES:
        found = index.search(query, limit=999)
        assert set(keys(found)) == truth(archive, parse(query)), query
        assert found.total == len(found.hits), query
    assert index.damaged() == []


def test_a_merge_killed_anywhere_leaves_every_answer_and_is_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """26 kills (commit, merge, rebuild, purge) right; what the merge left lying the next commit takes away."""
    archive = build(60)
    with Index(tmp_path / "many", MemoryArchive()) as empty:
        empty.rebuild()
    with Index(tmp_path / "many", archive) as index, monkeypatch.context() as patch:
        patch.setattr(merging, "MANY", 999)
        patch.setattr(merging, "IN_COMMIT", 0)
        for number in archive.cases:
            index.follow(number)
        assert len(index._open(current(index._folder)).text().segments()) > 3 * merging.ALLOWED
    shutil.copytree(tmp_path / "many", tmp_path / "measured")
    total = steps(tmp_path / "measured", "tidy")
    assert total is not None and total > 50
    for moment in moments(total, 6):
        folder = tmp_path / f"killed at {moment}"
        shutil.copytree(tmp_path / "many", folder)
        assert steps(folder, "tidy", moment) is None
        with Index(folder, archive) as index:
            require_answers(index, archive)
            index.tidy()
            assert len(index._open(current(index._folder)).text().segments()) <= merging.ALLOWED
            require_answers(index, archive)
            again = next(iter(archive.cases))
            index.remove(again)
            index.catch_up()
            require_answers(index, archive)
        text = text_of(folder)
        named = {segment.file for segment in contents.segments(text, contents.newest(text))}
        assert {path.name for path in text.glob(f"*{contents.EXTENSION}")} == named


def text_of(folder: Path) -> Path:
    """Return the folder of the text index in use."""
    return folder / (folder / "CURRENT").read_text("ascii").strip() / "text"


def test_a_rebuild_in_several_processes_killed_anywhere_leaves_the_old_index(tmp_path: Path) -> None:
    """26 kills (commit, merge, rebuild, purge) right: of the process that reads the archive, whose workers end with it."""
    archive = build(60)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        total = steps(tmp_path, "rebuild", 0, "the one that reads")
        assert total is not None and total > 50
        for moment in moments(total, 5):
            assert steps(tmp_path, "rebuild", moment, "the one that reads") is None
            require_answers(index, archive)
        assert steps(tmp_path, "rebuild", 0, "the one that reads") is not None
        require_answers(index, archive)
        assert not list(tmp_path.glob("*.part"))


def test_a_rebuild_whose_worker_is_killed_is_whole(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    """«A process that dies costs time and no document: its batch is done here»."""
    archive = build(60)
    with Index(tmp_path, archive) as index:
        index.rebuild()
        total = steps(tmp_path, "rebuild", 0, "a worker")
        assert total is not None
        capfd.readouterr()
        for moment in moments(total * 3 // 4, 5):
            assert steps(tmp_path, "rebuild", moment, "a worker") is not None
            require_answers(index, archive)
        assert capfd.readouterr().err.count("killed") >= 2


def test_a_removal_killed_anywhere_shows_the_case_whole_or_not_at_all_and_is_finished(tmp_path: Path) -> None:
    """26 kills (commit, merge, rebuild, purge) right."""
    archive, left = build(60), build(60)
    for number in SOME:
        left.drop(number)
    with Index(tmp_path / "whole", archive) as index:
        index.rebuild()
    shutil.copytree(tmp_path / "whole", tmp_path / "measured")
    total = steps(tmp_path / "measured", "remove")
    assert total is not None and total > 50
    for moment in moments(total, 6):
        folder = tmp_path / f"killed at {moment}"
        shutil.copytree(tmp_path / "whole", folder)
        assert steps(folder, "remove", moment) is None
        with Index(folder, left) as index:
            for query in QUERIES:
                found = set(keys(index.search(query, limit=999)))
                assert found in (truth(archive, parse(query)), truth(left, parse(query))), query
            index.catch_up()
            require_answers(index, left)
            assert index.drift() == []


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
