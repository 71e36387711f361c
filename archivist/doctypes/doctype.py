"""One entry of the catalogue: what a document type is, and how its ``.toml`` is read.

A field is one line of text, so that a clerk can read and edit the list and the whole catalogue loads in a few
milliseconds::

    "applicant.name"                                     a fact: its name and kind come from the facts schema
    "decision.reasons | 不予确认的理由 | text | set"      path | Chinese name | kind | where it comes from
    "application.event | only=JN,ZC"                     only for some categories of assistance
    "members | rows=4 | columns=name,relation"           a table: blank rows when nothing is known, chosen columns
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from archivist.errors import InvalidValue, TemplateFault
from archivist.model import conditions
from archivist.model.field_schema import GROUP_BY_NAME
from archivist.model.ids import Category
from archivist.model.values import KINDS

MODES: Final = ("system", "hand", "optional")
ORIGINS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "fact": "户档信息",
        "office": "工作区设置",
        "case": "户档",
        "computed": "系统计算",
        "rule": "规则包",
        "set": "制发时填写",
    }
)
"""Where a field's value comes from: key → how messages name it."""
PLACES: Final = ("sign", "seal", "image")
"""Kinds that are empty places on paper, not values: signature, seal, photograph."""
SIGNED: Final = PLACES[:2]
NOBODY: Final = "—"
"""``seals`` of a document that nobody signs or seals."""
FIELD_KINDS: Final = (*KINDS, "list", "table", *PLACES)
GENERATED: Final = (
    "form", "decision", "notice", "minutes", "letter", "publicity", "register", "agreement", "cover"
)  # fmt: skip
"""``register`` is a list over many households, ``cover`` a page of the archive's own: 封面、目录、备考表."""
COLLECTED: Final = ("material", "incoming")
DOC_NO: Final = ("required", "optional", "none")
LEVELS: Final = ("S", "S*", "N", "C")
"""How the document is grounded: named by the district's measure, implied by it, by national law, by custom."""
PRIORITIES: Final = ("P0", "P1", "P2", "P3")
REMEDY_PHRASES: Final = ("60日内", "申请行政复议", "被申请人为", "6个月内", "提起行政诉讼", "被告为")
"""Must stand in every document that needs the remedies (行政复议法第二十条、行政诉讼法第四十六条)."""

_KNOWN: Final[Mapping[str, tuple[str, str, str]]] = MappingProxyType(
    {
        "office.name": ("制发机关", "str", "office"),
        "office.district": ("区（县）", "str", "office"),
        "office.bureau": ("委托机关（区县民政局）", "str", "office"),
        "office.review_authority": ("行政复议机关", "str", "office"),
        "office.court": ("管辖法院", "str", "office"),
        "office.verification_agency": ("核对机构", "str", "office"),
        "office.address": ("办公地址", "str", "office"),
        "office.phone": ("联系电话", "str", "office"),
        "office.supervision_phone": ("监督电话", "str", "office"),
        "case.number": ("户号", "str", "case"),
        "case.category": ("救助类别", "str", "case"),
        "case.category_code": ("救助类别代码", "str", "case"),
        "made_on": ("成文日期", "date", "computed"),
        "doc_no": ("文书编号", "docno", "rule"),
        "deadline": ("办理期限", "date", "rule"),
        "household.size": ("家庭人口数", "int", "computed"),
        "signature.signer": ("署名", "str", "computed"),
        "signature.clause": ("委托说明", "str", "computed"),
        "remedies.reconsideration": ("救济途径·行政复议", "text", "computed"),
        "remedies.litigation": ("救济途径·行政诉讼", "text", "computed"),
    }
)


