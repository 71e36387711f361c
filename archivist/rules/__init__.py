"""The law as data, and what follows from it; pure: case, pack and day → answer.

``packs/`` one jurisdiction each · ``rule`` the rows and their enumerations, ``unit`` what their values count, ``notation`` what a step needs and asks, ``rule_days`` by which day they hold · ``rule_ids`` those the program asks for · ``layers`` the files of packs laid over each other, ``series`` rows over rows of one id, ``unalterable`` what none of them takes away · ``row_faults``
what is wrong with one · ``pack`` a pack loaded and asked, ``summaries`` all of them without their rows, ``comparison`` two of them, ``skeleton`` a new one · ``work_calendar`` working days · ``deadlines`` time limits of a case ·
``disposition`` how long and in which order a file is kept · ``completeness`` what must be in it · ``across`` what other households say against granting, ``across_findings`` who stands in two · ``benefit_amount``
what it may be paid · ``attempt`` a step about to be taken, ``guards`` what it stands on, ``benefit_guards`` of those while in benefit, ``legal_basis`` the rules it rests on · ``guardianship`` who applies for whom · ``hearing`` who was heard before a decision against them · ``soundness`` whether a pack is sound as a whole · ``step_rows`` its row for a case · ``step_facts`` facts whose day it records · ``admissibility`` the gate of every act, by its ``prerequisites`` · ``recoveries`` money claimed back · ``reliance`` what rests on a document · ``service`` what was served (送达) and what proves it · ``service_step`` the step of service · ``staffing`` how many people there must be · ``open_matters`` what a file leaves open that is closed · ``rule_text`` rows in words ·
``payment_months`` from when what is paid, and who is paid otherwise ·
``ages`` the lines drawn by age and grade · ``remedies`` how a decision is looked at again.
"""

__all__ = [
    "across",
    "across_findings",
    "admissibility",
    "ages",
    "attempt",
    "benefit_amount",
    "benefit_guards",
    "comparison",
    "completeness",
    "deadlines",
    "disposition",
    "guardianship",
    "guards",
    "hearing",
    "layers",
    "legal_basis",
    "notation",
    "open_matters",
    "pack",
    "payment_months",
    "prerequisites",
    "recoveries",
    "reliance",
    "remedies",
    "row_faults",
    "rule",
    "rule_days",
    "rule_ids",
    "rule_text",
    "series",
    "service",
    "service_step",
    "skeleton",
    "soundness",
    "staffing",
    "step_facts",
    "step_rows",
    "summaries",
    "unalterable",
    "unit",
    "work_calendar",
]
