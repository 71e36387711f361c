"""Documents over many households: rosters, summaries, registers, what is reported and handed over by the month.

``query`` which cases, which period · ``case_history`` one case in the course of time · ``register`` what a register is ·
``registers`` the rows of each, registered for its document · ``compilation`` making one from the archive ·
``listed_payments`` a list of payments to compare with · ``notice_members`` who stands on a notice · ``minutes`` a meeting from the extracts in each case · ``sheet`` the rows as
``.xlsx``. The page for the printer is made in ``issuing.office_documents`` from the same rows.
"""

from archivist.report.compilation import REGISTERS, Compiled, collect, make
from archivist.report.query import Period, Query
from archivist.report.register import Register

__all__ = ["REGISTERS", "Compiled", "Period", "Query", "Register", "collect", "make"]
