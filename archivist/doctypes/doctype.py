"""One entry of the catalogue: what a document type is, field by field.

The names of the attributes are the keys of its ``.toml``; see ``declaration`` for how that is read.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import Annotated, Any, Final

from archivist.declarations.builder import build
from archivist.declarations.forms import GIVEN, NOT_DECLARED, Condition, Words, matching, one_of
from archivist.doctypes.field_defaults import completed
from archivist.doctypes.field_paths import FieldPath
from archivist.doctypes.page_look import PageLook
from archivist.errors import UsageError
from archivist.model.ids import Category
from archivist.model.states import State
from archivist.model.values import KINDS


class Mode(StrEnum):
    """What becomes of a field that is not known."""

    SYSTEM = "system"
    """The document is refused."""
    HAND = "hand"
    """A blank for the pen."""
    OPTIONAL = "optional"
    """Nothing is printed."""


class Origin(StrEnum):
    """Where a field's value comes from."""

    FACT = "fact"
    OFFICE = "office"
    CASE = "case"
    COMPUTED = "computed"
    RULE = "rule"
    SET = "set"

    @property
    def label(self) -> str:
        """How messages name it."""
        return _ORIGIN_LABELS[self]


_ORIGIN_LABELS: Final[Mapping[Origin, str]] = MappingProxyType(
    {
        Origin.FACT: "户档信息",
        Origin.OFFICE: "工作区设置",
        Origin.CASE: "户档",
        Origin.COMPUTED: "系统计算",
        Origin.RULE: "规则包",
        Origin.SET: "制发时填写",
    }
)


class DocumentKind(StrEnum):
    """What sort of paper a document is."""

    FORM = "form"
    DECISION = "decision"
    NOTICE = "notice"
    MINUTES = "minutes"
    LETTER = "letter"
    PUBLICITY = "publicity"
    REGISTER = "register"
    """A list over many households."""
    AGREEMENT = "agreement"
    COVER = "cover"
    """A page of the archive's own: 封面、目录、备考表."""
    MATERIAL = "material"
    INCOMING = "incoming"


COLLECTED: Final = (DocumentKind.MATERIAL, DocumentKind.INCOMING)
"""Papers that only come in."""
GENERATED: Final = tuple(kind for kind in DocumentKind if kind not in COLLECTED)


class Numbering(StrEnum):
    """Whether a document takes a reference number (文号)."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    NONE = "none"


PLACES: Final = ("sign", "seal", "image")
"""Kinds that are empty places on paper, not values: signature, seal, photograph."""
SIGNED: Final = PLACES[:2]
NOBODY: Final = "—"
"""``seals`` of a document that nobody signs or seals."""
FIELD_KINDS: Final = (*KINDS, "list", "table", *PLACES)
LEVELS: Final = ("S", "S*", "N", "C")
"""How the document is grounded: named by the district's measure, implied by it, by national law, by custom."""
PRIORITIES: Final = ("P0", "P1", "P2", "P3")
REMEDY_PHRASES: Final = ("申请行政复议", "被申请人为", "提起行政诉讼", "被告为")
"""Must stand in every document that needs the remedies (行政复议法第二十条、行政诉讼法第四十六条), with the times the rules say."""

Kind = Annotated[str, one_of(FIELD_KINDS)]
Code = Annotated[str, matching("[A-Z]{3}", "三个大写英文字母")]
Folder = Annotated[str, matching(r"\d\d \S+", "两位数字、空格、名称，如“02 受理”")]


