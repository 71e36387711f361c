"""Tries templates out before a household depends on them: shipped ones, and above all a clerk's edited copy.

Its file is looked through first (``left_behind``, ``visible_text``, ``off_page``, ``placeholders``). A template is then read (every dotted path in every branch, against the declared fields), rendered with a recorder that
notes what is really asked for, filled with sample data for each category of assistance, full and sparse, and the
result is opened. Every fault is told, not the first.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final

from jinja2 import ChainableUndefined, TemplateError

from archivist.doctypes.catalogue import DocumentType
from archivist.doctypes.field_paths import FieldPath
from archivist.documents.render import render as rendering
from archivist.documents.render.sample_values import sparse, specimen, typical
from archivist.documents.template.left_behind import left_behind
from archivist.documents.template.off_page import off_page_text
from archivist.documents.template.placeholders import placeholders
from archivist.documents.template.visible_text import unseen_text
from archivist.errors import ArchivistError, RenderedWrong, TemplateFault
from archivist.model.ids import Category

_QR = "AV1-TJHQDB2024000001-AAA1-00"


def check(doc: DocumentType, template: Path | None) -> list[str]:
    """List everything that is wrong with a template; empty when it may be used."""
    if template is None:
        return ["没有模板文件"]
    try:
        members = rendering.members_of(template)
    except TemplateFault as error:
        return [error.what, *error.problems]
    problems = left_behind(members)
    try:
        if not any(problem.startswith("文件已损坏") for problem in problems):
            problems += unseen_text(members) + off_page_text(members)
            problems += placeholders(
                rendering.printed_sources(template),
                _ALL_PATHS | rendering.declared_paths(doc),
                _captions(doc),
            )
        problems += rendering.declared_vs_used(doc, template)
        problems += _recorded(doc, template)
        if not problems:
            problems += _samples(doc, template)
    except ArchivistError as error:
        problems += [error.what, *error.problems]
    return list(dict.fromkeys(problems))


_ALL_PATHS: Final = frozenset(path.value for path in FieldPath if "." in path.value)


def _captions(doc: DocumentType) -> set[str]:
    return {spec.label for spec in doc.fields} | {
        column.label for spec in doc.fields for column in spec.columns
    }


def unknown_templates(folder: Path, known: Iterable[str]) -> list[str]:
    """Return the ``.docx`` of a workspace that belong to no document type; Word's lock files are none."""
    names = set(known)
    return sorted(
        p.name for p in folder.glob("*.docx") if p.stem not in names and not p.name.startswith(("~$", "."))
    )


# ── the recorder ─────────────────────────────────────────────────────────────────────────────────────────
class _Seen(dict[str, Any]):
    """A group of values that notes what is asked of it."""

    def __init__(self, path: str, values: Mapping[str, object], asked: set[str]) -> None:
        super().__init__({k: _watched(f"{path}{k}", v, asked) for k, v in values.items()})
        self.path, self.asked = path, asked

    def __getitem__(self, key: str) -> Any:
        self.asked.add(f"{self.path}{key}")
        return super().__getitem__(key)


def _watched(path: str, value: object, asked: set[str]) -> object:
    if isinstance(value, Mapping):
        return _Seen(f"{path}.", value, asked)
    if isinstance(value, list):
        return [_watched(f"{path}[]", item, asked) for item in value]
    return value


class _Unknown(ChainableUndefined):
    """What a template asks for and nobody declared; the rendering goes on, so that all are found."""

    def __init__(self, hint: str | None = None, obj: Any = None, name: Any = None, exc: Any = None) -> None:
        super().__init__(hint, obj, name)
        if isinstance(obj, _Seen):
            obj.asked.add(f"{obj.path}{name}")


def _recorded(doc: DocumentType, template: Path) -> list[str]:
    """Render with the recorder and list what is asked for beyond the declaration, and what fails on the way."""
    environment = rendering.environment(_Unknown)
    asked: set[str] = set()
    faults = []
    declared = rendering.declared_paths(doc)
    heads = {path.split("[]")[0].split(".")[0] for path in declared}
    groups = {".".join(p.split(".")[:n]) for p in declared for n in range(1, p.count(".") + 1)}
    for source in rendering.sources(template):
        compiled = environment.from_string(source)
        for values in _fillings(doc):
            try:
                compiled.render(_Seen("", {**values, rendering.BUILT_IN: _QR}, asked))
            except (TemplateError, TypeError, ValueError, ArithmeticError, LookupError) as error:
                faults.append(f"试填时出错：{error}")
    beyond = {p for p in asked - declared - groups if p.split("[]")[0].split(".")[0] in heads}
    return faults + [f"模板用了没有登记的字段 {path}" for path in sorted(beyond)]


def _fillings(doc: DocumentType) -> Iterator[dict[str, object]]:
    for category in doc.categories or (Category.DB,):
        yield specimen(doc, typical, category, rows=2)
        yield specimen(doc, sparse, category)


# ── samples ──────────────────────────────────────────────────────────────────────────────────────────────
def _samples(doc: DocumentType, template: Path) -> list[str]:
    """Fill the template for each category, full and sparse, and open what comes out."""
    import docx

    problems = []
    data = b""
    for category in doc.categories or (Category.DB,):
        for stand, how in ((typical, "填满时"), (sparse, "只填必填项时")):
            try:
                data = rendering.render(template, specimen(doc, stand, category, rows=2), qr_payload=_QR)
            except (TemplateFault, RenderedWrong) as error:
                problems += [f"{category.label}{how}：{p}" for p in (error.problems or (error.what,))]
    try:
        if data and not docx.Document(io.BytesIO(data)).element.body.xpath(".//w:t"):
            problems.append("生成的文书没有文字")
    except Exception:  # whatever a stranger's library meets in a stranger's file
        problems.append(
            "生成的文书不能重新打开：文件内部的关联有错，请用 Word 或 WPS 另存，或用自带的模板重新改"
        )
    return problems
