"""Every whole command the harness strikes at, by its name."""

from __future__ import annotations

from typing import Final

from tests.faults.bureau import OF_BUREAU
from tests.faults.handovers import OF_OFFICES
from tests.faults.later_life import OF_CUSTODY
from tests.faults.office import OF_CASES

COMMANDS: Final = {**OF_CASES, **OF_CUSTODY, **OF_OFFICES, **OF_BUREAU}
