"""Fills a Word template with values, strictly, and looks at the result before anybody else does.

Only this module imports docxtpl. docxtpl's own reading of Word's XML is used (tags split over runs,
``{%tr``, ``{%p``), but not its defaults, which are dangerous: here an unknown name is an error, everything is escaped,
templates run in a sandbox without globals (``sandbox``), values are never read as template code, line ends in values
become paragraphs, and what comes out is reopened and compared with what went in. The patched XML and the compiled
template are kept per content of the file; members of the package that do not change are copied.
"""

from __future__ import annotations

import io
import posixpath
import re
import zipfile
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from html import unescape
from pathlib import Path
from typing import Final

from docxtpl import DocxTemplate
from jinja2 import Template
from lxml import etree

from archivist.doctypes.catalogue import PLACES, REMEDY_PHRASES, DocumentType, Mode, Origin
from archivist.documents.render import boxes as form_boxes
from archivist.documents.render import continuation
from archivist.documents.render.docx_package import Member, join, member, pack
from archivist.documents.render.qr import qr_png
from archivist.documents.render.sample_values import label, specimen
from archivist.documents.render.sandbox import (
    BUILT_IN,
    PUT,
    blank,
    boxes,
    compile_source,
    environment,
    filled,
    paths_in,
    printed,
    short,
)
from archivist.documents.render.template_package import PARSER, PRINTED_PARTS, main_part, read_members
from archivist.errors import RenderedWrong, TemplateFault
from archivist.os_reasons import reason_of

