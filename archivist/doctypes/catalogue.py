"""The catalogue of document types: what each is, what it needs, which sentence of law it rests on.

One ``<id>.toml`` describes a document beside its ``<id>.docx``; ``materials.toml`` names the papers that come in and
are never generated. A workspace's own folder is read first, the shipped one second; a workspace may reword a
document, but may not drop the remedies, the privacy of a public notice or a mandatory phrase.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final

from archivist.declarations.cache import CheckedTables, mark_of, settled
from archivist.doctypes.declaration import LAYOUT_LINE, Tables, build_type, read_type
from archivist.doctypes.doctype import (
    COLLECTED,
    GENERATED,
    PLACES,
    REMEDY_PHRASES,
    Basis,
    Column,
    DocumentKind,
    DocumentType,
    FieldSpec,
    Mode,
    Numbering,
    Origin,
)
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.ids import DocumentId
from archivist.errors import TemplateFault, UnknownDocument
from archivist.model.plain_json import MalformedData, parse_toml

__all__ = [
    "COLLECTED",
    "GENERATED",
    "PLACES",
    "REMEDY_PHRASES",
    "Basis",
    "Catalogue",
    "Column",
    "DocumentKind",
    "DocumentType",
    "FieldSpec",
    "Mode",
    "Numbering",
    "Origin",
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
            TemplateFault: E303, with every fault of every file.
        """
        types: dict[str, DocumentType] = {}
        places = [f for f in folders or (shipped_templates(),) if f.is_dir()]
        templates = {path.stem: path for folder in reversed(places) for path in folder.glob("*.docx")}
        kept = CheckedTables(cache)
        faults: list[TemplateFault] = []
        for folder in places:
            for found in _read_folder(folder, templates, kept, faults):
                if found.id not in types:
                    types[found.id] = found
                elif problems := list(_weaker(types[found.id], found)):
                    title, file = types[found.id].title, f"{found.id}.toml"
                    faults.append(
                        TemplateFault(f"“{title}”的自定义登记不符合要求", file=file, problems=problems)
                    )
        if faults:
            raise _together(faults)
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


def _read_folder(
    folder: Path, templates: Mapping[str, Path], kept: CheckedTables, faults: list[TemplateFault]
) -> Iterator[DocumentType]:
    for path in sorted(folder.glob("*.toml"), key=str):
        template = None if path.name == MATERIALS else templates.get(path.stem)
        try:
            yield from _unchanged_file(path, template, kept) or _changed_file(path, template, kept)
        except TemplateFault as fault:
            faults.append(fault)


def _unchanged_file(path: Path, template: Path | None, kept: CheckedTables) -> list[DocumentType]:
    """Return the entries of a file that has not changed since it was read without a fault; else none."""
    with suppress(TypeError, ValueError, KeyError, AttributeError):  # read by a program with other keys
        return [build_type(entry, template=template) for entry in kept.get(str(path), mark_of(path)) or ()]
    return []


def _changed_file(path: Path, template: Path | None, kept: CheckedTables) -> list[DocumentType]:
    entries = _tables(path)
    found: list[DocumentType] = []
    faults: list[TemplateFault] = []
    for entry in entries:
        name = f"{path.name} [{entry['id']}]" if path.name == MATERIALS else path.name
        try:
            found.append(read_type(name, entry, template=template))
        except TemplateFault as fault:
            faults.append(fault)
    if faults:
        raise _together(faults)
    if path.name != MATERIALS and found[0].id != path.stem:
        raise TemplateFault(f"id“{found[0].id}”应与文件名一致", file=path.name)
    if settled(path):
        kept.put(str(path), mark_of(path), entries)
    return found


def _tables(path: Path) -> list[Tables]:
    """Return the entries of one file as TOML gives them."""
    try:
        tables = parse_toml(text := path.read_bytes().replace(b"\r\n", b"\n"))
    except MalformedData as error:
        raise TemplateFault(f"TOML 写法有误：{error}", file=path.name) from None
    if path.name == MATERIALS:
        if wrong := [
            f"{name} 应写成 [{name}]" for name, entry in tables.items() if not isinstance(entry, dict)
        ]:
            raise TemplateFault("来件的登记有误", file=path.name, problems=wrong)
        return [{"id": name, "kind": DocumentKind.MATERIAL, **entry} for name, entry in tables.items()]
    if isinstance(layout := tables.get("layout"), str):
        tables[LAYOUT_LINE] = text.count(b"\n", 0, max(text.find(layout.encode()), 0)) + 1
    return [tables]


def _together(faults: Sequence[TemplateFault]) -> TemplateFault:
    """Return the faults of several entries as one."""
    if len(faults) == 1:
        return faults[0]
    problems = [f"{fault.file} {problem}" for fault in faults for problem in fault.problems or (fault.what,)]
    return TemplateFault(f"{len(faults)} 处登记有误", problems=problems)


def _weaker(own: DocumentType, shipped: DocumentType) -> Iterator[str]:
    """Yield what a workspace's wording drops of what the law demands of the shipped one."""
    yield from (f"不得删去必备语句“{p}”" for p in shipped.phrases if p not in own.phrases)
    if shipped.remedies_required and not own.remedies_required:
        yield "不利决定必须告知救济途径，remedies_required 不得改为 false"
    if shipped.public and not own.public:
        yield "公示文书受隐私规则约束，public 不得改为 false"
    if shipped.code != own.code:
        yield f"代码 {shipped.code} 已印在二维码上，不得改为 {own.code}"
