"""Search: how fast it indexes and answers, next to stock Whoosh and SQLite FTS5 on the same records.

Run ``python benchmarks/search.py [RECORDS …]`` (default 5000; e.g. ``5000 20000``). Seeded; every answer is compared
with a plain scan. Times are CPU seconds of this process for indexing and wall-clock milliseconds for questions; the
machine may be shared, so look at the ratios. The stock Whoosh baseline (two-character tokens with positions) indexes
at most 2000 records, because it is slow; its questions are asked of those.
"""

from __future__ import annotations

import random
import sqlite3
import sys
import tempfile
import time
import warnings
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from archivist.model.ids import CaseNo, Category, RecordNo
from archivist.search.index import Index
from archivist.search.query import parse
from archivist.search.text import normal
from tests.search.household import MemoryArchive, make_id
from tests.search.oracle import keys, truth

SEED = 20261121
STOCK_LIMIT = 2_000
ROUNDS = 5
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


@dataclass(frozen=True)
class Corpus:
    """The archive and what to ask of it."""

    archive: MemoryArchive
    questions: dict[str, list[str]]


def make(records: int) -> Corpus:
    """Return a seeded archive of this many records of some 800 characters, four to a household."""
    rng, archive = random.Random(SEED), MemoryArchive()
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
        "ID last four": [f"证号:{i[-4:]}" for i in rng.sample(ids, 8)],
        "4-char phrase, frequent": ["家庭经济", "人民政府", "最低生活"],
        "4-char phrase, any": [f'"{m}"' for m in mixed],
        "filter + phrase": [
            "类别:低保 日期:2023 家庭经济状况核对",
            "类别:特困 起:2024 “交通事故”",
            "文书:公示 火灾",
        ],
        "phrase NOT phrase": ["家庭经济 NOT 公示期间", "“入户调查” NOT “邻里走访”"],
        "one character": ["灾", "渐"],
    }
    return Corpus(archive, questions)


def asked(ask: Callable[[str], object], questions: Sequence[str]) -> tuple[float, float]:
    """Return p50 and p99 in milliseconds over some rounds."""
    times = []
    for question in questions:
        for _ in range(ROUNDS):
            start = time.perf_counter()
            ask(question)
            times.append((time.perf_counter() - start) * 1000)
    times.sort()
    return times[len(times) // 2], times[min(len(times) - 1, int(len(times) * 0.99))]


def size(folder: Path) -> float:
    """Return megabytes of files under a folder."""
    return sum(p.stat().st_size for p in folder.rglob("*") if p.is_file()) / 1e6


def ours(corpus: Corpus, folder: Path) -> float:
    """Measure this project's index; returns records indexed per CPU second."""
    start, records = time.process_time(), len(corpus.archive.texts)
    index = Index(folder, corpus.archive)
    index.rebuild()
    rate = records / (time.process_time() - start)
    print(f"\narchivist     {records} records: {rate:6.0f} records/CPU-s, {size(folder):.0f} MB")
    commits = []
    for number in list(corpus.archive.cases)[:40]:
        corpus.archive.file(number, "补充材料一件" * 100, filed_at="2026-01-01T00:00:00+08:00")
        start = time.perf_counter()
        index.follow(number)
        commits.append((time.perf_counter() - start) * 1000)
    commits.sort()
    print(f"  follow one record      p50 {commits[20]:8.2f} ms   max {commits[-1]:8.2f} ms")
    for label, questions in corpus.questions.items():
        p50, p99 = asked(index.search, questions)
        print(f"  {label:24s} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms")
    wrong = 0
    for question in [q for questions in corpus.questions.values() for q in questions[:4]]:
        found = keys(index.search(question, limit=10**9))
        wrong += len(set(found) ^ truth(corpus.archive, parse(question))) + len(found) - len(set(found))
    print(f"  wrong answers against a plain scan: {wrong}")
    index.close()
    return rate


def pairs(text: str) -> str:
    """Return text as blank-separated pairs of characters, for FTS5's own tokeniser."""
    return " ".join(a + b for a, b in pairwise(text) if (a + b).isalnum())


def fts5(corpus: Corpus, folder: Path, rate: float) -> None:
    """Measure SQLite FTS5 on pairs of characters with positions, answering with row numbers only."""
    folder.mkdir()
    db = sqlite3.connect(folder / "fts.sqlite3")
    start = time.process_time()
    db.execute("CREATE VIRTUAL TABLE t USING fts5(x, content='', tokenize='unicode61')")
    texts = [normal(t) for t in corpus.archive.texts.values()]
    db.executemany("INSERT INTO t(rowid, x) VALUES (?, ?)", ((i, pairs(t)) for i, t in enumerate(texts)))
    db.commit()
    own = len(texts) / (time.process_time() - start)
    print(
        f"\nSQLite FTS5   {len(texts)} records: {own:6.0f} records/CPU-s ({rate / own:.2f}×), {size(folder):.0f} MB"
    )

    def ask(question: str) -> object:
        phrase = pairs(question.strip('"'))
        return db.execute(
            "SELECT rowid FROM t WHERE t MATCH ? ORDER BY rowid DESC LIMIT 20", (f'"{phrase}"',)
        ).fetchall()

    for label in ("4-char phrase, frequent", "4-char phrase, any"):
        p50, p99 = asked(ask, [q for q in corpus.questions[label] if pairs(q.strip('"'))])
        print(f"  {label:24s} p50 {p50:8.2f} ms   p99 {p99:8.2f} ms")
    db.close()


def stock(corpus: Corpus, folder: Path, rate: float) -> None:
    """Measure Whoosh as its documentation would have it: two-character tokens with positions, BM25."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        from whoosh import analysis, fields, index, query
    folder.mkdir()
    analyser = analysis.NgramAnalyzer(2)
    ix = index.create_in(str(folder), fields.Schema(key=fields.ID(stored=True), x=fields.TEXT(analyser)))
    texts = list(corpus.archive.texts.items())[:STOCK_LIMIT]
    start = time.process_time()
    with ix.writer() as writer:
        for (number, record), text in texts:
            writer.add_document(key=f"{number} {record}", x=normal(text))
    own = len(texts) / (time.process_time() - start)
    print(
        f"\nstock Whoosh  {len(texts)} records: {own:6.0f} records/CPU-s ({rate / own:.2f}×), {size(folder):.0f} MB"
    )
    small = MemoryArchive()
    for (number, record), text in texts:
        small.cases[number] = corpus.archive.cases[number]
        small.texts[number, RecordNo(record)] = text
    with ix.searcher() as searcher, Index(folder / "ours", small) as same:
        same.rebuild()

        def ask(question: str) -> object:
            plain = question.strip('"')
            return searcher.search(query.Phrase("x", [a + b for a, b in pairwise(plain)]), limit=20)

        for label in ("4-char phrase, frequent", "4-char phrase, any"):
            p50, p99 = asked(ask, corpus.questions[label])
            own50, own99 = asked(same.search, corpus.questions[label])
            print(
                f"  {label:24s} p50 {p50:8.2f} ms ({p50 / own50:.1f}×)   p99 {p99:8.2f} ms ({p99 / own99:.1f}×)"
            )


def main(sizes: Sequence[int]) -> None:
    """Run everything for each number of records."""
    for records in sizes:
        corpus = make(records)
        with tempfile.TemporaryDirectory() as folder:
            rate = ours(corpus, Path(folder) / "ours")
            fts5(corpus, Path(folder) / "fts5", rate)
            stock(corpus, Path(folder) / "stock", rate)


if __name__ == "__main__":
    main([int(a) for a in sys.argv[1:]] or [5_000])
