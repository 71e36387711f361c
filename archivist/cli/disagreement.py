"""Issued documents that disagree with what is known now, as ``case show`` tells them."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from archivist.cli.session import Session
    from archivist.documents.values.superseded import Stale
    from archivist.model.case import Case
    from archivist.workspace import Workspace

_LONG_NUMBER: Final = re.compile(r"(?<!\d)\d{8,}[\dXx]")
_SHOWN: Final = 60
"""Characters of a field shown; ``--full`` shows all."""


def find(workspace: Workspace, case: Case) -> tuple[Stale, ...]:
    """Compare the issued documents of a case with its facts; nothing is loaded where none was issued."""
    if not any("facts_sha256" in r.data for r in case.records.values()):
        return ()
    from archivist.documents.values.superseded import stale

    return stale(case, workspace.archive.chain(case.number).events, workspace.catalogue, workspace.config)


def as_json(found: Sequence[Stale]) -> list[dict[str, Any]]:
    """Return them as ``--json`` prints them."""
    return [
        {
            "record": one.record.no,
            "title": one.record.title,
            "fields": [
                {"path": d.path, "label": d.label, "then": d.then, "now": d.now} for d in one.differences
            ],
        }
        for one in found
    ]


def show(session: Session, found: Sequence[Stale], *, full: bool) -> None:
    """Print the table for people."""
    if found:
        session.table(
            ("件号", "文书", "项目", "文书上为", "现为"),
            [
                (one.record.no, one.record.title, d.label, _shown(d.then, full), _shown(d.now, full))
                for one in found
                for d in one.differences
            ],
            title="与现有信息不一致的已制发文书（请核实是否须重新制发）",
        )


def _shown(text: str, full: bool) -> str:
    """Shorten what a screen should not show: numbers of persons and accounts, and long tables."""
    if full:
        return text
    masked = _LONG_NUMBER.sub(lambda m: f"{m[0][:2]}…{m[0][-2:]}", text)
    return masked if len(masked) <= _SHOWN else f"{masked[:_SHOWN]}…"
