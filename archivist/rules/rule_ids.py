"""The rules that the program itself asks for; a rule pack may have many more.

Whatever row is neither asked for here nor a time limit (``starts``, which ``due`` counts) is only shown to people, and
says so: ``display = true``. What no shipped pack has, or what is only shown, is not named here.
"""

from __future__ import annotations

from enum import StrEnum


class RuleId(StrEnum):
    """Id of a rule, as rule packs write it."""

    # time limits of the application
    OVERALL = "overall"
    OVERALL_EXTENDED = "overall.extended"
    VERIFY_EXPLAIN = "verify.explain"
    PUBLICITY_INITIAL = "publicity.initial"
    PUBLICITY_AGAIN = "publicity.again"
    PUBLICITY_PROPOSED = "publicity.proposed"
    PUBLICITY_OBJECTION_RECHECK = "publicity.objection.recheck"
    REFUSAL_INFORM = "refusal.inform"
    TEMP_EMERGENCY_PAPERWORK = "temp.emergency.paperwork"
    TEMP_EXPENDITURE_KNOWN = "temp.expenditure.known"
    TEMP_EXPENDITURE_OTHER = "temp.expenditure.other"
    # money
    PAY_START = "pay.start"
    DISABILITY_PAYSTART = "disability.paystart"
    TEMP_TOWN_APPROVAL_CAP = "temp.town_approval_cap"
    TEMP_ADVANCE_CAP = "temp.advance_cap"
    # while in benefit, and its end
    REVIEW_CYCLE = "review.cycle"
    REVIEW_ANNUAL_WINDOW = "review.annual.window"
    VISIT_MONTHLY_RATIO = "visit.monthly.ratio"
    GRADUAL_EXIT = "gradual.exit"
    DEATH_PROCESS = "death.process"
    PUBLICITY_TERMINATION = "publicity.termination"
    TERMINATION_OBJECTION = "termination.objection"
    # other households, service, files
    ACROSS_EXCLUDES = "across.excludes"
    """Of which categories nobody may be in benefit who is granted this one; their names, with ``、`` between them."""
    ACROSS_ENDS = "across.ends"
    """Which other benefits of the same person end when this one is granted."""
    SERVICE_PUBLIC = "service.public"
    """After how many days of 公告 a paper counts as served."""
    FILING_DAYS = "filing.days"
    RETENTION_CASE = "retention.case"
    RETENTION_DAILY = "retention.daily"
    RETENTION_REFUSED = "retention.refused"
    # the office
    DELIBERATION_SIZE_MIN = "deliberation.size.min"
    DELIBERATION_SIZE_MAX = "deliberation.size.max"
    STAFF_MIN = "staff.min"
    SPOTCHECK_RATIO = "spotcheck.ratio"
    SPOTCHECK_KINSHIP = "spotcheck.kinship"


class RulePrefix(StrEnum):
    """What the ids of rules begin with that the program asks for together."""

    APPROVAL = "approval."
    """Which posts sign a document (签批链)."""
    BASIS = "basis."
    """The sentences a decision stands on: ``basis.<document, without _decision>.``."""
    SERVICE_METHOD = "service.method."
    """The ways of service (送达方式), each with what must prove it."""
