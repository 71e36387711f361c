"""What a document still has to be told: every gap that its refusal names, as a field that can be filled in."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from archivist.errors import UnknownDocument

if TYPE_CHECKING:
    from archivist.workspace import Workspace

_NOT_TOLD: Final = frozenset({"office", "rule"})
"""Origins nobody tells for one document: the settings and the rule packs say those."""
_NO_TEXT: Final = frozenset({"table", "list", "sign", "seal", "image"})


@dataclass(frozen=True, slots=True)
class DocumentGap:
    """One value a document lacks.

    Attributes:
        path: what it is told by; ``label`` its Chinese name.
        choices: what it may be; nothing where any text is.
        shared: it is told alike for every household; else it belongs to each by itself.
    """

    path: str
    label: str
    choices: tuple[str, ...]
    shared: bool


def gaps(
    workspace: Workspace, document: str, problems: Iterable[str], told: Collection[str] = ()
) -> tuple[DocumentGap, ...]:
    """Return the fields of a document that a refusal (``MissingFields``, E301) says are missing and that a person can tell.

    Args:
        workspace: the open workspace.
        document: the type; nothing lacks where there is no such.
        problems: of the refusal.
        told: paths of fields that were told already: they are among the answer, to be put right.
    """
    try:
        kind = workspace.catalogue.get(document)
    except UnknownDocument:
        return ()
    said = tuple(problems)
    return tuple(
        DocumentGap(field.path, field.label, field.choices, field.origin.value == "set")
        for field in kind.fields
        if field.origin.value not in _NOT_TOLD
        and field.kind not in _NO_TEXT
        and (field.path in told or any(one.startswith(f"{field.named}缺少") for one in said))
    )
