"""The catalogue of document types as a person looks through it: what each is, and for whom it is made."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, ClassVar

from archivist.api.result import Result
from archivist.model.ids import Category

if TYPE_CHECKING:
    from archivist.doctypes import catalogue
    from archivist.workspace import Workspace


class MadeFor(StrEnum):
    """For whom a document is made: a household, the office itself, as a register over many; nobody makes what comes in."""

    HOUSEHOLD = "按户"
    OFFICE = "机关"
    REGISTER = "册表"
    NOBODY = ""


@dataclass(frozen=True, slots=True)
class DocumentTypeView:
    """One entry of the catalogue; see ``doctypes.doctype.DocumentType`` for the attributes.

    Attributes:
        generated: whether the program makes it; else it is only filed.
    """

    id: str
    title: str
    code: str
    generated: bool
    made_for: MadeFor
    folder: str
    categories: tuple[Category, ...]

    @classmethod
    def of(cls, document: catalogue.DocumentType) -> DocumentTypeView:
        """Return an entry of the catalogue."""
        return cls(
            id=document.id,
            title=document.title,
            code=document.code,
            generated=document.generated,
            made_for=made_for(document),
            folder=document.folder,
            categories=document.categories,
        )


@dataclass(frozen=True, slots=True)
class DocumentTypes(Result):
    """Every document type: by step, generated documents before papers that come in."""

    SCHEMA: ClassVar[str] = "archivist/document-types/1"

    documents: tuple[DocumentTypeView, ...]


def catalogued(workspace: Workspace) -> DocumentTypes:
    """List the document types of the workspace."""
    return DocumentTypes(tuple(map(DocumentTypeView.of, workspace.catalogue.all())))


def document_type(workspace: Workspace, name: str) -> DocumentTypeView:
    """Return a document type by id, Chinese title, alias or code.

    Raises:
        UnknownDocument: E302, with the nearest names.
    """
    return DocumentTypeView.of(workspace.catalogue.get(name))


def made_for(document: catalogue.DocumentType) -> MadeFor:
    """Return for whom a document is made."""
    if not document.generated:
        return MadeFor.NOBODY
    if not document.of_office:
        return MadeFor.HOUSEHOLD
    from archivist.report.compilation import REGISTERS, sheetwise  # takes longer than all else of a dry run

    return MadeFor.REGISTER if document.id in REGISTERS or sheetwise(document) else MadeFor.OFFICE
