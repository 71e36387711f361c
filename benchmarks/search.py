"""Search: how fast it indexes and answers, beside tantivy, SQLite FTS5 and stock Whoosh on the same records in the same run.

Run ``python benchmarks/search.py [RECORDS …]`` (default 10000 100000; tantivy comes with the extra ``bench``). Seeded; every
answer is compared with a plain scan (up to 200,000 records). Each engine works in a process of its own that begins with the same corpus in
memory. The machine may be shared, so look at the ratios and at CPU time (its workers' too). Both baselines get pairs of characters of
the normal text with positions, keep no text, know no names and no case, and answer with numbers only. Stock Whoosh (the
same pairs) indexes at most 2000 records, because it is slow; its questions are asked of those.
"""

from __future__ import annotations

import gc
import math
import multiprocessing
import os
import random
import resource
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import warnings
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

sys.path.insert(0, str(Path(__file__).parents[1]))

from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.search.engine import Results
from archivist.search.index import Index
from archivist.search.paging import Page
from archivist.search.query import parse
from archivist.search.text import normal
from tests.search.household import MemoryArchive, make_id
from tests.search.oracle import keys, truth

SEED = 20261121
STOCK_LIMIT = 2_000
PHRASES = ("4-char phrase, frequent", "4-char phrase, any")
COUNTED = ("4-char phrase, frequent", "filter", "filter + phrase", "ID first six")
"""Asked again with every facet."""
ROUNDS = 5
SCANNED = 200_000
"""With more records no answer is compared with a plain scan, which takes a minute a question."""
LOOK_S = 0.05
"""Seconds between two looks at the memory held."""
EVERYTHING = 10**9
COLD = """
import sys
import archivist.cli.main, archivist.cli.find
from pathlib import Path
from archivist.search.index import Index
from tests.search.household import MemoryArchive
Index(Path(sys.argv[1]), MemoryArchive()).search(sys.argv[2])
"""
"""A whole process that answers one question; what the stand-in for the archive costs is in it."""
SURNAMES = "王李张刘陈杨赵黄周吴徐孙胡朱高林何郭马罗梁宋郑谢韩唐冯于董萧程曹袁邓许傅沈曾彭吕单仇解区查"
GIVEN = "伟芳娜秀敏静丽强磊军洋勇艳杰娟涛明超兰霞平刚桂英华玉萍红娥玲芬燕彩春菊凤洁梅琳素云莲真环雪荣爱妹香月"
FORM = """本人自愿申请城乡居民最低生活保障 家庭经济状况核对 授权民政部门查询家庭成员的存款信息 车辆登记信息 不动产登记信息
社会保险缴纳情况 家庭成员均同意接受核对 本人承诺所提供的材料真实有效 如有隐瞒愿承担相应法律责任 共同生活的家庭成员 入户调查人员不少于两人
现住房为砖混结构 家中无机动车辆 主要收入来源为务农 外出务工收入不稳定 因病致贫 因残致贫 缺乏劳动能力 患有慢性疾病长期服药 肢体残疾二级
公示期为七天 公示期间未收到异议 公示期间收到群众反映 经镇人民政府审核确认 符合低保条件 不符合低保条件 家庭人均月收入低于最低生活保障标准
家庭财产超过规定标准 书面告知申请人 说明理由 可在六十日内申请行政复议 六个月内向人民法院提起行政诉讼 调查人签字 村居委会意见 民主评议小组
邻里走访 信函索证 收入核算 扣减刚性支出 医疗费用自付部分 分散供养 集中供养 照料护理协议 生活自理能力评估 临时遇困 火灾 交通事故 动态管理
定期复核 死亡停发 渐退期六个月 注销档案 档案保存三年 核对报告编号 报告有效期 赡养费 抚养费 法定赡养义务人 无赡养能力 高龄津贴 养老金""".split()
TYPES = ["申请书", "授权书", "入户调查表", "核对报告", "审核确认表", "公示", "确认通知书", "复核表"]


class ReadAnew(MemoryArchive):
    """An archive that gives each text as one read from a disk: held by nobody else, so that its memory is given back."""

    def text(self, number: CaseNo, record: RecordNo) -> str:
        """Return the text, as one nobody held before."""
        text = super().text(number, record)
        return text[:1] + text[1:]


@dataclass(frozen=True)
class Corpus:
    """The archive and what to ask of it."""

    archive: MemoryArchive
    questions: dict[str, list[str]]