@dataclass(frozen=True, slots=True)
class Basis:
    """One sentence of law: where it stands, word for word."""

    source: str
    sentence: str


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table field."""

    key: str
    label: str
    kind: str = "str"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a document.

    Attributes:
        path: dotted, as the template writes it.
        label: Chinese name, unique within the document.
        kind: a kind of ``model.values`` or ``list``, ``table``, ``sign``, ``seal``, ``image``.
        mode: ``system`` known or the document is refused; ``hand`` a blank for the pen; ``optional``.
        origin: a key of ``ORIGINS``.
        only: categories that have this field; empty means all.
        choices: what an ``enum`` or ``multi`` field may be.
        columns: of a table.
        rows: a table is filled up with blank rows to this number.
    """

    path: str
    label: str
    kind: str
    mode: str
    origin: str
    only: tuple[Category, ...] = ()
    choices: tuple[str, ...] = ()
    columns: tuple[Column, ...] = ()
    rows: int = 0

    def applies(self, category: Category) -> bool:
        """Tell whether the field exists for this category of assistance."""
        return not self.only or category in self.only

    @property
    def named(self) -> str:
        """The field as messages name it: ``申请人·姓名(applicant.name)``."""
        return f"{self.label}({self.path})"


@dataclass(frozen=True)
class DocumentType:
    """One entry of the catalogue. Its fields are read when first asked for, so that a hundred entries load at once.

    Attributes:
        code: three capital letters, unique; QR codes carry it.
        kind: one of ``GENERATED`` or ``COLLECTED``.
        folder: where it is filed, e.g. ``02 受理``; the number is the step of the procedure.
        doc_no: whether it takes a reference number (文号): ``required``, ``optional``, ``none``.
        phrases: must stand in the rendered text, blanks not counted.
        public: posted for everybody to read; the privacy rules for notices bind.
        remedies_required: adverse; must tell the ways of reconsideration and litigation.
        brought_by: ids of the steps that bring it forth (``step`` in the ``.toml``).
        packs: only under these rule packs; empty means all.
        enabled: condition on the case, in the words of ``rules.conditions``.
        level: one of ``LEVELS``.
        priority: one of ``PRIORITIES``.
        signers: who signs, in order.
        lines: its fields as they were written, by mode.
        layout: the default template in the layout language.
        layout_line: the line of the ``.toml`` its first line stands on.
        template: the ``.docx``; ``None`` for papers that come in.
    """

    id: str
    title: str
    code: str
    kind: str
    folder: str
    aliases: tuple[str, ...] = ()
    issuer: str = ""
    recipient: str = ""
    categories: tuple[Category, ...] = tuple(Category)
    basis: tuple[Basis, ...] = ()
    seals: str = ""
    copies: str = ""
    per_case: str = ""
    public: bool = False
    remedies_required: bool = False
    doc_no: str = "none"
    phrases: tuple[str, ...] = ()
    lines: tuple[tuple[str, tuple[str, ...]], ...] = ()
    brought_by: tuple[str, ...] = ()
    packs: tuple[str, ...] = ()
    enabled: str = ""
    level: str = ""
    priority: str = ""
    signers: tuple[str, ...] = ()
    layout: str = ""
    layout_line: int = 1
    template: Path | None = field(default=None, compare=False)

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """What it prints, in the order of its declaration; the reference number last."""
        return tuple(_fields(self, []))

    @property
    def generated(self) -> bool:
        """Whether the program makes it; materials and incoming papers are only filed."""
        return self.kind in GENERATED

    @property
    def of_office(self) -> bool:
        """Whether it belongs to no household: a register, or a paper between offices; it is filed in no case."""
        return self.generated and (self.kind == "register" or not self.categories)

    @property
    def needs_signature(self) -> bool:
        """Whether a signature or a seal makes it valid (签章), so that it waits for its signed copy once issued.

        ``seals = "—"`` says that none does, though whoever made it may put a name to it. Where nothing is said, a
        place for one on the paper says it.
        """
        if self.seals or self.signers:
            return bool(self.signers) or self.seals != NOBODY
        kinds = {k for f in self.fields for k in (f.kind, *(c.kind for c in f.columns))}
        return not kinds.isdisjoint(SIGNED)

    @property
    def step(self) -> int:
        """The number of the step it belongs to, 1-based (第几环节)."""
        return int(self.folder.split(" ")[0])

    @property
    def names(self) -> tuple[str, ...]:
        """Everything a title line or a person may call it, the title first."""
        return (self.title, *self.aliases)

    def field(self, name: str) -> FieldSpec | None:
        """Return a field by path or Chinese name; ``申请人.姓名`` and ``申请人·姓名`` are the same."""
        wanted = name.strip().replace(".", "·")
        return next(
            (f for f in self.fields if f.path == name.strip() or f.label.replace(".", "·") == wanted), None
        )