@dataclass(frozen=True, slots=True)
class Basis:
    """One sentence of law: where it stands, word for word; without a sentence, the custom it follows."""

    source: Words
    sentence: str = ""


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a table field."""

    key: Words
    label: Words
    kind: Kind = "str"
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class FieldSpec:
    """One field of a document.

    Attributes:
        path: dotted, as the template writes it.
        label: Chinese name, unique within the document.
        kind: a kind of ``model.values`` or ``list``, ``table``, ``sign``, ``seal``, ``image``.
        mode: the array of ``[fields]`` it stands in.
        only: categories that have this field; empty means all.
        choices: what an ``enum`` or ``multi`` field may be.
        columns: of a table.
        rows: a table is filled up with blank rows to this number.
    """

    path: Words
    label: Words
    kind: Kind
    mode: Mode = field(metadata=GIVEN)
    origin: Origin
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
    """One entry of the catalogue. Its fields are built when first asked for, so that a hundred entries load at once.

    Attributes:
        code: three capital letters, unique; QR codes carry it.
        folder: where it is filed, e.g. ``02 受理``; the number is the step of the procedure.
        phrases: must stand in the rendered text, blanks not counted.
        public: posted for everybody to read; the privacy rules for notices bind.
        remedies_required: adverse; must tell the ways of reconsideration and litigation.
        brought_by: ids of the steps that bring it forth.
        names_others: papers that name people of other households by their nature: a family register, a judgment, a
            list. Whom it is addressed to decides whose it is; on any other paper one number of another household, or of
            nobody on file, is enough for a person to look.
        looks: how its pages look; without any, a heading that is one of its names, and its ``phrases``.
        looks_like: ids of types that its pages look like: only the file's name or a person tells it from those.
        dated: captions beside which its own date stands, best first; ``落款``: the date by itself at the end.
        packs: only under these rule packs; empty means all.
        enabled: condition on the case.
        states: states in which it may be issued besides those of the steps of a rule pack that make or need it; ``*``
            any. A document that neither names is never issued.
        nowhere: rule pack → why its procedure has no place for the document; said when it is refused there.
        many: any number of the kind may hold at once; else one for each time its step is taken, or in an application.
        excludes: ids of the documents that say the opposite; what one excludes, excludes it.
        guards: conditions (``rules.guards``) that hold on the day it is issued, whenever its step was taken.
        noted: paths of fields whose values the ledger notes when a document of the office is issued: days, numbers, choices; never text.
        served: it is addressed to the applicant and has to be served (送达).
        level: one of ``LEVELS``.
        priority: one of ``PRIORITIES``.
        signers: who signs, in order.
        layout: the default template in the layout language.
        layout_line: the line of the ``.toml`` its first line stands on.
        declared: its ``[fields]`` as TOML gives them: mode → rows, which have no fault.
        template: the ``.docx``; ``None`` for papers that come in.
        refused: what is wrong with the workspace's own declaration of it: none of it is made until that is put right, while those that
            were made are read by the shipped declaration.
    """

    id: Words
    title: Words
    code: Code
    kind: DocumentKind
    folder: Folder
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
    doc_no: Numbering = Numbering.NONE
    phrases: tuple[str, ...] = ()
    brought_by: tuple[str, ...] = ()
    names_others: bool = False
    looks: tuple[PageLook, ...] = ()
    looks_like: tuple[str, ...] = ()
    dated: tuple[Words, ...] = ()
    packs: tuple[str, ...] = ()
    enabled: Condition = ""
    states: tuple[Annotated[str, one_of(("*", *State))], ...] = ()
    nowhere: Mapping[Words, Words] = field(default_factory=dict)
    many: bool = False
    excludes: tuple[Words, ...] = ()
    guards: tuple[Words, ...] = ()
    noted: tuple[Words, ...] = ()
    served: bool = False
    level: Annotated[str, one_of(LEVELS)] = ""
    priority: Annotated[str, one_of(PRIORITIES)] = ""
    signers: tuple[str, ...] = ()
    layout: str = ""
    declared: Mapping[str, Sequence[Mapping[str, Any]]] = field(
        default_factory=dict, hash=False, metadata={**NOT_DECLARED, "key": "fields"}
    )
    layout_line: int = field(default=1, metadata=NOT_DECLARED)
    template: Path | None = field(default=None, compare=False, metadata=NOT_DECLARED)
    refused: tuple[str, ...] = field(default=(), metadata=NOT_DECLARED)

    @cached_property
    def fields(self) -> tuple[FieldSpec, ...]:
        """What it prints, in the order of its declaration; the reference number last."""
        return tuple(self._fields())

    def _fields(self) -> Iterator[FieldSpec]:
        numbered = self.doc_no is not Numbering.NONE
        for mode in Mode:
            for row in self.declared.get(mode, ()):
                spec = build(FieldSpec, completed(row, mode))
                numbered = numbered and spec.path != FieldPath.DOC_NO
                yield spec
        if numbered:
            mode = Mode.SYSTEM if self.doc_no is Numbering.REQUIRED else Mode.OPTIONAL
            yield FieldSpec(FieldPath.DOC_NO, "文书编号", "docno", mode, Origin.RULE)

    @property
    def generated(self) -> bool:
        """Whether the program makes it; materials and incoming papers are only filed."""
        return self.kind in GENERATED

    @property
    def of_office(self) -> bool:
        """Whether it belongs to no household: a register, or a paper between offices; it is filed in no case."""
        return self.generated and (self.kind is DocumentKind.REGISTER or not self.categories)

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

    def by_path(self, given: Mapping[str, Any]) -> dict[str, Any]:
        """Return values by the paths of their fields; a name that is none of its fields' stays as it is.

        Raises:
            UsageError: E001, two names of one field.
        """
        found: dict[str, Any] = {}
        named: dict[str, str] = {}
        for name, value in given.items():
            spec = self.field(name)
            path = spec.path if spec else name
            if (earlier := named.setdefault(path, name)) != name:
                raise UsageError(f"“{earlier}”和“{name}”是{self.title}的同一项，不知道以哪个为准")
            found[path] = value
        return found