def make(records: int) -> Corpus:
    """Return a seeded archive of this many records of some 800 characters, four to a household."""
    rng, archive = random.Random(SEED), ReadAnew()
    common = [bytes([a, b]).decode("gb2312", "ignore") for a in range(0xB0, 0xD7) for b in range(0xA1, 0xFF)]
    letters = [c for c in common if c]
    rare = ["".join(rng.choices(letters, k=rng.randint(4, 12))) for _ in range(1500)]
    weights = [1 / (i % 40 + 6) for i in range(len(FORM))] + [2.2 / (i + 25) for i in range(len(rare))]
    names: list[str] = []
    ids: list[str] = []
    for sequence in range(1, records // 4 + 1):
        name = rng.choice(SURNAMES) + "".join(rng.choices(GIVEN, k=2))
        member = name[0] + rng.choice(GIVEN)
        birth = f"{rng.randint(1935, 2010)}{rng.randint(1, 12):02d}{rng.randint(1, 28):02d}"
        number = CaseNo("TJHQ", rng.choice(list(Category)), rng.randint(2018, 2026), sequence)
        identity = make_id(rng.randint(0, 999), birth=birth)
        archive.open(number, name, id_number=identity, members=[(member, make_id(rng.randint(0, 999)))])
        names.append(name)
        ids.append(identity)
        for _ in range(4):
            kind = rng.choice(TYPES)
            words = [f"{kind}户主{name}身份证号{identity}", *rng.choices(FORM + rare, weights, k=95)]
            words = [w if rng.random() > 0.08 else f"{w}{rng.randint(50, 9000)}元" for w in words]
            day = f"{number.year}-{rng.randint(1, 12):02d}-{rng.randint(1, 28):02d}T09:00:00+08:00"
            archive.file(number, "，".join(words), title=kind, filed_at=day)
    texts = list(archive.texts.values())
    cuts = [normal(rng.choice(texts)) for _ in range(12)]
    mixed = [text[at : at + 4] for text in cuts for at in [rng.randint(30, 600)]]
    questions = {
        "name": [*rng.sample(names, 8)],
        "name: field": [f"姓名:{n}" for n in rng.sample(names, 8)],
        "pinyin": ["wxl", "zhangxiulan", "shan"],
        "ID whole": rng.sample(ids, 8),
        "ID first six": ["证号:120106"],
        "ID last four": [f"证号:{i[-4:]}" for i in rng.sample(ids, 8)],
        "4-char phrase, frequent": ["家庭经济", "人民政府", "最低生活"],
        "4-char phrase, any": [f'"{m}"' for m in mixed],
        "filter + phrase": [
            "类别:低保 日期:2023 家庭经济状况核对",
            "类别:特困 起:2024 “交通事故”",
            "文书:公示 火灾",
        ],
        "filter": ["类别:低保", "类别:特困 起:2024"],
        "NOT phrase": ["NOT 家庭经济", "类别:低保 NOT 公示期间"],
        "phrase NOT phrase": ["家庭经济 NOT 公示期间", "“入户调查” NOT “邻里走访”"],
        "one character": ["灾", "渐"],
    }
    return Corpus(archive, questions)


@dataclass(frozen=True)
class Measured:
    """What one engine needed: records a second of wall clock and of CPU (its workers' too), megabytes, milliseconds (p50, p99)."""

    per_second: float
    per_cpu_second: float
    on_disk: float
    peak: float
    answers: dict[str, tuple[float, float]] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)


class Meter:
    """Clock, CPU and memory of this process and its workers since it was made."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), _cpu()
        self.before = self.most = _held()
        self.done = threading.Event()
        self.watch = threading.Thread(target=self._look)
        self.watch.start()

    def _look(self) -> None:
        while not self.done.wait(LOOK_S):
            self.most = max(self.most, _held())

    def measured(self, records: int, folder: Path) -> Measured:
        """Return what was needed up to now to index so many records into a folder."""
        wall, cpu = time.perf_counter() - self.wall, _cpu() - self.cpu
        self.done.set()
        self.watch.join()
        return Measured(records / wall, records / cpu, size(folder), self.most - self.before)


def _cpu() -> float:
    uses = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(use.ru_utime + use.ru_stime for use in uses)


def _held() -> float:
    """Return the megabytes this process and its workers hold now (Linux); what the system counts of ended ones has the parent's in it."""
    pids = ["self"]
    for thread in Path("/proc/self/task").iterdir():
        with suppress(OSError):
            pids += (thread / "children").read_text("ascii").split()
    held = 0
    for pid in pids:
        with suppress(OSError, ProcessLookupError):
            held += int(Path(f"/proc/{pid}/statm").read_text("ascii").split()[1])
    return held * resource.getpagesize() / 1e6


