"""What the papers of deciding and paying print: who signs, amounts in words, what goes beyond a ceiling, last days.

Like ``computed``: each function takes what is known and returns the stored form of a value, or ``None`` when it cannot
be told.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from archivist.doctypes.ids import DocumentId
from archivist.model import conditions
from archivist.model.chinese import money_in_words
from archivist.model.facts import single

if TYPE_CHECKING:
    from archivist.doctypes.catalogue import DocumentType
    from archivist.documents.values.context import Known
    from archivist.model.case import Case
    from archivist.workspace import Workspace


def _words_of(path: str) -> Callable[[Known], str | None]:
    """Return what writes the amount at a path in words."""

    def words(known: Known) -> str | None:
        amount = known.text(path)
        return money_in_words(Decimal(amount)) if amount else None

    return words


def _excess(known: Known) -> str | None:
    """By how much what is proposed goes beyond the ceiling."""
    cap, proposed = known.text("over.cap"), known.text("over.proposed")
    return str(max(Decimal(proposed) - Decimal(cap), Decimal("0.00"))) if cap and proposed else None


def _items_total(known: Known) -> str | None:
    """What the goods handed over are worth together; one without a value leaves the sum to the pen."""
    items = known.given.get("cash.items")
    values = [i.get("value") for i in items if isinstance(i, Mapping)] if isinstance(items, tuple) else []
    if not values or None in values:
        return None
    return str(sum((Decimal(str(v)) for v in values), Decimal("0.00")))


VALUES: Final[Mapping[str, Callable[[Known], object]]] = {
    "advance.amount_cn": _words_of("advance.amount"),
    "care.fee_cn": _words_of("care.fee"),
    "cash.amount_cn": _words_of("cash.amount"),
    "cash.items_total": _items_total,
    "over.excess": _excess,
    "over.proposed_cn": _words_of("over.proposed"),
}
"""Path → how it is computed when neither the case nor the clerk tells."""


# ── what the rules say ───────────────────────────────────────────────────────────────────────────────────
def ruled(workspace: Workspace, document: DocumentType, case: Case, on: dt.date) -> dict[str, object]:
    """Compute who signs in which order, and the last days these papers name."""
    return _posts(workspace, document, case) | _days(workspace, document, case, on)


POSTS: Final = "approval.posts"
"""The field of a document that prints the 签批链: a table, a row a post."""
_ROOM: Final = 7
"""Characters of a post that stand in one line; a longer one is broken before what it does."""


def _posts(workspace: Workspace, document: DocumentType, case: Case) -> dict[str, object]:
    """Return the 签批链: the row of the pack that names the document says which posts sign it."""
    if document.field(POSTS) is None:
        return {}
    rows = [
        r
        for r in workspace.pack.under("approval.", case.category, case.rules_on)
        if document.id in r.documents and conditions.holds(r.when, case)
    ]
    if not rows:
        return {}
    rule = min(rows, key=lambda r: (not r.when, len(r.categories) or 99))
    return {POSTS: [{"post": _broken(post.strip())} for post in str(rule.value).split("/")]}


def _broken(post: str) -> str:
    """Return a post with what it does, ``（复审）``, in a line of its own where both have no room in one."""
    name, bracket, does = post.rpartition("（")
    return f"{name}\n{bracket}{does}" if name and len(post) > _ROOM else post


def _days(workspace: Workspace, document: DocumentType, case: Case, on: dt.date) -> dict[str, object]:
    accepted = case.accepted_on
    match document.id:
        case DocumentId.EXTENSION_NOTICE if accepted:
            # A category without an extended time limit (特困) has no original one to extend either.
            extended = _last_day(workspace, case, accepted, "overall.extended")
            original = _last_day(workspace, case, accepted, "overall")
            return {"extension": {"original": original, "deadline": extended}} if extended else {}
        case DocumentId.TEMP_EMERGENCY_ADVANCE_REGISTER:
            return {"deadline": _last_day(workspace, case, accepted or on, "temp.emergency.paperwork")}
        case DocumentId.TEMP_EXPENDITURE_APPROVAL if accepted:
            known = single(case.facts, "application").get("known_recipient") == "是"
            local = f"temp.expenditure.{'known' if known else 'other'}"
            return {"deadline": _last_day(workspace, case, accepted, local, "overall")}
        case _:
            return {}


def _last_day(workspace: Workspace, case: Case, start: dt.date, *rule_ids: str) -> dt.date | None:
    """Return the last day by the first of these time limits that counts, whether its condition holds yet or not."""
    pack = workspace.pack
    for rule_id in rule_ids:
        for rule in pack.under(rule_id, case.category, case.rules_on):
            if rule.id == rule_id and isinstance(rule.value, int):
                return rule.deadline(start, pack.calendar).day
    return None