__all__ = [
    "BUILT_IN",
    "QR_MARK",
    "QR_SIDE_MM",
    "blank",
    "boxes",
    "declared_paths",
    "declared_vs_used",
    "document_text",
    "environment",
    "filled_sources",
    "inspect",
    "members_of",
    "pack",
    "paths_in",
    "printed_sources",
    "qr_png",
    "render",
    "short",
    "sources",
    "unused",
    "used_paths",
]  # fmt: skip
QR_MARK: Final = "archivist-qr"
"""``descr`` of the picture that stands where the QR code will be printed; Word and WPS keep it."""
QR_SIDE_MM: Final = 24.0
"""Side of the printed code with its white border: 0.73 mm a module in version 2, 0.69 mm in version 3."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


# ── templates ────────────────────────────────────────────────────────────────────────────────────────────
@dataclass(frozen=True)
class _Prepared:
    """A template read once.

    Attributes:
        members: the package's members as they are.
        body: which of them is the text itself.
        sources: the patched XML of those with tags.
        texts: the same as they are filled, the boxes measured.
        compiled: the same, compiled.
        pictures: the members that stand for the QR code.
        packed: the members that never change, compressed for the finished documents.
        fixed: the text of those among them that print some.
        title: of the document, from its properties.
    """

    members: Mapping[str, bytes]
    body: str
    sources: Mapping[str, str]
    texts: Mapping[str, str]
    compiled: Mapping[str, Template]
    pictures: frozenset[str]
    packed: Mapping[str, Member]
    fixed: str
    title: str


def _prepare(template: Path) -> _Prepared:
    try:
        data = template.read_bytes()
    except OSError as error:
        raise TemplateFault(f"模板打不开（{reason_of(error)}）", file=template.name) from None
    try:
        return _prepared(data)
    except TemplateFault as error:
        raise TemplateFault(error.what, file=template.name, problems=error.problems) from None


@lru_cache(maxsize=64)
def _prepared(data: bytes) -> _Prepared:
    members = read_members(data)
    body = main_part(members)
    sources, texts, compiled = {}, {}, {}
    types = form_boxes.types_of(members.get("word/styles.xml", b"").decode("utf-8", "replace"))
    for name in filter(PRINTED_PARTS.fullmatch, members):
        source: str = DocxTemplate.patch_xml(None, members[name].decode("utf-8"))
        if "{{" in source or "{%" in source or "{#" in source:
            sources[name] = source
            texts[name] = form_boxes.boxed(source, types) if name == body else source
            compiled[name] = compile_source(texts[name])
    pictures = frozenset(_qr_pictures(members))
    packed = {
        n: member(n, content) for n, content in members.items() if n not in compiled and n not in pictures
    }
    try:
        fixed = "".join(_printed_text(members[n]) for n in filter(PRINTED_PARTS.fullmatch, packed))
    except etree.XMLSyntaxError as error:
        raise TemplateFault(f"模板的内容损坏：{error}") from None
    properties = members.get("docProps/core.xml", b"").decode("utf-8", "replace")
    title = re.search(r"<dc:title>([^<]+)</dc:title>", properties)
    return _Prepared(
        members,
        body,
        sources,
        texts,
        compiled,
        pictures,
        packed,
        fixed,
        unescape(title[1]) if title else "本文书",
    )


def _qr_pictures(members: Mapping[str, bytes]) -> Iterator[str]:
    """Yield the names of the media members that stand for the QR code."""
    for name in filter(PRINTED_PARTS.fullmatch, members):
        text = members[name].decode("utf-8", "replace")
        folder, _, base = name.rpartition("/")
        links = members.get(f"{folder}/_rels/{base}.rels", b"").decode("utf-8", "replace")
        for drawing in re.findall(r"<w:drawing>.*?</w:drawing>", text, re.DOTALL):
            if QR_MARK not in drawing or not (used := re.search(r'r:embed="([^"]+)"', drawing)):
                continue
            for link in re.findall(r"<Relationship [^>]*>", links):
                target = re.search(r'Target="([^"]+)"', link)
                if f'Id="{used[1]}"' in link and target:
                    yield posixpath.normpath(posixpath.join(folder, target[1])).lstrip("/")


# ── rendering ────────────────────────────────────────────────────────────────────────────────────────────
def render(
    template: Path,
    values: Mapping[str, object],
    *,
    qr_payload: str | None,
    phrases: Sequence[str] = (),
    continued: list[str] | None = None,
) -> bytes:
    """Fill a template and return the finished ``.docx``; the same input gives the same bytes.

    Args:
        template: the ``.docx`` with its tags.
        values: nested, as ``facts.document_values`` makes them; all text.
        qr_payload: printed as a QR code and as clear text; ``None`` for a draft, which has neither.
        phrases: must stand in the result, blanks not counted.
        continued: takes the names of the boxes whose text goes on on an addendum page (续页).

    Raises:
        TemplateFault: E303, the template is damaged, uses an unknown name or does something forbidden.
        RenderedWrong: E304, a tag is left, or a phrase or a value did not arrive in the result.
    """
    prepared = _prepare(template)
    if qr_payload is not None and not prepared.pictures:
        raise TemplateFault("模板中没有二维码图片（其“替代文字”应为 archivist-qr）", file=template.name)
    put: list[str] = []
    everything = {**values, BUILT_IN: qr_payload or ""}
    changed, rests = _render_parts(prepared, everything, put, template.name)
    if continued is not None:
        continued += [rest.caption for rest in rests]
    packed = {**prepared.packed, **{name: member(name, content) for name, content in changed.items()}}
    if prepared.pictures:
        picture = member("", qr_png(qr_payload), compress=False)
        packed |= {name: replace(picture, name=name) for name in prepared.pictures}
    data = join(packed[name] for name in prepared.members)
    if problems := inspect(data, put, phrases, fixed=prepared.fixed, parts=changed):
        raise RenderedWrong("生成的文书与模板、内容不符", file=template.name, problems=problems)
    return data


def _render_parts(
    prepared: _Prepared, values: Mapping[str, object], put: list[str], name: str
) -> tuple[dict[str, bytes], Sequence[continuation.Rest]]:
    """Return the parts with their tags filled in, and what went on on an addendum page."""
    rests: list[continuation.Rest] = []
    tokens = PUT.set(put), continuation.REST.set(rests)
    try:
        parts = {
            part: _render_part(compiled, values, put, name) for part, compiled in prepared.compiled.items()
        }
        if rests:
            title, code = prepared.title, str(values[BUILT_IN])
            texts = [replace(rest, text=str(printed(rest.text))) for rest in rests]
            before, last, after = parts[prepared.body].rpartition("<w:sectPr")
            parts[prepared.body] = _with_breaks(
                f"{before}{continuation.page(texts, title, code)}{last}{after}", put
            )
    finally:
        PUT.reset(tokens[0])
        continuation.REST.reset(tokens[1])
    return {part: _finished(text, name) for part, text in parts.items()}, rests


def _render_part(compiled: Template, values: Mapping[str, object], put: list[str], name: str) -> str:
    before = len(put)
    text = filled(compiled, values, name)
    return _with_breaks(text, put[before:])


def _with_breaks(text: str, put: Sequence[str]) -> str:
    return _with_paragraphs(text) if any("\n" in t or "\t" in t for t in put) else text


def _finished(text: str, name: str) -> bytes:
    leftover = re.search(r"\{\{|\{%|\{#", text)
    if leftover:
        near = re.sub(r"<[^>]+>", "", text[leftover.start() : leftover.start() + 400])[:40]
        raise RenderedWrong(f"仍有未处理的模板标签“{near}”", file=name)
    return text.replace("\ufdd0", "{").replace("\ufdd1", "}").encode("utf-8")


def _with_paragraphs(text: str) -> str:
    """Let docxtpl turn line ends and tabs of values into Word's; only paragraphs that have some are gone through."""
    pieces = text.split("</w:p>")
    for i, piece in enumerate(pieces[:-1]):
        if "\a" in piece or "\t" in piece:
            pieces[i] = DocxTemplate.resolve_listing(None, f"{piece}</w:p>").removesuffix("</w:p>")
    return "</w:p>".join(pieces)


