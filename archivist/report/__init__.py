"""Documents over many households: rosters, summaries, registers, what is reported and handed over by the month.

``query`` which cases, which period · ``household`` one case in the course of time · ``register`` what a register is ·
``lists`` ``money`` ``figures`` ``archive`` the rows of each · ``registers`` which document has which rows · ``posted`` who
stands on a notice · ``minutes`` a meeting from the extracts in each case · ``sheet`` the rows as ``.xlsx``. The page for the printer is made in ``issue.office`` from the same rows.
"""

from archivist.report.query import Period, Query
from archivist.report.register import Register
from archivist.report.registers import REGISTERS, Found, collect, make

__all__ = ["REGISTERS", "Found", "Period", "Query", "Register", "collect", "make"]