# ── reading ──────────────────────────────────────────────────────────────────────────────────────────────
def read_type(
    file: str, raw: Mapping[str, Any], *, template: Path | None = None, checked: bool = False
) -> DocumentType:
    """Read one entry.

    Args:
        file: named in messages.
        raw: as TOML gives it.
        template: its ``.docx``.
        checked: it was read before without a fault; its fields can wait.

    Raises:
        TemplateFault: E303, listing every fault.
    """
    missing = [k for k in ("id", "title", "code", "kind", "folder") if not raw.get(k)]
    if missing:
        raise TemplateFault(f"缺少 {'、'.join(missing)}", file=file)
    plain = {
        k: raw[k] for k in (
            "issuer", "recipient", "seals", "copies", "per_case", "public", "remedies_required", "enabled", "level",
            "priority", "layout", "layout_line",
        ) if k in raw
    }  # fmt: skip
    found = DocumentType(
        id=raw["id"],
        title=raw["title"],
        code=raw["code"],
        kind=raw["kind"],
        folder=raw["folder"],
        aliases=tuple(raw.get("aliases", ())),
        categories=tuple(
            Category(c) for c in raw.get("categories", tuple(Category)) if c in Category.__members__
        ),
        basis=tuple(_basis(str(row)) for row in raw.get("basis", ())),
        phrases=(*raw.get("phrases", ()), *(REMEDY_PHRASES if raw.get("remedies_required") else ())),
        doc_no=raw.get("doc_no", "none"),
        lines=tuple((mode, tuple(raw.get("fields", {}).get(mode, ()))) for mode in MODES),
        template=template,
        brought_by=_words(raw.get("step", ())),
        packs=_words(raw.get("packs", ())),
        signers=_words(raw.get("signers", ())),
        **plain,
    )
    if checked:
        return found
    problems: list[str] = []
    fields = list(_fields(found, problems))
    problems += _faults(found, fields, raw)
    if problems:
        raise TemplateFault(f"“{found.title}”的登记有误", file=file, problems=problems)
    return found


def _fields(found: DocumentType, problems: list[str]) -> Iterator[FieldSpec]:
    """Read the lines of the fields; a document that takes a reference number has one more."""
    numbered = found.doc_no != "none"
    for mode, lines in found.lines:
        for line in lines:
            if spec := _field(str(line), mode, problems):
                numbered = numbered and spec.path != "doc_no"
                yield spec
    if numbered:
        mode = "system" if found.doc_no == "required" else "optional"
        yield FieldSpec("doc_no", "文书编号", "docno", mode, "rule")


