"""What is dropped on the watcher when it is tormented: papers of every kind, and a thread that brings them."""

from __future__ import annotations

import hashlib
import io
import os
import queue
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from docx import Document

from archivist.model.ids import CaseNo
from tests.reading.files import text_pdf
from tests.waiting import PATIENCE_S

TITLES = ("诊断证明书", "邻里访问记录", "社会救助申请书", "入户调查表")
WORDS = "漏雨的北墙 家庭经济状况 长期服药 外出务工 公示期满 缺乏劳动能力 房屋租金 低保金到账 赡养协议 医疗费用".split()


@dataclass(frozen=True)
class Household:
    number: CaseNo
    id_number: str
    folder: str


@dataclass(frozen=True)
class Paper:
    """A file to drop: its name in the inbox, its bytes, and how it comes: ``write``, ``rename`` or ``slow``."""

    name: str
    data: bytes
    how: str


def papers(rng: random.Random, count: int, households: list[Household], scratch: Path) -> Iterator[Paper]:
    """Yield certain, doubtful, unreadable and repeated papers, in all three ways of arriving."""
    earlier: list[tuple[str, str, bytes]] = []
    for n in range(count):
        household = rng.choice(households)
        lines = [rng.choice(TITLES), *rng.choices(WORDS, k=4), f"第 {n} 张"]
        place, shown_id = "", [f"证号 {household.id_number}"]
        match rng.choices(("certain", "folder", "doubt", "unreadable", "again"), (42, 20, 14, 10, 14))[0]:
            case "certain":
                place, suffix, data = "", *written(rng, [*lines, *shown_id], scratch)
                earlier.append((place, suffix, data))
            case "folder":
                place, suffix, data = f"{household.folder}/", *written(rng, lines, scratch)
                earlier.append((place, suffix, data))
            case "doubt":
                other = rng.choice([h for h in households if h != household])
                several = [*lines, *shown_id, f"证号 {other.id_number}"]
                doubtful = rng.choice([lines, several, ["一张没有标题的纸", *lines[1:], *shown_id]])
                suffix, data = written(rng, doubtful, scratch)
            case "unreadable":
                junk = rng.randbytes(rng.randint(200, 20_000))
                suffix, data = rng.choice(
                    [
                        (".pdf", b""),
                        (".pdf", b"%PDF-1.7\n1 0 obj" + junk),
                        (".jpg", junk),
                        (".zip", b"PK\3\4" + junk),
                    ]
                )
            case _:
                place, suffix, data = rng.choice(earlier or [("", ".pdf", b"")])
        name = f"扫描 {n:03d}{suffix}"
        if rng.random() < 0.05:
            name = os.fsdecode(name.encode("gb18030"))
        yield Paper(place + name, data, rng.choices(("write", "rename", "slow"), (60, 28, 12))[0])


def written(rng: random.Random, lines: list[str], scratch: Path) -> tuple[str, bytes]:
    """Return suffix and bytes of a paper with these lines, in one of the kinds that need no OCR."""
    match rng.choice(("txt", "docx", "pdf")):
        case "txt":
            return ".txt", "\n".join(lines).encode()
        case "docx":
            document = Document()
            for line in lines:
                document.add_paragraph(line)
            document.save(made := io.BytesIO())
            return ".docx", made.getvalue()
    return ".pdf", text_pdf(scratch / "made.pdf", "\n".join(lines)).read_bytes()


class Dropper(threading.Thread):
    """Drops papers one after another beside the watcher, as a scanner and a clerk would."""

    def __init__(self, inbox: Path, staging: Path, seed: int, settle_s: float) -> None:
        super().__init__(daemon=True)
        self.inbox, self.staging, self.rng = inbox, staging, random.Random(seed)
        self.settle_s = settle_s
        self.todo: queue.SimpleQueue[Paper | None] = queue.SimpleQueue()
        self.dropped: Counter[str] = Counter()
        self.halves: set[str] = set()
        self.error: BaseException | None = None

    def run(self) -> None:
        try:
            while paper := self.todo.get():
                self.drop(paper)
                time.sleep(self.rng.uniform(0, 0.12))
        except BaseException as error:
            self.error = error

    def drop(self, paper: Paper) -> None:
        path = self.inbox / paper.name
        if paper.how == "rename":
            (self.staging / "one").write_bytes(paper.data)
            (self.staging / "one").rename(path)
        else:
            cuts = sorted(self.rng.randrange(len(paper.data) + 1) for _ in range(3 * (paper.how == "slow")))
            while self.half_of_it_went(path, paper.data, cuts):
                path = path.with_name("又 " + path.name)
        self.dropped[sha256(paper.data)] += 1

    def half_of_it_went(self, path: Path, data: bytes, cuts: list[int]) -> bool:
        """Write in pieces; tell whether the watcher took half because this thread was held up for too long.

        What was taken after the last piece is whole: its inode changed after its content did.
        """
        with path.open("xb", buffering=0) as file:
            for start, end in zip([0, *cuts], [*cuts, len(data)], strict=True):
                if start:
                    time.sleep(self.rng.uniform(0.005, self.settle_s / 4))
                self.halves.add(sha256(data[:start]))
                file.write(data[start:end])
            now = os.fstat(file.fileno())
            return now.st_nlink == 0 and now.st_ctime_ns == now.st_mtime_ns

    def finish(self) -> None:
        self.todo.put(None)
        self.join(timeout=PATIENCE_S)
        if self.error is not None:
            raise self.error
        assert not self.is_alive()


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()
