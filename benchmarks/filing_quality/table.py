"""The figures as a table for people and as an object for programs."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any, Final

from benchmarks.filing_quality.truth import Verdict

_COLUMNS: Final = (
    ("files", "files"), ("papers", "papers"), ("due", "due"), ("right", "right"), ("WRONG", "wrong_household"),
    ("wrong sig", "wrong_signed"), ("hasty", "hasty"), ("type ok", "type_right"), ("tray", "in_tray"),
    ("inbox", "in_inbox"), ("LOST", "lost"),
)  # fmt: skip


def totals(verdicts: Mapping[str, Verdict]) -> Verdict:
    """Return all kinds added up."""
    whole = Verdict()
    for verdict in verdicts.values():
        whole.add(verdict)
    return whole


def table(verdicts: Mapping[str, Verdict]) -> str:
    """Return one line a kind, then the totals."""
    whole = totals(verdicts)
    rows = [["kind", *(head for head, _ in _COLUMNS), "parts", "why in the tray"]]
    rows += [_row(kind, verdict) for kind, verdict in [*verdicts.items(), ("all", whole)]]
    widths = [max(_width(row[n]) for row in rows) for n in range(len(rows[0]))]
    lines = ["  ".join(_padded(cell, w, n) for n, (cell, w) in enumerate(zip(row, widths, strict=True))).rstrip() for row in rows]  # fmt: skip
    lines.insert(1, "-" * min(160, sum(widths)))
    lines.insert(-1, lines[1])
    return "\n".join([*lines, "", *_summary(whole)])


def _row(kind: str, verdict: Verdict) -> list[str]:
    counts = [str(getattr(verdict, name) or "·") for _, name in _COLUMNS]
    parts = f"{verdict.batch_right}/{verdict.batch_due}" if verdict.batch_due else ""
    reasons = " ".join(f"{reason} {count}" for reason, count in sorted(verdict.reasons.items()))
    return [kind, *counts, parts, reasons]


def _summary(whole: Verdict) -> list[str]:
    return [
        f"wrong household     {whole.wrong_household}",
        f"wrong signed copy   {whole.wrong_signed}",
        f"lost bytes          {whole.lost} files",
        f"filed too hastily   {whole.hasty}  (in the right household, but a person should have looked)",
        f"right household     {_share(whole.due_right, whole.due)} of the single papers that should be filed",
        f"signed copies       {_share(whole.signatures_right, whole.signatures)} of those that should be filed",
        f"right type          {_share(whole.type_right, whole.typed)} of the papers in the right household",
        f"batch parts right   {_share(whole.batch_right, whole.batch_due)} of the parts that should be filed",
        f"ending changed      {whole.ending_changed} files no longer open by a double click",
    ]


def as_plain(verdicts: Mapping[str, Verdict], **more: Any) -> dict[str, Any]:
    """Return the figures as JSON takes them."""
    whole = totals(verdicts)
    return {
        **more,
        "totals": asdict(whole)
        | {
            "right_household_percent": _percent(whole.due_right, whole.due),
            "right_type_percent": _percent(whole.type_right, whole.typed),
            "batch_parts_right_percent": _percent(whole.batch_right, whole.batch_due),
        },
        "kinds": {kind: asdict(verdict) for kind, verdict in verdicts.items()},
    }


def _percent(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 1) if whole else None


def _share(part: int, whole: int) -> str:
    return f"{part / whole:.1%} ({part} of {whole})" if whole else "none"


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, width: int, column: int) -> str:
    blanks = " " * (width - _width(text))
    return text + blanks if column in (0, len(_COLUMNS) + 2) else blanks + text


def details(rows: Sequence[str]) -> str:
    """Return lines of their own under the table."""
    return "\n".join(f"  {row}" for row in rows)
