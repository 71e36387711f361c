"""The facts of a household that the program itself asks for; ``field_schema`` says all that can be known.

Each is declared there (a test holds them together).
"""

from __future__ import annotations

from enum import StrEnum


class FactPath(StrEnum):
    """Where a fact of a single group stands: group and key."""

    ACCOUNT_BANK = "account.bank"
    ACCOUNT_HOLDER = "account.holder"
    ACCOUNT_NATURE = "account.nature"
    ACCOUNT_NUMBER = "account.number"
    AGENT_ID_NUMBER = "agent.id_number"
    AGENT_NAME = "agent.name"
    AGENT_PHONE = "agent.phone"
    AGENT_RELATION = "agent.relation"
    APPLICANT_ADDRESS = "applicant.address"
    APPLICANT_BIRTH_DATE = "applicant.birth_date"
    APPLICANT_CAPACITY = "applicant.capacity"
    APPLICANT_DISABILITY_CERT = "applicant.disability_cert"
    APPLICANT_HOUSEHOLD_ADDRESS = "applicant.household_address"
    APPLICANT_HUKOU = "applicant.hukou"
    APPLICANT_ID_NUMBER = "applicant.id_number"
    APPLICANT_ID_TYPE = "applicant.id_type"
    APPLICANT_NAME = "applicant.name"
    APPLICANT_SEX = "applicant.sex"
    APPLICANT_VILLAGE = "applicant.village"
    APPLICATION_ACCEPTED_ON = "application.accepted_on"
    APPLICATION_AMOUNT = "application.amount"
    APPLICATION_CAUSE = "application.cause"
    APPLICATION_DATE = "application.date"
    APPLICATION_DISPUTED = "application.disputed"
    APPLICATION_EVENT = "application.event"
    APPLICATION_EVENT_PLACE = "application.event_place"
    APPLICATION_KIN_NAME = "application.kin_name"
    APPLICATION_KINSHIP = "application.kinship"
    APPLICATION_KNOWN_RECIPIENT = "application.known_recipient"
    APPLICATION_METHOD = "application.method"
    APPLICATION_PAID_ELSEWHERE_TO = "application.paid_elsewhere_to"
    APPLICATION_QUICK = "application.quick"
    APPLICATION_RECEIVED_ON = "application.received_on"
    APPLICATION_URGENT = "application.urgent"
    BENEFIT_AMOUNT = "benefit.amount"
    BENEFIT_BASIS = "benefit.basis"
    BENEFIT_CARE_FORM = "benefit.care_form"
    BENEFIT_CARE_GRADE = "benefit.care_grade"
    BENEFIT_END = "benefit.end"
    BENEFIT_INCOME_PER_HEAD = "benefit.income_per_head"
    BENEFIT_METHOD = "benefit.method"
    BENEFIT_PERSONS = "benefit.persons"
    BENEFIT_REVIEW_CYCLE = "benefit.review_cycle"
    BENEFIT_STANDARD = "benefit.standard"
    BENEFIT_START = "benefit.start"
