"""``docs/licences.md``: the licence of every package, those that others bring too, from what the installed packages say of themselves.

Versions are left out: they change every week, licences hardly ever.
"""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from importlib import metadata
from pathlib import Path
from typing import Any, Final

from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT: Final = Path(__file__).resolve().parent.parent
SETS: Final = {
    "": "运行",
    "web": "网页",
    "cluster": "集群检索",
    "docs": "文档",
    "dev": "开发",
    "bench": "测速",
}
"""Extra → where it is used; the empty one is what everybody installs."""
SYSTEMS: Final = (
    {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
)
SHORT: Final = 60
"""What is longer is the text of a licence, not its name."""
CLASSIFIED: Final = "License :: OSI Approved :: "
ELSEWHERE: Final = {"colorama": "BSD-3-Clause", "win32-setctime": "MIT", "tantivy": "MIT"}
"""What is not installed here (Windows alone, or for measuring): as those packages say it in their releases."""
UNKNOWN: Final = "没有写明"
INTRO: Final = """由装好的各包自己写明的许可证得出，连同它们带来的包；版本不写。“用处”：运行 = 每台电脑都装；网页、集群检索、文档、开发、测速 = 只在用到时装。
直接依赖为什么要用，见 [dependencies.md](dependencies.md)。LGPL 的包（`docxtpl`，`py7zr` 及其所带）原样使用、未作改动，可以由使用者换成别的版本：它们各自是 `site-packages` 里的普通文件夹。
轮子里另带的本机库（OpenCV、ONNX Runtime、PDFium、libheif 等）的许可证在各包的 `*.dist-info/licenses` 中。程序本身是 Apache-2.0。
"""


def asked() -> dict[str, list[Requirement]]:
    """Return what ``pyproject.toml`` asks for, by extra; an extra that names another of ours is left to it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = {"": project["dependencies"], **project["optional-dependencies"]}
    return {
        extra: [r for text in those if (r := Requirement(text)).name != project["name"]]
        for extra, those in lists.items()
    }


def needs(found: metadata.Distribution, extras: Iterable[str]) -> Iterator[Requirement]:
    """Yield what a package brings on Linux or Windows, with some of its extras."""
    for text in found.requires or ():
        need = Requirement(text)
        for system in SYSTEMS:
            if not need.marker or any(
                need.marker.evaluate({**system, "extra": extra}) for extra in ("", *extras)
            ):
                yield need
                break


def closure() -> dict[str, tuple[set[str], set[str]]]:
    """Return every package: where it is used, and which packages bring it."""
    used: dict[str, tuple[set[str], set[str]]] = defaultdict(lambda: (set(), set()))
    for extra, those in asked().items():
        queue = [(need, "") for need in those]
        seen = set[tuple[str, frozenset[str]]]()
        while queue:
            need, by = queue.pop()
            name = canonicalize_name(need.name)
            where, brought = used[name]
            where.add(SETS[extra])
            brought.add(by)
            key = (name, frozenset(need.extras))
            if key in seen:
                continue
            seen.add(key)
            if found := distribution(name):
                queue += [(more, name) for more in needs(found, need.extras)]
    return dict(used)


def distribution(name: str) -> metadata.Distribution | None:
    """Return an installed package; ``None`` where it is not installed here."""
    try:
        return metadata.distribution(name)
    except metadata.PackageNotFoundError:
        return None


def licence(name: str) -> str:
    """Return the licence of a package in its own words: the expression, else the classifiers, else the short field."""
    found = distribution(name)
    if found is None:
        return ELSEWHERE.get(name, UNKNOWN)
    said: Any = found.metadata
    if expression := said.get("License-Expression"):
        return str(expression)
    classes = [
        c.removeprefix(CLASSIFIED) for c in said.get_all("Classifier") or () if c.startswith(CLASSIFIED)
    ]
    field = re.sub(r"\s+", " ", said.get("License") or "").strip()
    if field and len(field) < SHORT:
        return field
    return "、".join(classes) or UNKNOWN


def page(generated: str) -> str:
    """Return the page; ``generated`` is the line that says who writes it."""
    lines = ["# 各依赖的许可证\n", generated, INTRO, "| 包 | 许可证 | 用处 | 由谁带来 |", "|---|---|---|---|"]
    used: Mapping[str, tuple[set[str], set[str]]] = closure()
    for name in sorted(used):
        where, brought = used[name]
        uses = "、".join(label for label in SETS.values() if label in where)
        by = "、".join(f"`{one}`" if one else "直接" for one in sorted(brought))
        lines.append(f"| `{name}` | {licence(name)} | {uses} | {by} |")
    return "\n".join(lines) + "\n"