def inspect(
    data: bytes,
    values: Sequence[str],
    phrases: Sequence[str],
    *,
    fixed: str = "",
    parts: Collection[str] | None = None,
) -> list[str]:
    """Reopen a finished document and list what is wrong with it.

    Args:
        data: the ``.docx``.
        values: every text that was printed; each line of each must be found again.
        phrases: must be found, blanks not counted.
        fixed: what the members print that are known not to have changed.
        parts: the members to look at; all by default.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            names = filter(PRINTED_PARTS.fullmatch, package.namelist()) if parts is None else parts
            text = _squeezed("".join((*(_printed_text(package.read(n)) for n in names), fixed)))
    except (etree.XMLSyntaxError, zipfile.BadZipFile, KeyError) as error:
        return [f"生成的文件不能重新打开：{error}"]
    lines = dict.fromkeys(_squeezed(line) for value in values for line in value.splitlines())
    lost = [f"内容“{line[:12]}…”没有完整地写进文书" for line in lines if line and line not in text]
    return lost + [f"缺少必备语句“{p}”" for p in phrases if _squeezed(p) not in text]


def _squeezed(text: str) -> str:
    return "".join(text.split())


def _printed_text(part: bytes) -> str:
    """Return the characters a part prints, all in one."""
    return "".join(map(str, etree.fromstring(part, PARSER).itertext(f"{_W}t", with_tail=False)))


def document_text(data: bytes) -> Iterator[str]:
    """Yield the text of each paragraph of a ``.docx``: body first, then headers, footers and notes."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        for name in sorted(
            filter(PRINTED_PARTS.fullmatch, package.namelist()), key=lambda n: ("document" not in n, n)
        ):
            for paragraph in etree.fromstring(package.read(name), PARSER).iter(f"{_W}p"):
                yield "".join(
                    {"t": node.text or "", "tab": "\t", "br": "\n"}.get(etree.QName(node).localname, "")
                    for node in paragraph.iter(f"{_W}t", f"{_W}tab", f"{_W}br")
                    if etree.QName(node.getparent()).localname == "r"
                ) + "\n"  # fmt: skip


def filled_sources(template: Path) -> Mapping[str, str]:
    """Return the XML of every part that has tags as it is filled: tags in one piece, the boxes measured.

    Raises:
        TemplateFault: E303, the template is damaged.
    """
    return _prepare(template).texts


def members_of(template: Path) -> Mapping[str, bytes]:
    """Return the members of a template's package as they are.

    Raises:
        TemplateFault: E303, it is no Word document, or not one that can be filled.
    """
    return _prepare(template).members


# ── checking a template ──────────────────────────────────────────────────────────────────────────────────
def sources(template: Path) -> tuple[str, ...]:
    """Return the XML of every part of a template that has tags."""
    return tuple(_prepare(template).sources.values())


def printed_sources(template: Path) -> tuple[str, ...]:
    """Return the XML of every part of a template that prints, with or without tags; tags are in one piece."""
    prepared = _prepare(template)
    return tuple(
        prepared.sources.get(name) or prepared.members[name].decode()
        for name in filter(PRINTED_PARTS.fullmatch, prepared.members)
    )


def used_paths(template: Path) -> set[str]:
    """Return every dotted path a template reads, in all branches; a table's cells as ``members[].name``."""
    return set().union(*(paths_in(source, {}) for source in _prepare(template).sources.values()))


def declared_paths(doc: DocumentType) -> set[str]:
    """Return every path a template of this document may read."""
    declared = {BUILT_IN}
    for spec in doc.fields:
        declared.add(spec.path)
        declared.update(f"{spec.path}[].{c.key}" for c in spec.columns)
        if spec.kind == "list":
            declared.add(f"{spec.path}[]")
    return declared


def unused(doc: DocumentType, used: set[str]) -> list[str]:
    """List the declared fields and columns that should be printed and are not among the paths used."""
    tables = {u.split("[]")[0] for u in used if "[]" in u}
    silent = [
        f
        for f in doc.fields
        if f.kind not in PLACES and f.mode is not Mode.OPTIONAL and f.origin is not Origin.OFFICE
    ]
    return [
        f"登记的字段 {f.named} 没有出现在模板中"
        for f in silent
        if f.path not in used and f.path not in tables
    ] + [
        f"登记的列 {f.label}·{c.label}({f.path}[].{c.key}) 没有出现在模板中"
        for f in silent
        for c in f.columns
        # An ``id`` tells the program which paper a row is about; a reader is told its name.
        if c.key != "id" and f"{f.path}[].{c.key}" not in used
    ]


def declared_vs_used(doc: DocumentType, template: Path) -> list[str]:
    """List where a template and its declaration disagree; empty when they fit.

    Every path in every branch is compared with the declared fields; then the template is filled once with a stand-in
    for each field, which shows what only happens on rendering (a missing phrase, a broken table).
    """
    try:
        used = used_paths(template)
        problems = [f"模板用了没有登记的字段 {p}" for p in sorted(used - declared_paths(doc))]
        problems += unused(doc, used)
        if not problems:
            own = [p for p in doc.phrases if p not in REMEDY_PHRASES]
            render(template, specimen(doc, label), qr_payload="AV1-TEST", phrases=own)
    except (TemplateFault, RenderedWrong) as error:
        return [error.what, *error.problems]
    return problems
