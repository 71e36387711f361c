"""What can be told of a household, and what a document asks for: keys, Chinese names, what may be written."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar, Final

from archivist.api.result import Result
from archivist.model.field_schema import GROUP_BY_NAME, GROUPS, Field, Group

if TYPE_CHECKING:
    from archivist.doctypes.doctype import FieldSpec
    from archivist.workspace import Workspace

_KINDS: Final = {
    "str": "文字", "text": "文字", "name": "姓名", "id": "身份证号", "old_id": "15 位旧号", "date": "日期，如 2024-03-08",
    "datetime": "日期和时刻，如 2024-03-08 09:30", "ym": "年月，如 2024-03", "money": "金额（元）", "decimal": "数", "int": "整数", "bool": "是、否",
    "phone": "电话", "acct": "账号", "docno": "文号", "enum": "选一个", "multi": "可选几个", "list": "几行文字", "table": "表格",
    "sign": "签名的地方", "seal": "盖章的地方", "image": "贴照片的地方",
}  # fmt: skip
_NEEDS: Final = {"system": "必有", "hand": "没有就手写", "optional": "可没有"}


@dataclass(frozen=True, slots=True)
class FieldView:
    """One thing that can be told.

    Attributes:
        key: what is written before ``=``, in English; ``label`` the same in Chinese, either will do.
        value: what may be written: a kind, or the choices.
        need: whether a document is refused without it; empty for facts.
        comes_from: where a document takes it from; empty for facts.
    """

    key: str
    label: str
    value: str
    need: str
    comes_from: str


@dataclass(frozen=True, slots=True)
class FieldGroup:
    """Facts that belong together; of ``many`` each row has its number: ``成员[2].姓名``."""

    key: str
    label: str
    many: bool
    fields: tuple[FieldView, ...]


@dataclass(frozen=True, slots=True)
class FieldList(Result):
    """The fields of a document type, of one group of facts, or of all groups.

    Attributes:
        document: id of the document type; empty where the facts were asked about. ``title`` its Chinese name.
    """

    SCHEMA: ClassVar[str] = "archivist/fields/1"

    document: str
    title: str
    groups: tuple[FieldGroup, ...]


def fields(workspace: Workspace | None, named: str = "") -> FieldList:
    """Return what can be told.

    Args:
        workspace: the open workspace; needed for a document type only.
        named: a group of facts, or a document type; nothing: all facts.

    Raises:
        UnknownDocument: E302, it is neither.
    """
    wanted = named.strip()
    if not wanted or wanted in GROUP_BY_NAME or workspace is None:
        groups = [GROUP_BY_NAME[wanted]] if wanted in GROUP_BY_NAME else GROUPS
        return FieldList("", "", tuple(map(_facts, groups)))
    document = workspace.catalogue.get(wanted)
    asked = tuple(map(_asked, document.fields))
    return FieldList(document.id, document.title, (FieldGroup("", document.title, False, asked),))


def _facts(group: Group) -> FieldGroup:
    return FieldGroup(group.key, group.label, group.many, tuple(_fact(group, one) for one in group.fields))


def _fact(group: Group, one: Field) -> FieldView:
    row = "[1]" if group.many else ""
    return FieldView(
        f"{group.key}{row}.{one.key}",
        f"{group.label}{row}.{one.label}",
        _value(one.kind, one.choices),
        "",
        "",
    )


def _asked(one: FieldSpec) -> FieldView:
    return FieldView(
        one.path, one.label, _value(one.kind, one.choices), _NEEDS[one.mode.value], one.origin.label
    )


def _value(kind: str, choices: tuple[str, ...]) -> str:
    return " ".join(choices) if choices else _KINDS[kind]
