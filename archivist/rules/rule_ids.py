"""The rules that the program itself asks for; a rule pack may have many more.

Whatever row is neither asked for here nor a time limit (``starts``, which ``due`` counts) is only shown to people, and
says so: ``display = true``. What no shipped pack has, or what is only shown, is not named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Self

from archivist.rules.unit import LENGTH, TIME, Unit

NO_CATEGORY: Final = "无"
"""Value of ``across.excludes`` and ``across.ends`` where there is no such category: said, for silence refuses the act."""
_CAP: Final = (Unit.YUAN, Unit.TIMES, Unit.WORDS)


class RuleId(StrEnum):
    """Id of a rule, as rule packs write it, with the units its value may have: the program reckons with them."""

    units: tuple[Unit, ...]

    def __new__(cls, value: str, *units: Unit) -> Self:  # noqa: D102
        member = str.__new__(cls, value)
        member._value_, member.units = value, units
        return member

    CATEGORY_SINCE = "category.since", Unit.CALENDAR
    """From which day on a category may be applied for, as ``YYYY-MM-DD``; always where a category has no such row."""
    # time limits of the application
    OVERALL = "overall", *TIME
    OVERALL_EXTENDED = "overall.extended", *TIME
    CORRECTION_CONSEQUENCE = "correction.consequence", Unit.WORDS
    CORRECTION_TIME = "correction.time", *TIME, Unit.WORDS
    """By when missing papers are to be handed in after the notice; in words where no rule says."""
    VERIFY_START = "verify.start", *TIME
    VERIFY_OBLIGORS = "verify.obligors", Unit.YES_NO
    """Obligors outside the household must authorise the check of means; else only who consents is checked."""
    VERIFY_EXPLAIN = "verify.explain", *TIME, Unit.WORDS
    PUBLICITY_INITIAL = "publicity.initial", *TIME
    PUBLICITY_AGAIN = "publicity.again", *TIME
    PUBLICITY_PROPOSED = "publicity.proposed", *TIME
    PUBLICITY_OBJECTION_RECHECK = "publicity.objection.recheck", *TIME
    DECIDE = "decide", *TIME
    INFO_DISCLOSURE = "info.disclosure", *TIME
    REFUSAL_INFORM = "refusal.inform", *LENGTH
    TEMP_EMERGENCY_ADVANCE = "temp.emergency.advance", *TIME
    TEMP_EMERGENCY_PAPERWORK = "temp.emergency.paperwork", *TIME, Unit.WORDS
    TEMP_EXPENDITURE_KNOWN = "temp.expenditure.known", *TIME
    TEMP_EXPENDITURE_OTHER = "temp.expenditure.other", *TIME
    # money
    PAY_START = "pay.start", Unit.MONTH_END
    PAY_STOP = "pay.stop", Unit.MONTH_END
    """From which month after the decision nothing is paid."""
    PAY_CHANGE = "pay.change", Unit.MONTH_END
    """From which month after the decision more or less is paid."""
    DISABILITY_PAYSTART = "disability.paystart", Unit.MONTH_END
    TEMP_TOWN_APPROVAL_CAP = "temp.town_approval_cap", *_CAP
    TEMP_OVER_CAP = "temp.over_cap", Unit.YES_NO
    """The joint conference (联席会议) decides what exceeds the cap; a stated basis does not do instead."""
    TEMP_ADVANCE_CAP = "temp.advance_cap", *_CAP
    TEMP_QUICK_CAP = "temp.quick.cap", *_CAP
    TEMP_QUICK_TIME = "temp.quick.time", *TIME
    COMPLAINT_ANSWERED_BY = "complaint.answered_by", Unit.WORDS
    """Who answers petitions and reports: the body that receives them."""
    RECOVERY_ORDERED_BY = "recovery.ordered_by", Unit.WORDS
    """Who orders that what was got unlawfully is paid back."""
    RECOVERY_REPAY = "recovery.repay", *TIME
    RECOVERY_ENFORCE = "recovery.enforce", *TIME
    RECOVERY_URGE = "recovery.urge", Unit.WORKDAYS
    # while in benefit, and its end
    REVIEW_CYCLE = "review.cycle", Unit.MONTHS
    REVIEW_ANNUAL_WINDOW = "review.annual.window", Unit.QUARTER, Unit.WITHIN_QUARTER
    VISIT_ALERT = "visit.alert", *TIME
    VISIT_MONTHLY_RATIO = "visit.monthly.ratio", Unit.RATIO
    SINGLE_COVER = "single.cover", Unit.WORDS
    """The grounds on which one person of a family at the border is taken into 低保, with ``、`` between them."""
    RECOGNITION_VALIDITY = "recognition.validity", Unit.MONTHS
    GRADUAL_EXIT = "gradual.exit", Unit.MONTHS
    REASSESS = "reassess", *LENGTH
    NONREPORT_EDUCATION = "nonreport.education", Unit.MONTHS
    PENALTY_FRAUD = "penalty.fraud", Unit.WORDS
    """What follows from fraud, as a paper warns of it."""
    DEATH_PROCESS = "death.process", Unit.MONTHS
    PUBLICITY_TERMINATION = "publicity.termination", *TIME
    TERMINATION_OBJECTION = "termination.objection", *TIME
    HEARING = "hearing", Unit.YES_NO
    """The household is heard before its assistance is reduced, suspended or ended."""
    HEARING_NOBODY = "hearing.nobody", Unit.YES_NO
    """Nobody is heard where the only recipient is dead."""
    # who somebody is by age, health, number
    AGE_ADULT = "age.adult", Unit.AGE
    AGE_EARNING = "age.earning", Unit.AGE
    """From which a minor who lives on own wages acts alone."""
    AGE_ELDERLY = "age.elderly", Unit.AGE
    AGE_CONSENT = "age.consent", Unit.AGE
    """Under which a parent consents to the processing of personal data."""
    OBLIGOR_AGE_RECIPIENT = "obligor.age.recipient", Unit.AGE
    OBLIGOR_AGE = "obligor.age", Unit.AGE
    DISABILITY_SEVERE = "disability.severe", Unit.WORDS
    """The grades that count as severe, with ``、`` between them."""
    SELF_CARE_PARTIAL = "self_care.partial.max", Unit.ITEMS
    """Up to how many indicators not reached the ability is lost in part; beyond it wholly."""
    SURVEY_TEAM_MIN = "survey.team.min", Unit.PERSONS
    APPRAISAL_REPRESENTATIVES = "appraisal.representatives", Unit.FRACTION
    # other households, service, files
    ACROSS_EXCLUDES = "across.excludes", Unit.WORDS
    """Of which categories nobody may be in benefit who is granted this one; their names, with ``、`` between them."""
    ACROSS_ENDS = "across.ends", Unit.WORDS
    """Which other benefits of the same person end when this one is granted."""
    SERVICE_PUBLIC = "service.public", Unit.DAYS
    """After how many days of 公告 a paper counts as served."""
    FILING_DAYS = "filing.days", *TIME
    FILING_NEW_MONTHLY = "filing.new.monthly", Unit.CYCLE
    """The files of those newly granted go to the bureau every month."""
    ARCHIVE_QUARTERLY = "archive.quarterly", *TIME
    """They go there so long after the end of the quarter."""
    # how a place calls those who act, as its papers name them
    ROLE_INTAKE = "role.intake", Unit.WORDS
    ROLE_REVIEW = "role.review", Unit.WORDS
    ROLE_REVIEW_HEAD = "role.review_head", Unit.WORDS
    ROLE_TOWN = "role.town", Unit.WORDS
    ROLE_COUNTY = "role.county", Unit.WORDS
    ROLE_COMMITTEE = "role.committee", Unit.WORDS
    ROLE_APPRAISAL = "role.appraisal", Unit.WORDS
    ROLE_PANEL = "role.panel", Unit.WORDS
    """Who talks over what is disputed."""
    ROLE_CONFERENCE = "role.conference", Unit.WORDS
    """Who talks over help beyond the limit."""
    ROLE_LEADERSHIP = "role.leadership", Unit.WORDS
    ROLE_NOTICE = "role.notice", Unit.WORDS
    """What the first notice is called."""
    ROLE_BOARD = "role.board", Unit.WORDS
    """Where notices are posted in a village or community."""
    # what a decision says of having it looked at again
    DECISION_OWN_NAME = "decision.own_name", Unit.YES_NO
    """The office decides in its own name and answers for it itself; else the body that delegated the power does."""
    INTAKE_DELEGATED = "intake.delegated", Unit.YES_NO
    """Receiving and looking into applications is delegated too; else the law gives it to the office itself."""
    LAW_CONSENT = "law.consent", Unit.WORDS
    """By which article an obligor who does not live with the family is asked whether he consents."""
    LAW_INQUIRY = "law.inquiry", Unit.WORDS
    """On which power of inquiry a letter to another body stands."""
    LAW_RECOGNITION = "law.recognition", Unit.WORDS
    """By which article what another body confirmed is taken over; none before there was one."""
    REMEDY_RECONSIDERATION = "remedy.reconsideration", *LENGTH
    REMEDY_RECONSIDERATION_AUTHORITY = "remedy.reconsideration.authority", Unit.WORDS
    REMEDY_RECONSIDERATION_RESPONDENT = "remedy.reconsideration.respondent", Unit.WORDS
    REMEDY_LITIGATION = "remedy.litigation", *LENGTH
    REMEDY_LITIGATION_COURT = "remedy.litigation.court", Unit.WORDS
    REMEDY_LITIGATION_DEFENDANT = "remedy.litigation.defendant", Unit.WORDS
    REMEDY_LITIGATION_MAX = "remedy.litigation.max", Unit.YEARS
    PETITION_REVIEW = "petition.review", *LENGTH
    """Within which a petitioner may ask the body above to look at an opinion again."""
    RETENTION_CASE = "retention.case", Unit.YEARS
    RETENTION_DAILY = "retention.daily", Unit.YEARS
    RETENTION_DAILY_LENGTHENS = "retention.daily.lengthens", Unit.YES_NO
    RETENTION_FROM_NEXT_YEAR = "retention.from_next_year", Unit.YES_NO
    RETENTION_REFUSED = "retention.refused", Unit.YEARS
    RETENTION_OFFICE = "retention.office", Unit.YEARS
    RETENTION_ACCESS_LOG = "retention.access_log", Unit.YEARS
    """How long it is kept who was shown which households; from the end of the month."""
    # the office
    DELIBERATION_SIZE_MIN = "deliberation.size.min", Unit.PERSONS
    DELIBERATION_SIZE_MAX = "deliberation.size.max", Unit.PERSONS
    KPI_100 = "kpi.100", Unit.RATIO
    APPROVER_TITLE = "approver.title", Unit.WORDS
    """The posts of which the one who decides holds one; with ``、`` between them."""
    STAFF_MIN = "staff.min", Unit.PERSONS
    STAFF_THRESHOLD = "staff.threshold", Unit.PERSONS
    """Up to how many inhabitants a town is small."""
    STAFF_SMALL = "staff.small", Unit.PERSONS
    STAFF_SMALL_MOST = "staff.small.most", Unit.PERSONS
    STAFF_LARGE = "staff.large", Unit.PERSONS
    STAFF_LARGE_MOST = "staff.large.most", Unit.PERSONS
    STAFF_PER = "staff.per", Unit.PERSONS
    """For how many recipients there is to be one of the staff."""
    STAFF_FLOOR = "staff.floor", Unit.PERSONS
    SPOTCHECK_RATIO = "spotcheck.ratio", Unit.RATIO
    SPOTCHECK_KINSHIP = "spotcheck.kinship", Unit.RATIO


class RulePrefix(StrEnum):
    """What the ids of rules begin with that the program asks for together."""

    APPROVAL = "approval."
    """Which posts sign a document (签批链)."""
    BASIS = "basis."
    """The sentences a decision stands on: ``basis.<document, without _decision>.``."""
    SERVICE_METHOD = "service.method."
    """The ways of service (送达方式), each with what must prove it."""
    DUTY = "duty."
    """What the office has to have on record of its own work, once or by the calendar; the documents prove it."""
    RETENTION_OFFICE = "retention.office."
    """How long documents of the office are kept that are not kept like all others."""


RECOVERIES: Final = ("recovery.fraud", "recovery.mistake", "recovery.refusal")
"""After ``RulePrefix.BASIS``, where not the document's name follows: a notice of recovery stands on one of three sentences."""
BASES: Final[Mapping[str, tuple[str, ...]]] = MappingProxyType(
    {
        **dict.fromkeys(("recovery_notice", "recovery_prior"), RECOVERIES),
        "longterm_publicity": ("confirmation_announcement",),
        "hearing_notice": ("benefit_change", "suspension", "termination", "disability_ending_notice"),
    }
)
"""Document → what may follow ``RulePrefix.BASIS`` in place of its name: what it stands on depends on what it says."""
READ: Final[Mapping[str, RuleId]] = MappingProxyType({rule.value: rule for rule in RuleId})
"""Id → the rule the program asks for."""


def expected_units(rule_id: str) -> tuple[Unit, ...]:
    """Return the units in which the program reckons with a rule; none where it asks for no such rule."""
    if rule_id in READ:
        return READ[rule_id].units
    if rule_id.startswith(RulePrefix.RETENTION_OFFICE):
        return (Unit.YEARS, Unit.WORDS)
    if rule_id.startswith(RulePrefix.DUTY):
        return (Unit.CYCLE, Unit.DAY_OF_YEAR)
    return (Unit.WORDS,) if rule_id.startswith(tuple(RulePrefix)) else ()
