"""The steps of procedures that the program itself asks for; a rule pack may know many more.

Each is a step of some shipped pack (a test holds them together), and what belongs together is named once.
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final


class StepId(StrEnum):
    """Id of a step, as rule packs and events write it; part of the format of events."""

    # application
    DISCOVER = "discover"
    SUBMIT = "submit"
    ASK_CORRECTION = "ask_correction"
    ACCEPT = "accept"
    NOT_ACCEPT = "not_accept"
    ADVANCE = "advance"
    PAPERWORK = "paperwork"
    QUICK_RELIEF = "quick_relief"
    EXPLAIN_RELIEF = "explain_relief"
    ABANDON = "abandon"
    WITHDRAW = "withdraw"
    TERMINATE_PROCEDURE = "terminate_procedure"
    # investigation and decision
    KINSHIP_FILING = "kinship_filing"
    VERIFY = "verify"
    SURVEY = "survey"
    DELIVER_EXPLAIN = "deliver_explain"
    DELIVER = "deliver"
    APPRAISE = "appraise"
    PUBLICIZE = "publicize"
    PUBLICIZE_PROPOSED = "publicize_proposed"
    REVIEW = "review"
    OBJECTION = "objection"
    EXTEND = "extend"
    DELIBERATE = "deliberate"
    DELIBERATED = "deliberated"
    LEADERSHIP = "leadership"
    CONFIRM = "confirm"
    BUREAU_APPROVE = "bureau_approve"
    REFUSE = "refuse"
    REFUSE_UNEXPLAINED = "refuse_unexplained"
    TOWN_REFUSE = "town_refuse"
    BUREAU_REFUSE = "bureau_refuse"
    ANNOUNCE = "announce"
    PAY = "pay"
    # a running benefit
    VISIT = "visit"
    CLASSIFY = "classify"
    START_REVIEW = "start_review"
    REPORT_CHANGE = "report_change"
    REPORT_DEATH = "report_death"
    REVIEWED = "reviewed"
    HEAR = "hear"
    CHANGE = "change"
    SUSPEND = "suspend"
    RESUME = "resume"
    PROPOSE_TERMINATION = "propose_termination"
    TERMINATION_OBJECTION = "termination_objection"
    TERMINATE = "terminate"
    PROPOSE_ENDING = "propose_ending"
    # money claimed back
    CLAIM_BACK = "claim_back"
    REPAY_PART = "repay_part"
    REPAY_ALL = "repay_all"
    URGE_RECOVERY = "urge_recovery"
    ENFORCE_RECOVERY = "enforce_recovery"
    CLOSE_RECOVERY = "close_recovery"
    # a household's life
    TRANSFER_IN = "transfer_in"
    MOVE_OUT = "move_out"
    ABSENT = "absent"
    RETURNED = "returned"
    GRADUAL_EXIT = "gradual_exit"
    CHANGE_APPLICANT = "change_applicant"
    SPLIT_HOUSEHOLD = "split_household"
    MERGE_HOUSEHOLDS = "merge_households"
    DEREGISTER = "deregister"


GRANTING: Final = (StepId.CONFIRM, StepId.BUREAU_APPROVE, StepId.QUICK_RELIEF)
"""Decide that there is assistance; they put a household on the roll."""
REFUSING: Final = (StepId.REFUSE, StepId.REFUSE_UNEXPLAINED, StepId.TOWN_REFUSE, StepId.BUREAU_REFUSE)
"""Decide that there is none."""
UNGRANTED: Final = (
    StepId.NOT_ACCEPT, StepId.ABANDON, StepId.WITHDRAW, StepId.TERMINATE_PROCEDURE, *REFUSING,
)  # fmt: skip
"""End a procedure without any assistance."""
REVIEWS: Final = (StepId.START_REVIEW, StepId.REPORT_CHANGE, StepId.REPORT_DEATH)
"""Open a review; what is recorded of the benefit from then on is the outcome of that review."""
OBJECTIONS: Final = (StepId.OBJECTION, StepId.TERMINATION_OBJECTION)
"""Somebody objects to a notice."""
DELIVERIES: Final = (StepId.DELIVER, StepId.DELIVER_EXPLAIN)
"""A paper was served on the applicant (送达); from that day his time limits run."""
OWN_COMMANDS: Final[Mapping[str, str]] = {
    StepId.CHANGE_APPLICANT: "applicant",
    StepId.SPLIT_HOUSEHOLD: "split",
    StepId.MERGE_HOUSEHOLDS: "merge",
}
"""Steps that change more than where a case stands, and the command (``archivist case …``) by which each is taken."""