def _faults(found: DocumentType, fields: Sequence[FieldSpec], raw: Mapping[str, Any]) -> list[str]:
    faults = [f"没有救助类别 {c}" for c in raw.get("categories", ()) if c not in Category.__members__]
    if not re.fullmatch("[A-Z]{3}", found.code):
        faults.append(f"代码“{found.code}”应为三个大写英文字母")
    if found.kind not in (*GENERATED, *COLLECTED):
        faults.append(f"kind“{found.kind}”只能是 {'、'.join((*GENERATED, *COLLECTED))}")
    if not re.fullmatch(r"\d\d \S+", found.folder):
        faults.append(f"folder“{found.folder}”应如“02 受理”")
    if found.doc_no not in DOC_NO:
        faults.append(f"doc_no 只能是 {'、'.join(DOC_NO)}")
    if found.level and found.level not in LEVELS:
        faults.append(f"level 只能是 {'、'.join(LEVELS)}")
    if found.priority and found.priority not in PRIORITIES:
        faults.append(f"priority 只能是 {'、'.join(PRIORITIES)}")
    try:
        conditions.parse(found.enabled) if found.enabled else ()
    except (ValueError, InvalidValue) as error:
        faults.append(f"enabled {error}")
    if found.of_office and found.enabled:
        faults.append("不按户制发的文书没有户档可看，不能写 enabled")
    paths = [f.path for f in fields]
    labels = [f.label for f in fields]
    faults += [f"{p} 登记了两次" for p in sorted({p for p in paths if paths.count(p) > 1})]
    faults += [f"名称“{n}”用了两次" for n in sorted({n for n in labels if labels.count(n) > 1})]
    if found.remedies_required:
        faults += [
            f"缺少救济途径字段 {p}"
            for p in ("remedies.reconsideration", "remedies.litigation")
            if p not in paths
        ]
    return faults


def _words(value: str | Sequence[str]) -> tuple[str, ...]:
    """One word or a list of words."""
    return (value,) if isinstance(value, str) else tuple(value)


def _basis(row: str) -> Basis:
    source, _, sentence = row.partition("「")
    return Basis(source.strip(), sentence.rstrip("」"))


def _field(line: str, mode: str, problems: list[str]) -> FieldSpec | None:
    path, *rest = (part.strip() for part in line.split("|"))
    options = dict(part.split("=", 1) for part in rest if re.match(r"(only|rows|columns|choices)=", part))
    words = [part for part in rest if part.split("=", 1)[0] not in options]
    label, kind, origin, choices, columns = _from_schema(path)
    label, kind, origin = (*words, *(label, kind, origin)[len(words) :])[:3]
    choices = tuple(options["choices"].split(",")) if "choices" in options else choices
    if "columns" in options:
        columns = _columns(options["columns"], columns)
    only = [c for c in options.get("only", "").split(",") if c]
    if not label or kind not in FIELD_KINDS or origin not in ORIGINS:
        problems.append(f"字段“{line}”应写成：路径 | 名称 | 类型 | 来源（{'、'.join(ORIGINS)}）")
        return None
    if bad := [c for c in only if c not in Category.__members__]:
        problems.append(f"字段“{path}”的救助类别 {'、'.join(bad)} 不存在")
        return None
    if kind == "table" and not columns:
        problems.append(f"字段“{path}”是表格，缺少 columns=")
        return None
    return FieldSpec(
        path, label, kind, mode, origin, tuple(Category(c) for c in only), choices, columns, int(options.get("rows", 0))
    )  # fmt: skip


def _from_schema(path: str) -> tuple[str, str, str, tuple[str, ...], tuple[Column, ...]]:
    """What is known of a path without being told: label, kind, origin, choices, columns."""
    head, _, key = path.partition(".")
    group = GROUP_BY_NAME.get(head)
    if group is not None and group.key == head:
        if group.many and not key:
            columns = tuple(Column(f.key, f.label, f.kind, f.choices) for f in group.fields)
            return group.label, "table", "fact", (), columns
        fact = next((f for f in group.fields if f.key == key), None)
        if fact is not None and not group.many:
            return f"{group.label}·{fact.label}", fact.kind, "fact", fact.choices, ()
    label, kind, origin = _KNOWN.get(path, ("", "", ""))
    return label, kind, origin, (), ()


def _columns(text: str, known: tuple[Column, ...]) -> tuple[Column, ...]:
    """Read ``name,relation`` (columns of a facts table) or ``name:姓名:name,post:职务`` (of any table)."""
    by_key = {c.key: c for c in known}
    columns = []
    for part in text.split(","):
        key, *rest = part.strip().split(":")
        label, kind = (*rest, "str")[:2] if rest else (key, "str")
        columns.append(by_key[key] if key in by_key and not rest else Column(key, label, kind))
    return tuple(columns)
