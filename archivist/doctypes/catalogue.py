"""The catalogue of document types: what each is, what it needs, which sentence of law it rests on.

One ``<id>.toml`` describes a document beside its ``<id>.docx``; ``materials.toml`` names the papers that come in and
are never generated. A workspace's own folder is read first, the shipped one second; a workspace may reword a
document, but may not drop the remedies, the privacy of a public notice or a mandatory phrase.
"""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from archivist.doctypes.cache import EntryCache
from archivist.doctypes.doctype import (
    COLLECTED,
    GENERATED,
    ORIGINS,
    PLACES,
    REMEDY_PHRASES,
    Basis,
    Column,
    DocumentType,
    FieldSpec,
    read_type,
)
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import TemplateFault, UnknownDocument

__all__ = [
    "COLLECTED",
    "GENERATED",
    "ORIGINS",
    "PLACES",
    "REMEDY_PHRASES",
    "Basis",
    "Catalogue",
    "Column",
    "DocumentType",
    "FieldSpec",
    "shipped_templates",
]

MATERIALS: Final = "materials.toml"


def shipped_templates() -> Path:
    """Return the folder of the templates that come with the program: in the wheel, else in the repository."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_doc_templates"
    return inside if inside.is_dir() else package.parent / "doc_templates"


class Catalogue:
    """All document types, by id, title, alias or code."""

    def __init__(self, types: Mapping[str, DocumentType]) -> None:
        self._types = dict(types)
        self._by_code: dict[str, DocumentType] = {}
        self._by_name: dict[str, DocumentType] = {}
        for kind in self._types.values():
            if other := self._by_code.get(kind.code):
                raise TemplateFault(f"“{other.title}”与“{kind.title}”的代码同为 {kind.code}", file=kind.id)
            self._by_code[kind.code] = kind
        for kind in self._types.values():
            for name in (kind.id, kind.title, kind.code):
                self._by_name.setdefault(name, kind)
        for kind in self._types.values():
            for alias in kind.aliases:
                self._by_name.setdefault(alias, kind)

    @classmethod
    def load(cls, *folders: Path, cache: Path | None = None) -> Catalogue:
        """Read the catalogue; an entry of an earlier folder wins over the same id in a later one.

        Args:
            folders: e.g. the workspace's ``doc_templates`` and ``shipped_templates()``; missing ones are skipped.
                Without any, the shipped ones.
            cache: a file that may be lost or damaged at any time: what was read of files that have not changed since.

        Raises:
            TemplateFault: E303, naming the file and every fault in it.
        """
        types: dict[str, DocumentType] = {}
        places = [f for f in folders or (shipped_templates(),) if f.is_dir()]
        templates = {path.stem: path for folder in reversed(places) for path in folder.glob("*.docx")}
        kept = EntryCache(cache)
        for folder in places:
            for found in _read_folder(folder, templates, kept):
                if found.id in types:
                    _no_weaker(types[found.id], found)
                else:
                    types[found.id] = found
        kept.save()
        return cls(types)

    def get(self, name: str) -> DocumentType:
        """Return a type by id, Chinese title, alias or code.

        Raises:
            UnknownDocument: E302, with the nearest names.
        """
        wanted = name.strip()
        if found := self._by_name.get(wanted) or self._by_name.get(wanted.upper()):
            return found
        near = [n for n in self._by_name if wanted and (wanted in n or (len(n) > 1 and n in wanted))][:4]
        near = near or difflib.get_close_matches(wanted, self._by_name, n=4, cutoff=0.4)
        titles = dict.fromkeys(f"{self._by_name[n].title}({self._by_name[n].id})" for n in near)
        hint = f"；相近的有：{'、'.join(titles)}" if titles else ""
        raise UnknownDocument(f"文书目录中没有“{name}”{hint}")

    def title(self, name: str) -> str:
        """Return the Chinese title of a type, its id where the catalogue does not know it."""
        return self._types[name].title if name in self._types else name

    def all(self) -> tuple[DocumentType, ...]:
        """Return every type: by step, generated documents before papers that come in."""
        return tuple(sorted(self._types.values(), key=lambda t: (not t.generated, t.step)))

    def generated(self) -> tuple[DocumentType, ...]:
        """Return the types the program makes."""
        return tuple(t for t in self.all() if t.generated)

    def lacking(self) -> list[str]:
        """Return the types the program itself asks for and this catalogue has not."""
        return [name for name in DocumentId if name not in self._types]

    def undeclared(self) -> list[str]:
        """Return the fields the program itself reads or fills and no type of this catalogue declares."""
        declared = {spec.path for kind in self._types.values() for spec in kind.fields}
        return [path for path in FieldPath if path not in declared]

    def by_code(self, code: str) -> DocumentType | None:
        """Return the type a QR code's three letters mean; ``None`` when the catalogue has none."""
        return self._by_code.get(code)

    def __contains__(self, name: object) -> bool:
        return name in self._types

    def __iter__(self) -> Iterator[DocumentType]:
        return iter(self.all())

    def __len__(self) -> int:
        return len(self._types)


def _read_folder(folder: Path, templates: Mapping[str, Path], cache: EntryCache) -> Iterator[DocumentType]:
    for path in sorted(folder.glob("*.toml"), key=str):
        entries = cache.get(path)
        checked = entries is not None
        entries = _read_file(path) if entries is None else entries
        template = None if path.name == MATERIALS else templates.get(path.stem)
        found = [read_type(path.name, raw, template=template, checked=checked) for raw in entries]
        if path.name != MATERIALS and found[0].id != path.stem:
            raise TemplateFault(f"id“{found[0].id}”应与文件名一致", file=path.name)
        if not checked:
            cache.put(path, entries)
        yield from found


def _read_file(path: Path) -> list[dict[str, Any]]:
    """Return the entries of one file as TOML gives them."""
    try:
        text = path.read_text(encoding="utf-8-sig")
        raw = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise TemplateFault(f"TOML 写法有误：{error}", file=path.name) from None
    if path.name == MATERIALS:
        return [{"id": name, "kind": "material", **entry} for name, entry in raw.items()]
    if layout := raw.get("layout"):
        raw["layout_line"] = text.count("\n", 0, max(text.find(layout), 0)) + 1
    return [raw]


def _no_weaker(own: DocumentType, shipped: DocumentType) -> None:
    """Refuse a workspace's wording that drops what the law demands of the shipped one."""
    problems = [f"不得删去必备语句“{p}”" for p in shipped.phrases if p not in own.phrases]
    if shipped.remedies_required and not own.remedies_required:
        problems.append("不利决定必须告知救济途径，remedies_required 不得改为 false")
    if shipped.public and not own.public:
        problems.append("公示文书受隐私规则约束，public 不得改为 false")
    if shipped.code != own.code:
        problems.append(f"代码 {shipped.code} 已印在二维码上，不得改为 {own.code}")
    if problems:
        raise TemplateFault(f"“{own.title}”的自定义登记不符合要求", file=f"{own.id}.toml", problems=problems)
