"""What ``mkdocs.yml`` calls while the site is built: pages from outside ``docs/``, links made to fit, nothing fetched.

A page that another folder keeps (``HACKING.md``, ``examples/``) is brought in as it is; links between it and ``docs/`` are
written as they are there and mean the same on the site.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from pathlib import Path
from typing import Any, Final

from material.plugins.search import plugin as search_plugin
from mkdocs.structure.files import File, Files

ROOT: Final = Path(__file__).resolve().parent.parent
BROUGHT: Final = ("HACKING.md", "CHANGELOG.md", "examples/一户一生.md")
SOURCES: Final = ("archivist/", "tests/", "tools/", "benchmarks/", "doc_templates/", "Makefile", "README.md")
"""What a page may link to that is no page of the site: shown as a path, for there is nothing to be opened."""


class Words:
    """Stands where the theme's search asks for a dictionary of Chinese words: pairs of characters that often stand together.

    Of every way to part a text the one is taken whose pairs are the most frequent in all pages; what belongs to no pair stands
    alone. The search parts a question by the words that came of it.
    """

    def __init__(self) -> None:
        self.pairs: Counter[str] = Counter()

    def read(self, text: str) -> None:
        """Count the pairs of a page."""
        for run in _CHINESE.findall(text):
            self.pairs.update(run[n : n + 2] for n in range(len(run) - 1))

    def cut(self, text: bytes) -> list[str]:
        """Return the words of some Chinese text in UTF-8."""
        told = text.decode("utf-8")
        best: list[tuple[float, int]] = [(0.0, 0)]
        for end in range(1, len(told) + 1):
            alone = (best[end - 1][0], 1)
            count = self.pairs[told[end - 2 : end]] if end > 1 else 0
            best.append(max(alone, (best[end - 2][0] + math.log(count), 2)) if count >= OFTEN else alone)
        words, end = list[str](), len(told)
        while end:
            size = best[end][1]
            words.append(told[end - size : end])
            end -= size
        return words[::-1]


OFTEN: Final = 3
"""A pair that occurs less often is no word."""
_CHINESE: Final = re.compile(r"[\u4e00-\u9fff]+")
WORDS: Final = Words()
search_plugin.jieba = WORDS
_LINK: Final = re.compile(r"\[([^\]\n]+)\]\(([^)\s]+)\)")


def on_files(files: Files, config: Any) -> Files:
    """Add the pages that stand outside ``docs/``, and a list of the JSON Schemas."""
    for name in BROUGHT:
        files.append(File.generated(config, name, content=(ROOT / name).read_text(encoding="utf-8")))
    schemas = sorted(path.name for path in (ROOT / "docs/json").glob("*.json"))
    lines = [
        "# JSON Schema",
        "",
        "`--json` 的每种输出一份（2020-12）。",
        "",
        *(f"- [{name}]({name})" for name in schemas),
    ]
    files.append(File.generated(config, "json/index.md", content="\n".join(lines) + "\n"))
    worker = (ROOT / "tools/site_assets/iframe-worker.js").read_text(encoding="utf-8")
    for file in files.documentation_pages():
        WORDS.read(file.content_string)
    files.append(File.generated(config, "assets/iframe-worker.js", content=worker))
    return files


def on_page_markdown(markdown: str, page: Any, **_: Any) -> str:
    """Write a page's links as they are on the site."""
    return _LINK.sub(lambda match: _fitted(match, page.file.src_uri), markdown)


def _fitted(match: re.Match[str], page: str) -> str:
    words, target = match.groups()
    if "://" in target or target.startswith("#"):
        return match[0]
    outside = page in BROUGHT
    path = target.removeprefix("../") if target.startswith("../") else target
    if outside and path.startswith("docs/"):
        path = path.removeprefix("docs/")
    elif path == target and not outside:
        return f"[{words}]({target}index.md)" if target == "json/" else match[0]
    if path.startswith(SOURCES):
        return words
    return f"[{words}]({path})"
