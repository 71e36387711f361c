"""The catalogue of document types: what each is, what it needs, which sentence of law it rests on.

One ``<id>.toml`` describes a document beside its ``<id>.docx``; ``materials.toml`` names the papers that come in and
are never generated. A workspace's own folder is read first, the shipped one second; a workspace may reword a
document, but may not drop the remedies, the privacy of a public notice or a mandatory phrase.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from archivist.declarations.cache import CheckedTables, Memory, mark_of, settled
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
_READ: Final[Memory] = {}


def shipped_templates() -> Path:
    """Return the folder of the templates that come with the program: in the wheel, else in the repository."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_doc_templates"
    return inside if inside.is_dir() else package.parent / "doc_templates"


class Catalogue:
    """All document types, by id, title, alias or code.

    Attributes:
        faults: id → what is wrong with the workspace's own declaration of it, which is passed over.
    """

    def __init__(
        self, types: Mapping[str, DocumentType], faults: Mapping[str, TemplateFault] | None = None
    ) -> None:
        self._types = dict(types)
        self.faults: Final = dict(faults or {})
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
        """Read the catalogue; a workspace's entry wins over the shipped one of the same id.

        A faulty entry of the workspace is passed over, and the shipped one of its id is ``refused``; nothing else is touched by it.

        Args:
            folders: the workspace's ``doc_templates`` and ``shipped_templates()``; missing ones are skipped.
                Without any, the shipped ones.
            cache: a file that may be lost or damaged at any time: what was read of files that have not changed since.

        Raises:
            TemplateFault: E303, every fault of the last folder, or a ``materials.toml`` that cannot be read at all.
        """
        *own_places, last = folders or (shipped_templates(),)
        own_places = [folder for folder in own_places if folder.is_dir()]
        places = own_places if _is_one_of(last, own_places) or not last.is_dir() else [*own_places, last]
        templates = {path.stem: path for folder in reversed(places) for path in folder.glob("*.docx")}
        kept = CheckedTables(cache, _READ)
        faults: list[_Faulty] = []
        own = {t.id: t for folder in own_places for t in _read_folder(folder, templates, kept, faults)}
        if unreadable := [one.fault for one in faults if Path(MATERIALS).stem in one.ids]:
            raise _together(unreadable)  # nobody knows which papers it is about
        shipped: dict[str, DocumentType] = {}
        if places != own_places:
            wrong: list[_Faulty] = []
            shipped = {t.id: t for t in _read_folder(last, templates, kept, wrong)}
            if wrong:
                raise _together([one.fault for one in wrong])
        faults += _not_allowed(own, shipped)
        kept.save()
        return cls(*_laid_over(own, shipped, faults))

    def get(self, name: str) -> DocumentType:
        """Return a type by id, Chinese title, alias or code.

        Raises:
            UnknownDocument: E302, with the nearest names. TemplateFault: E303, it is the workspace's own and has faults.
        """
        wanted = name.strip()
        if found := self._by_name.get(wanted) or self._by_name.get(wanted.upper()):
            return found
        if fault := self.faults.get(wanted):
            raise fault
        near = [n for n in self._by_name if wanted and (wanted in n or (len(n) > 1 and n in wanted))][:4]
        near = near or difflib.get_close_matches(wanted, self._by_name, n=4, cutoff=0.4)
        titles = dict.fromkeys(f"{self._by_name[n].title}({self._by_name[n].id})" for n in near)
        hint = f"；相近的有：{'、'.join(titles)}" if titles else ""
        if unread := [f"{name}.toml" for name in self.faults if name not in self._types]:
            hint += f"；本工作区有登记因有错而没有用：{'、'.join(unread)}"
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


@dataclass(frozen=True, slots=True)
class _Faulty:
    """A declaration that cannot be used; ``ids`` are the types that it may mean."""

    ids: tuple[str, ...]
    fault: TemplateFault


def _is_one_of(folder: Path, others: Sequence[Path]) -> bool:
    return folder.resolve() in [other.resolve() for other in others]


def _not_allowed(own: Mapping[str, DocumentType], shipped: Mapping[str, DocumentType]) -> Iterator[_Faulty]:
    """Yield what a workspace's declarations may not say, though each by itself is without a fault."""
    codes = {kind.code: kind for kind in (*own.values(), *shipped.values())}
    for kind in own.values():
        problems = list(_weaker(kind, shipped[kind.id])) if kind.id in shipped else []
        if (other := codes[kind.code]).id != kind.id:
            problems.append(f"与“{other.title}”的代码同为 {kind.code}")
        if problems:
            what = f"“{kind.title}”的自定义登记不符合要求"
            yield _Faulty((kind.id,), TemplateFault(what, file=f"{kind.id}.toml", problems=problems))


def _laid_over(
    own: Mapping[str, DocumentType], shipped: Mapping[str, DocumentType], faulty: Sequence[_Faulty]
) -> tuple[dict[str, DocumentType], dict[str, TemplateFault]]:
    """Return the types, a workspace's own before the shipped ones, and what is wrong with those that are passed over."""
    faults: dict[str, TemplateFault] = {}
    for one in faulty:
        # A copy under another name says the id of a type that may well have its own file.
        for name in one.ids[:1] + tuple(name for name in one.ids[1:] if name not in own):
            faults.setdefault(name, one.fault)
    types = {**shipped, **{name: kind for name, kind in own.items() if name not in faults}}
    for name in faults.keys() & shipped.keys():
        fault = faults[name]
        types[name] = replace(shipped[name], refused=tuple(fault.problems) or (fault.what,))
    return types, faults


def _read_folder(
    folder: Path, templates: Mapping[str, Path], kept: CheckedTables, faulty: list[_Faulty]
) -> Iterator[DocumentType]:
    for path in sorted(folder.glob("*.toml"), key=str):
        template = None if path.name == MATERIALS else templates.get(path.stem)
        if unchanged := _unchanged_file(path, template, kept):
            yield from unchanged
        else:
            yield from _changed_file(path, template, kept, faulty)


def _unchanged_file(path: Path, template: Path | None, kept: CheckedTables) -> list[DocumentType]:
    """Return the entries of a file that has not changed since it was read without a fault; else none."""
    with suppress(TypeError, ValueError, KeyError, AttributeError):  # read by a program with other keys
        return [build_type(entry, template=template) for entry in kept.get(str(path), mark_of(path)) or ()]
    return []


def _changed_file(
    path: Path, template: Path | None, kept: CheckedTables, faulty: list[_Faulty]
) -> list[DocumentType]:
    many, found, before = path.name == MATERIALS, [], len(faulty)
    try:
        entries = _tables(path)
    except TemplateFault as fault:
        faulty.append(_Faulty((path.stem,), fault))
        return []
    for entry in entries:
        said = str(entry.get("id", ""))
        name = f"{path.name} [{said}]" if many else path.name
        try:
            if not many and said != path.stem and "id" in entry:
                raise TemplateFault(f"id“{said}”应与文件名一致", file=path.name)
            found.append(read_type(name, entry, template=template))
        except TemplateFault as fault:
            faulty.append(_Faulty((said,) if many else (path.stem, said), fault))
    if len(faulty) == before and settled(path):
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
