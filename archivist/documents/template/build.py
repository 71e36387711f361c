"""The default ``.docx`` of every generated document, made from the layout in its ``.toml`` (see docs/templates.md).

``grammar`` the language · ``fields`` declared fields on paper · ``measure`` widths · ``rows`` forms and lists ·
``household`` and ``blocks.toml`` what documents share · ``writer`` which directive makes what · ``parts`` title,
body, signature · ``tables`` ruled tables · ``page`` the sheet (GB/T 9704-2012), ``letter`` that of a letter · ``keep``
what stays on one page · ``places`` whether everything to be signed can be.
What is built here is committed as ``doc_templates/*.docx``; offices edit their copies in Word or WPS.
"""

from __future__ import annotations

from collections.abc import Iterable

from archivist.doctypes.catalogue import DocumentType
from archivist.documents.render.render import unused
from archivist.documents.template import grammar
from archivist.documents.template.fields import FieldWriter
from archivist.documents.template.page import saved
from archivist.documents.template.signature_places import unplaced
from archivist.documents.template.writer import Writer
from archivist.errors import TemplateFault

__all__ = ["build", "built_all"]


def build(doc: DocumentType) -> bytes:
    """Return the default template of a document; the same bytes every time.

    Raises:
        TemplateFault: E303, every fault of the layout with its line in the ``.toml``, and every field left out.
    """
    problems: list[str] = []
    nodes = grammar.read(doc.layout, doc.layout_line, problems)
    fields = FieldWriter(doc, problems)
    writer = Writer(doc, fields, nodes)
    writer.write(nodes)
    writer.finish()
    told = sorted(dict.fromkeys(problems), key=_line) or [
        *unused(doc, fields.used),
        *unplaced(doc, fields.used, writer.document),
    ]
    if told:
        raise TemplateFault(f"“{doc.title}”的版式有 {len(told)} 处错误", file=f"{doc.id}.toml", problems=told)
    return saved(writer.document)


def _line(problem: str) -> int:
    return int(problem.split(" ")[1])


def built_all(docs: Iterable[DocumentType]) -> dict[str, bytes]:
    """Return the default template of every document that has a layout, by its id.

    Raises:
        TemplateFault: E303, the faults of all layouts together.
    """
    made: dict[str, bytes] = {}
    faults: list[str] = []
    for doc in docs:
        if not doc.layout:
            continue
        try:
            made[doc.id] = build(doc)
        except TemplateFault as error:
            faults += [f"{error.file} {p}" for p in error.problems]
    if faults:
        raise TemplateFault("版式有错，没有生成任何模板", problems=faults)
    return made
