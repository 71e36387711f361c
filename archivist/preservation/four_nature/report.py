"""The report of a check of the four natures: a page for people, JSON for programs, an entry in the ledger."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from archivist.doctypes.ids import DocumentId
from archivist.issuing.office_documents import render_register
from archivist.model.by import By
from archivist.model.event import Op
from archivist.model.standing import Verdict
from archivist.preservation.four_nature.items import Phase
from archivist.preservation.four_nature.run import CaseFourNature, FourNatureReport, ItemResult, tally, words
from archivist.workspace import Workspace

FOLDER: Final = "四性检测"
"""Where reports go within the outbox."""
SCHEMA: Final = "archivist/four-nature-report/1"
LONGEST: Final = 160
"""So many characters of what there is to say of an item stand on the page; the JSON beside it has all."""


def hand_out(workspace: Workspace, by: By, report: FourNatureReport) -> tuple[Path, ...]:
    """Write the report into the outbox and enter it in the ledger, which keeps heads and counts and names nobody.

    Args:
        workspace: the open workspace.
        by: who checked, and when.
        report: what was found.

    Raises:
        IntegrityAlarm: E202, NewerFormat: E210, of the ledger. WriteFailed: E204. TemplateFault: E303. MissingFields: E301.

    Survives: see ``Archive.hand_out``.
    """
    document = workspace.catalogue.get(DocumentId.FOUR_NATURE_REPORT)
    page = render_register(document, workspace.config, _given(report), on=report.on)
    told = (json.dumps(as_plain(report), ensure_ascii=False, indent=1) + "\n").encode()
    stem = f"{report.on.isoformat()} {document.title}"
    contents = {".docx": page, ".json": told}
    with workspace.writing(by):
        return workspace.archive.hand_out(
            FOLDER,
            stem,
            contents,
            Op.FOUR_NATURE_CHECKED,
            ledger_data(report),
            workspace.stamp(by),
            [case.number for case in report.cases],
        )


def ledger_data(report: FourNatureReport) -> dict[str, Any]:
    """Return what the ledger keeps: of each case its head, the conclusion, how many items were right, which were not."""
    return {
        "phase": report.phase.value if report.phase else "",
        "conclusion": report.conclusion.value,
        "cases": [
            {
                "case": str(case.number),
                "seq": case.seq,
                "head": case.head,
                "conclusion": case.conclusion.value,
                "passed": sum(r.verdict is Verdict.PASSED for r in case.results),
                "failed": [r.item.id for r in case.results if r.verdict is Verdict.FAILED],
                "unchecked": [r.item.id for r in case.results if r.verdict is Verdict.UNCHECKED],
            }
            for case in report.cases
        ],
    }


def as_plain(report: FourNatureReport) -> dict[str, Any]:
    """Return the whole report as JSON values."""
    return {
        "schema": SCHEMA,
        "phase": phase_words(report.phase),
        "on": report.on.isoformat(),
        "conclusion": report.conclusion.value,
        "words": words(report.overall),
        "items": [_item(result) for result in report.overall],
        "cases": [
            {
                "case": str(case.number),
                "seq": case.seq,
                "head": case.head,
                "conclusion": case.conclusion.value,
                "items": [_item(result) for result in case.results],
            }
            for case in report.cases
        ],
    }


def _item(result: ItemResult) -> dict[str, Any]:
    item, outcome = result.item, result.outcome
    return {
        "id": item.id,
        "nature": item.nature.value,
        "name": item.name,
        "required": item.required,
        "verdict": result.verdict.value,
        "wrong": list(outcome.wrong),
        "unchecked": list(outcome.unchecked),
        "seen": list(outcome.seen),
    }


def phase_words(phase: Phase | None) -> str:
    """Return the occasion in Chinese; without one every item was asked for."""
    return phase.label if phase else "全部环节"


# ── the page ─────────────────────────────────────────────────────────────────────────────────────────────
def _given(report: FourNatureReport) -> Mapping[str, object]:
    overall = report.overall
    return {
        "four.phase": phase_words(report.phase),
        "four.cases": len(report.cases),
        "four.conclusion": report.conclusion.value,
        "four.tally": "，".join(map(str, tally(overall))),
        "four.rows": [_row(n, result) for n, result in enumerate(overall, 1)],
        "four.households": [_household(case) for case in report.cases],
    }


def _row(number: int, result: ItemResult) -> dict[str, object]:
    return {
        "n": number,
        "nature": result.item.nature.value,
        "item": result.item.name,
        "required": "是" if result.item.required else "",
        "result": result.verdict.value,
        "note": _short(result.outcome.words),
    }


def _household(case: CaseFourNature) -> dict[str, object]:
    def named(verdict: Verdict) -> str:
        return "、".join(r.item.name for r in case.results if r.verdict is verdict)

    return {
        "case": str(case.number),
        "seq": case.seq,
        "head": case.head[:16],
        "conclusion": case.conclusion.value,
        "failed": named(Verdict.FAILED),
        "unchecked": named(Verdict.UNCHECKED),
    }


def _short(text: str) -> str:
    return text if len(text) <= LONGEST else text[: LONGEST - 1] + "…"
