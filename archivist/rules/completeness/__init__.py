"""What must be in a file, and whether it is.

``required_papers`` what an applicant hands in, and whether it is beyond doubt · ``evidence`` what an answer rests on ·
``exceptional_acts`` what somebody has to look at · ``dossier`` a file as the checks see it · ``paper_checks``
``procedure_checks`` one function a test · ``checks`` their names · ``run`` which of them concern a case, and what each came to ·
``lacking`` what of the papers a list says.
"""

__all__ = [
    "checks",
    "dossier",
    "evidence",
    "exceptional_acts",
    "lacking",
    "paper_checks",
    "procedure_checks",
    "required_papers",
    "run",
]
