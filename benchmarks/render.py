"""Rendering: CPU time for many confirmation decisions, next to plain docxtpl on the same template and values.

Run ``python benchmarks/render.py [DOCUMENTS]`` (default 1000). Plain docxtpl makes a fresh ``DocxTemplate`` for each
document, as its manual says, and prints no QR code; ours compiles the template once, prints the code, reopens the
result and looks for every value and phrase. The text of every document docxtpl makes is compared with ours, and some
are opened with python-docx. CPU seconds of this process and its children; the machine may be shared, so look at the
ratio. docxtpl makes one document in five, spread over the run, so that both see the same machine.
"""

from __future__ import annotations

import io
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from functools import partial
from multiprocessing import get_context
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import docx
from docxtpl import DocxTemplate
from jinja2 import Environment

from archivist.doctypes.catalogue import Catalogue
from archivist.documents.render.render import blank, boxes, document_text, render, short
from archivist.documents.values.resolve import document_values
from archivist.model.ids import CaseNo
from tests.documents.samples import CONFIG, FULL, GIVEN, ON, SOURCES, a_case, an_id

DOCUMENT = "confirmation_decision"
ONE_IN = 5
BASIS = ["《社会救助暂行办法》", "《最低生活保障审核确认办法》第二十一条"]


def values(number: int) -> dict[str, object]:
    """Return what one household's decision prints; no two are alike."""
    applicant = FULL["applicant"] | {
        "name": f"王秀{chr(0x4E00 + number)}",
        "id_number": an_id("19680305", number % 999),
    }
    facts = FULL | {"applicant": applicant, "members": FULL["members"][: number % 3]}
    case = replace(a_case(facts), number=CaseNo.parse(f"TJHQ-DB-2024-{number + 1:06d}"))
    extra = {"doc_no": f"示槐救字〔2024〕{number + 1}号", "decision": {"basis": BASIS}}
    return document_values(
        CATALOGUE.get(DOCUMENT), case, CONFIG, on=ON, given=GIVEN[DOCUMENT], extra=extra, sources=SOURCES
    )


CATALOGUE = Catalogue.load()


def payload(number: int) -> str:
    """Return a code as documents carry it."""
    return f"AV1-TJHQDB2024{number + 1:06d}-QRS7-3F"


def ours(number: int, filled: dict[str, object]) -> bytes:
    """Make one document as ``archivist generate`` does."""
    document = CATALOGUE.get(DOCUMENT)
    assert document.template is not None
    return render(document.template, filled, qr_payload=payload(number), phrases=document.phrases)


def plain(number: int, filled: dict[str, object]) -> bytes:
    """Make one document with docxtpl as its manual shows; escaping on, or texts would be lost."""
    environment = Environment(autoescape=True)
    environment.filters.update({"boxes": boxes, "blank": blank, "short": short})
    template = DocxTemplate(str(CATALOGUE.get(DOCUMENT).template))
    template.render({**filled, "code": payload(number)}, jinja_env=environment)
    out = io.BytesIO()
    template.save(out)
    return out.getvalue()


def _cpu(make: Callable[[], bytes]) -> tuple[float, bytes]:
    start = time.process_time()
    data = make()
    return time.process_time() - start, data


def _chunk(numbers: range) -> int:
    return sum(len(ours(n, values(n))) for n in numbers)


def measure(count: int) -> dict[str, float]:
    """Make so many documents both ways; return CPU milliseconds per document and what was compared.

    Raises:
        AssertionError: a text differs from docxtpl's, or python-docx cannot open a document.
    """
    ours(0, values(0)), plain(0, values(0))
    spent = {"ours": 0.0, "docxtpl": 0.0}
    compared = 0
    for number in range(count):
        filled = values(number)
        used, mine = _cpu(partial(ours, number, filled))
        spent["ours"] += used
        if number % ONE_IN == 0:
            used, theirs = _cpu(partial(plain, number, filled))
            spent["docxtpl"] += used
            compared += 1
            assert "".join(document_text(mine)) == "".join(document_text(theirs)), (
                f"text of document {number}"
            )
            if number % (20 * ONE_IN) == 0:
                assert docx.Document(io.BytesIO(mine)).paragraphs
    return {
        "ours_ms": spent["ours"] / count * 1000,
        "docxtpl_ms": spent["docxtpl"] / compared * 1000,
        "compared": compared,
    }


def wall(count: int, processes: int) -> float:
    """Return the seconds on the wall for values and rendering in several processes, their start included."""
    start = time.perf_counter()
    chunks = [range(n, min(n + 50, count)) for n in range(0, count, 50)]
    with ProcessPoolExecutor(processes, get_context("spawn")) as pool:
        assert sum(pool.map(_chunk, chunks)) > 0
    return time.perf_counter() - start


def main() -> int:
    """Print the table."""
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 1000
    found = measure(count)
    ratio = found["docxtpl_ms"] / found["ours_ms"]
    processes = min(2, os.cpu_count() or 1)
    took = wall(count, processes)
    print(f"{count} × {DOCUMENT}, {found['compared']:.0f} compared with docxtpl: the same text")
    print("| | CPU ms per document | ratio |")
    print("|---|---|---|")
    print(f"| plain docxtpl | {found['docxtpl_ms']:.1f} | 1 |")
    print(f"| archivist (QR code, inspection included) | {found['ours_ms']:.2f} | 1/{ratio:.1f} |")
    print(
        f"values and rendering in {processes} processes: {took:.1f} s, {count / took:.0f} documents a second"
    )
    return 0 if ratio >= 6 else 1


if __name__ == "__main__":
    sys.exit(main())
