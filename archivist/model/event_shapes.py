"""The least an event must say, by what it did: what every reader of events relies on, whichever program wrote them.

More may stand there (shapes are open); the fold over events looks closer. An op that is not listed needs nothing.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

from archivist.model.plain_json import JsonList, JsonMap, JsonShape, JsonTable, require_shape


def _least(optional: Mapping[str, JsonShape] = MappingProxyType({}), /, **needed: JsonShape) -> JsonTable:
    return JsonTable(needed, optional, open=True)


_TEXTS: Final = JsonList(str)
_FILE: Final = _least({"record": str}, path=str, sha256=str, size=int)
_EVENT: Final = JsonTable(
    {"seq": int, "prev": str, "time": dt.datetime, "actor": str, "op": str, "data": dict},
    {
        **dict.fromkeys(
            (
                "reason",
                "pack",
                "on_behalf_of",
                "account",
                "host",
                "case",
                "known_by",
                "registered_account",
                "salt",
            ),
            str,
        ),
        "clock": dt.datetime,
        "files": JsonList(_FILE),
        "moves": JsonList(_TEXTS),
        "removed": _TEXTS,
        "source": dict,
    },
    open=True,
)
_SAID: Final = _least(
    {
        **dict.fromkeys(("doc_no", "similar_to", "dated", "unread", "code", "key"), str),
        **dict.fromkeys(("given", "values"), dict),
        "date": dt.date,
        "typed": _least(by=str),
        "signature": _least({"empty": _TEXTS}),
        "printed_pages": int,
        "evidence": JsonList(dict),
    }
)
_RECORD: Final = _least({"data": _SAID, "signs": str}, no=str, type=str, title=str, folder=str, status=str)
_FILED: Final = _least(record=_RECORD)
_STEP: Final = _least(
    {"at": str, "by": _TEXTS, "facts": dict, "values": dict}, step=str, title=str, to=str, on=dt.date
)
_PART: Final = _least(
    {"pages": JsonList(_least({"file": int, "turn": int}, page=int)), "member": int}, item=str
)
_BATCH: Final = _least({"withdrawn": _TEXTS}, parts=JsonList(_PART))
_FINDINGS: Final = JsonList(JsonMap(str))
_HOLD: Final = _least(
    {**dict.fromkeys(("authority", "doc_no", "until", "paper", "origin"), str), "review_on": dt.date, "record": _RECORD},
    hold=str, cause=str, start=dt.date,
)  # fmt: skip
_RELEASE: Final = _least({"record": _RECORD}, hold=str, by=_TEXTS, basis=str, paper=str)
_GROUP_HOLD: Final = _least(
    {**dict.fromkeys(("authority", "doc_no", "until", "category", "village"), str), "review_on": dt.date, "year": int, "numbers": _TEXTS},
    hold=str, cause=str, start=dt.date,
)  # fmt: skip
_FOUR_NATURE: Final = _least(
    case=str, seq=int, head=str, conclusion=str, passed=int, failed=_TEXTS, unchecked=_TEXTS
)
_DATA: Final[Mapping[str, JsonTable]] = {
    "case_opened": _least(
        {"holds": JsonList(_HOLD), "taken_over": _least({"since": str}, state=str)}, opened_on=dt.date, facts=dict),
    "facts_changed": _least(facts=dict),
    **dict.fromkeys(("record_filed", "document_issued", "signed_copy_filed"), _FILED),
    **dict.fromkeys(("step_taken", "household_split", "applicant_changed"), _STEP),
    "household_merged": JsonTable(
        {**_STEP.needed, "case": str, "head": str, "seq": int, "papers": JsonList(dict)},
        {**_STEP.optional, "holds": JsonList(_HOLD)}, open=True,
    ),
    "step_corrected": _least({"on": dt.date, "at": str, "by": _TEXTS, "values": dict}, seq=int),
    "deregistered": _least({"date": dt.date, "stated": str, "merged_into": _least(case=str, head=str)}),
    "check_confirmed": _least(by=_TEXTS, on=dt.date, checks=JsonMap(_TEXTS)),
    "record_moved_out": _least(record=str, to=_least(case=str, record=str)),
    "record_expunged": _least(
        {"to": _least(case=str, record=str)}, record=str, why=str, by=_TEXTS, paper=str
    ),
    "record_taken_back": _least(record=str, item=str),
    "record_retyped": _least(record=str, type=str, title=str, folder=str),
    "record_voided": _least(record=str),
    "service_recorded": _least({"received_on": str}, receipt=str, serves=_TEXTS),
    "check_feedback": _least({"record": str, "text": str, "until": str, "returned": bool}, submission=str, bureau=str, passed=bool, reply=str),
    "submission_started": _least(
        {"encrypted": bool, "custody": _least(to=str, cases=_TEXTS), "of": str}, submission=str, anchor=str, cases=int, parts=int,
    ),
    "submission_made": _least(submission=str, parts=JsonList(_least(name=str, sha256=str, size=int))),
    "submission_acknowledged": _least(submission=str, bureau=str, received_at=dt.datetime, returned=_TEXTS, reply=str),
    "volume_finished": _least(no=str, pages=JsonList(list)),
    "retention_extended": _least({"paper": str}, until=str, appraisers=_TEXTS),
    "hold_placed": _HOLD,
    "hold_released": _RELEASE,
    "hold_declared": _GROUP_HOLD,
    "group_hold_released": _RELEASE,
    "ledger_opened": _least(year=int),
    "numbers_allocated": _least(
        {"by_hand": bool, "document": str, "job": str, "run": str, "cases": _TEXTS},
        sequence=str, year=int, first=int, last=int,
    ),
    "numbers_vacant": _least({"job": str}, sequence=str, year=int, numbers=JsonList(int)),
    "office_document_issued": _least(
        {"files": JsonList(_least(path=str)), "noted": dict}, document=str, title=str, doc_no=str, date=dt.date
    ),
    "transferred_out": _least(case=str, to=str, seq=int, head=str),
    "verified": _least(quick=bool, checked=_TEXTS, findings=_FINDINGS),
    "four_nature_checked": _least({"phase": str}, conclusion=str, cases=JsonList(_FOUR_NATURE)),
    "submission_received": _least(
        {"sums": JsonList(_least(case=str, records=int, files=int, bytes=int)), "sender": str, "office_name": str},
        submission=str, office=str, anchor=str,
        parts=JsonList(_least(name=str, sha256=str)), heads=JsonList(list), returned=JsonList(_least(case=str, why=str)),
    ),
    "custody_received": _least(
        submission=str, office=str, anchor=str, parts=JsonList(_least(name=str, sha256=str)), heads=JsonList(list),
    ),
    "custody_taken_back": _least(submission=str, by=_TEXTS, paper=str),
    "sample_drawn": _least(draw=str, month=str, lot=str, frame=str, seed=str, kin=_TEXTS, drawn=_TEXTS),
    "feedback_given": _least(submission=str, office=str, cases=_TEXTS),
    "alarm_cleared": _least(case=str, how=str, findings=_FINDINGS),
    "case_destroying": _least(
        case=str, disposal=str,
        tombstone=_least(
            events=_TEXTS, persons=JsonMap(_TEXTS), copies=_TEXTS, years=JsonList(int),
            **dict.fromkeys(("list_sha256", "tagmanifest", "deregistered", "rule", "sentence", "end"), str),
            **dict.fromkeys(("records", "files", "bytes", "pages"), int),
        ),
    ),
    "case_destroyed": _least(case=str, disposal=str),
    "disposal_proposed": _least(disposal=str, list_sha256=str, cases=_TEXTS, on=dt.date),
    "disposal_appraised": _least(disposal=str, list_sha256=str, opinions=JsonMap(str), appraisers=_TEXTS),
    "disposal_approved": _least(disposal=str, list_sha256=str, cases=_TEXTS, approver=str),
    "disposal_row_withdrawn": _least(disposal=str, case=str, why=str),
    "disposal_cancelled": _least(disposal=str),
    "disposal_started": _least(disposal=str, list_sha256=str, executor=str, witnesses=_TEXTS),
    "disposal_executed": _least(disposal=str, destroyed=_TEXTS, withdrawn=_TEXTS),
    "disposal_residue_cleared": _least(disposal=str, place=str, by=_TEXTS),
    "disposal_closed": _least(disposal=str),
    "record_residue_cleared": _least(case=str, record=str, place=str, by=_TEXTS),
    **dict.fromkeys(("batch_split", "batch_joined", "batch_unlocked", "batch_undone"), _BATCH),
}  # fmt: skip


def require_event(plain: Mapping[str, Any]) -> None:
    """Refuse what does not say the least that an event must.

    Args:
        plain: the object in an event's file, of a format this program knows.

    Raises:
        MalformedData: it says at which key.
    """
    require_shape(plain, _EVENT)
    if shape := _DATA.get(plain["op"]):
        require_shape(plain["data"], shape, "data")