def asked(ask: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds of CPU over some rounds: whoever else uses the machine is not in them."""
    times = []
    for question in questions:
        for _ in range(ROUNDS):
            start = time.process_time()
            ask(question)
            times.append((time.process_time() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def size(folder: Path) -> float:
    """Return megabytes of files under a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def ours(corpus: Corpus, folder: Path) -> Measured:
    """Measure this project's index."""
    meter, records = Meter(), len(corpus.archive.texts)
    index = Index(folder, corpus.archive)
    index.rebuild()
    done = meter.measured(records, folder)
    done.notes.append(f"segments {segments(folder)}, {done.on_disk * 1e3 / records:.2f} KB a record")
    for label, questions in corpus.questions.items():
        done.answers[label] = asked(index.search, questions)
        if label in COUNTED:
            done.answers[f"{label}, all counted"] = asked(
                lambda question: index.answer(parse(question), Page(facets=True)), questions
            )
    if records <= SCANNED:
        done.notes.append(wrong(corpus, index.search))
    index.close()
    for label in ("4-char phrase, frequent", "name"):
        times = [cold(folder, corpus.questions[label][0]) for _ in range(ROUNDS + 1)][1:]
        done.notes.append(f"whole cold process, {label}: {median(times):.0f} ms CPU")
    commits = []
    for number in list(corpus.archive.cases)[:100]:
        corpus.archive.file(number, "补充材料一件" * 100, filed_at="2026-01-01T00:00:00+08:00")
        start = time.process_time()
        index.follow(number)
        commits.append((time.process_time() - start) * 1000)
    done.notes.append(
        f"follow one record: {median(commits):.2f} ms CPU p50, {mean(commits):.2f} mean, {max(commits):.2f} most; "
        f"after {len(commits)}: segments {segments(folder)}"
    )
    index.close()
    return done


def wrong(corpus: Corpus, search: Callable[..., Results]) -> str:
    """Say how many answers differ from a plain scan's, by document."""
    count = 0
    for question in [q for questions in corpus.questions.values() for q in questions[:4]]:
        found = keys(search(question, limit=EVERYTHING))
        count += len(set(found) ^ truth(corpus.archive, parse(question))) + len(found) - len(set(found))
    return f"wrong answers against a plain scan: {count}"


def segments(folder: Path) -> int:
    """Return how many segments the text index has."""
    from archivist.search.whoosh import WhooshIndex

    current = folder / (folder / "CURRENT").read_text("ascii").strip()
    return len(WhooshIndex(current / "text").segments())


def cold(folder: Path, question: str) -> float:
    """Return the milliseconds of CPU of a whole process that answers one question."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    here = str(Path(__file__).parents[1])
    kept = {**os.environ, "PYTHONDONTWRITEBYTECODE": ""}  # an installed program has its bytecode
    subprocess.run([sys.executable, "-c", COLD, str(folder), question], check=True, cwd=here, env=kept)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return (after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime) * 1000


def pairs(text: str) -> str:
    """Return text as blank-separated pairs of characters, for a tokeniser that parts at blanks."""
    return " ".join(a + b for a, b in pairwise(text) if (a + b).isalnum())


def fts5(corpus: Corpus, folder: Path) -> Measured:
    """Measure SQLite FTS5 on pairs of characters with positions, answering with row numbers only."""
    folder.mkdir()
    db = sqlite3.connect(folder / "fts.sqlite3")
    meter = Meter()
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='unicode61')")
    texts = corpus.archive.texts.values()
    db.executemany(
        "INSERT INTO t(rowid, x) VALUES (?, ?)", ((i, pairs(normal(t))) for i, t in enumerate(texts))
    )
    db.commit()
    done = meter.measured(len(texts), folder)

    def ask(question: str) -> object:
        phrase = pairs(question.strip('"'))
        return db.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid DESC LIMIT 20", (f'"{phrase}"',)
        ).fetchall()

    for label in PHRASES:
        done.answers[label] = asked(ask, [q for q in corpus.questions[label] if pairs(q.strip('"'))])
    db.close()
    return done


def tantivy(corpus: Corpus, folder: Path) -> Measured:
    """Measure tantivy, with as many threads as it chooses, on pairs of characters with positions."""
    import tantivy as library

    folder.mkdir()
    builder = library.SchemaBuilder()
    builder.add_unsigned_field("id", stored=True, fast=True)
    builder.add_text_field("x", tokenizer_name="whitespace", index_option="position")
    meter = Meter()
    index = library.Index(builder.build(), str(folder))
    writer = index.writer(256_000_000)
    for number, text in enumerate(corpus.archive.texts.values()):
        document = library.Document()
        document.add_unsigned("id", number)
        document.add_text("x", pairs(normal(text)))
        writer.add_document(document)
    writer.commit()
    writer.wait_merging_threads()
    done = meter.measured(len(corpus.archive.texts), folder)
    index.reload()
    searcher = index.searcher()
    done.notes.append(f"segments {searcher.num_segments}")

    def ask(question: str) -> object:
        words: list[object] = list(pairs(question.strip('"')).split())
        phrase = library.Query.phrase_query(index.schema, "x", words)
        return searcher.search(phrase, 20, order_by_field="id").hits

    for label in PHRASES:
        done.answers[label] = asked(
            ask, [q for q in corpus.questions[label] if pairs(q.strip('"')).count(" ")]
        )
    return done


def stock(corpus: Corpus, folder: Path) -> Measured:
    """Measure Whoosh as its documentation would have it: two-character tokens with positions, BM25."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from whoosh import analysis, fields, index, query
    folder.mkdir()
    analyser = analysis.NgramAnalyzer(2)
    ix = index.create_in(str(folder), fields.Schema(key=fields.ID(stored=True), x=fields.TEXT(analyser)))
    texts = list(corpus.archive.texts.items())[:STOCK_LIMIT]
    meter = Meter()
    with ix.writer() as writer:
        for (number, record), text in texts:
            writer.add_document(key=f"{number} {record}", x=normal(text))
    done = meter.measured(len(texts), folder)
    small = MemoryArchive()
    for (number, record), text in texts:
        small.cases[number] = corpus.archive.cases[number]
        small.texts[number, RecordNo(record)] = text
    with ix.searcher() as searcher, Index(folder / "ours", small) as same:
        same.rebuild()

        def ask(question: str) -> object:
            plain = question.strip('"')
            return searcher.search(query.Phrase("x", [a + b for a, b in pairwise(plain)]), limit=20)

        for label in PHRASES:
            done.answers[label] = asked(ask, corpus.questions[label])
            own50, own99 = asked(same.search, corpus.questions[label])
            done.notes.append(f"{label}: ours on the same {len(texts)} {own50:.2f} / {own99:.2f} ms")
    return done


ENGINES: dict[str, Callable[[Corpus, Path], Measured]] = {
    "archivist": ours,
    "tantivy": tantivy,
    "SQLite FTS5": fts5,
    "stock Whoosh": stock,
}


def _apart(engine: str, corpus: Corpus, folder: Path, answer: object) -> None:
    answer.send(ENGINES[engine](corpus, folder))  # type: ignore[attr-defined]


def table(records: int, found: dict[str, Measured], smaller: Measured | None, times: float) -> None:
    """Print what was measured at one size.

    Args:
        records: how many.
        found: by engine.
        smaller: ours at the size before, ``None`` at the first.
        times: by how much that was smaller.
    """
    own = found["archivist"]
    print(f"\n{records} records          records/s      ours is  records/CPU-s  ours is      MB  peak +MB")
    for engine, m in found.items():
        print(
            f"  {engine:16s}  {m.per_second:12.0f}  {own.per_second / m.per_second:10.2f}×"
            f"  {m.per_cpu_second:13.0f}  {own.per_cpu_second / m.per_cpu_second:6.2f}×  {m.on_disk:6.0f}  {m.peak:8.0f}"
        )
    print(f"  {'ms CPU, p50 / p99':26s}" + "".join(f"{engine:>24s}" for engine in found) + "        growth")
    for label, (p50, _) in own.answers.items():
        each = (m.answers.get(label) for m in found.values())
        cells = "".join(f"{f'{a[0]:.2f} / {a[1]:.2f}' if a else '':>24s}" for a in each)
        growth = f"{math.log(p50 / smaller.answers[label][0]) / math.log(times):8.2f}" if smaller else ""
        print(f"  {label:26s}{cells}{growth:>14s}")
    for engine, m in found.items():
        for note in m.notes:
            print(f"  {engine}: {note}")


def measured(corpus: Corpus, engines: Sequence[str]) -> dict[str, Measured]:
    """Measure some of the engines, each in a process of its own."""
    apart, found = multiprocessing.get_context("fork"), dict[str, Measured]()
    gc.collect()
    gc.freeze()  # the corpus stands for an archive on the disk: nobody's collector goes through that
    with tempfile.TemporaryDirectory() as folder:
        for engine in engines:
            here, there = apart.Pipe(duplex=False)
            process = apart.Process(target=_apart, args=(engine, corpus, Path(folder) / engine, there))
            process.start()
            there.close()
            found[engine] = here.recv()
            process.join()
    return found


def main(sizes: Sequence[int]) -> None:
    """Run everything for each number of records."""
    before: tuple[int, Measured] | None = None
    for records in sizes:
        found = measured(make(records), [*ENGINES])
        table(records, found, before and before[1], records / before[0] if before else 1)
        before = records, found["archivist"]


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [10_000, 100_000])
