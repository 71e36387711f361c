"""What becomes of a case.

``cases`` open, change facts · ``closing`` deregister, reopen · ``applicant_change`` somebody else becomes the applicant · ``household_split`` some form one of their own, ``household_merger`` two become one · ``facts_file`` facts from TOML, JSON, .xlsx · ``steps`` what may be done, and doing it:
``assignment`` who may, ``step_documents`` what it brings forth · ``corrections`` a step put right · ``undoing`` what the opposite of an event is · ``agenda`` what is due, ``case_sights`` what it keeps of a case, and a process of all, ``sights_basis`` whether that is as it was, ``hold_reviews`` which holds are looked at again, ``check_findings`` what the bureau wants put right · ``duties`` what the office owes for all its work, ``office_duties`` reckoned from its cases · ``next_acts`` what comes next, ``way_ahead`` what else is to come · ``across`` what other households say · ``service_records`` what a receipt serves ·
``completeness_audit`` what is missing · a roster: ``roster_headings`` where its table stands, ``roster_mapping`` what its columns are, ``roster_exported`` the workbook of an export, ``roster_reading`` its households and faults, ``roster_look`` all of it beside what the archive holds, ``roster_opening`` the files opened, ``roster_blank`` an empty one to fill in.
"""

__all__ = [
    "across",
    "agenda",
    "applicant_change",
    "assignment",
    "case_sights",
    "cases",
    "check_findings",
    "closing",
    "completeness_audit",
    "corrections",
    "duties",
    "facts_file",
    "hold_reviews",
    "household_merger",
    "household_split",
    "next_acts",
    "office_duties",
    "roster_blank",
    "roster_exported",
    "roster_headings",
    "roster_look",
    "roster_mapping",
    "roster_opening",
    "roster_reading",
    "service_records",
    "sights_basis",
    "step_documents",
    "steps",
    "undoing",
    "way_ahead",
]
