"""What must be in a file, and whether it is.

``required_papers`` what an applicant hands in · ``dossier`` a file as the checks see it · ``checks`` one function a test ·
``run`` which of them concern a case, and what each came to.
"""

__all__ = ["checks", "dossier", "required_papers", "run"]
