"""Whatever writes is struck: each use case that goes through the gate, and where its writing is killed, refused and left without power.

Promise: "Killed, out of disk or out of power at any instruction" – of every command, not of those somebody thought of.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Mapping
from pathlib import Path
from typing import Final

import archivist.api
from archivist.model.permissions import Act
from tests.faults.commands import COMMANDS

ROOT: Final = Path(__file__).parents[2]
STRUCK: Final[Mapping[str, tuple[str, ...]]] = {
    "cases.open_case": ("open a case",),
    "rosters.import_roster": ("import a roster",),
    "old_scans.import_scans": ("take in old scans",),
    "cases.change_facts": ("change a fact", "write to an older archive", "first write of a day"),
    "cases.deregister": ("deregister",),
    "cases.reopen": ("reopen",),
    "inbox.file_inbox": ("file one", "file many", "put into the tray", "split a batch"),
    "watching.watch_inbox": ("file one", "file many", "put into the tray", "split a batch"),
    "inbox.file_by_hand": ("assign from the tray",),
    "review.assign": ("assign from the tray", "assign what was taken back"),
    "review.hand_back": ("hand back from the tray",),
    "rearranging.split": ("split by hand",),
    "rearranging.turn": ("turn a page",),
    "unlocking.unlock": ("unlock",),
    "documents.issue": ("generate", "generate many"),
    "voiding.void_record": ("void a document",),
    "voiding.replace_record": ("replace a document",),
    "refiling.move_record": ("move a record",),
    "refiling.retype_record": ("retype a record",),
    "refiling.take_back_record": ("take a filing back",),
    "expunging.expunge": ("expunge a record",),
    "expunging.clear_residue": ("clear a record's residue",),
    "transfers.transfer_out": ("transfer out",),
    "transfers.transfer_in": ("transfer in",),
    "transfers.hand_over": ("hand over an office",),
    "transfers.take_over": ("take over an office",),
    "transfers.take_back": ("take an office back",),
    "household_changes.split_household": ("split a household",),
    "household_changes.merge_households": ("merge two households",),
    "submissions.take_in": ("take in answers",),
    "holds.place_hold": ("place a hold",),
    "holds.release_hold": ("release a hold",),
    "holds.declare_hold": ("hold many",),
    "holds.release_group_hold": ("release many",),
    "retention.extend": ("keep longer",),
    "finishing.finish": ("finish a volume",),
    "four_nature.check": ("check four natures",),
    "ledger.make_vacant": ("enter vacant numbers", "ledger number"),
    "sealing.seal": ("seal",),
    "fixity.enter_heads": ("enter heads", "first write of a day"),
    "disposal.propose": ("propose a disposal",),
    "disposal.appraise": ("appraise a disposal",),
    "disposal.approve": ("approve a disposal",),
    "disposal.cancel": ("cancel a disposal", "let a row leave"),
    "disposal.execute": ("carry out a disposal", "destroy a case"),
    "disposal.clear": ("clear a residue",),
    "disposal.close": ("close a disposal",),
    "bureau.receive": ("receive a submission", "receive a later one"),
    "bureau.verify": ("verify what was received",),
    "bureau.sample": ("draw a sample",),
    "bureau.feedback": ("give feedback",),
}
"""Use case → the commands of the harness that write as it does; each is struck by every kind of fault."""
BESIDE: Final[Mapping[str, str]] = {
    "access.destroy": "tests/faults/test_beside_chains.py::test_out_of_power_at_every_call",
    "saved_searches.save": "tests/faults/test_beside_chains.py::test_killed_at_every_call",
    "saved_searches.forget": "tests/faults/test_beside_chains.py::test_killed_at_every_call",
    "people.set_pin": "tests/faults/test_beside_chains.py::test_killed_at_every_call",
    "people.clear_pin": "tests/faults/test_beside_chains.py::test_killed_at_every_call",
    "fixity.accept": "tests/faults/test_beside_chains.py::test_killed_at_every_call",
    "backups.back_up": "tests/faults/test_copies.py::test_a_backup_killed_at_any_call",
    "fixity.restore": "tests/faults/test_copies.py::test_a_restoration_killed_at_any_call",
    "restoring.restore_everything": "tests/faults/test_copies.py::test_a_restoration_killed_at_any_call",
    "submissions.submit": "tests/faults/test_submission.py::test_a_submission_killed_at_any_call",
    "submissions.resume": "tests/faults/test_submission.py::test_a_submission_killed_at_any_call",
    "rearranging.join": "tests/ingest/test_rearranging.py::test_killed_anywhere_the_item_or_its_parts_are_there",
    "rearranging.undo": "tests/ingest/test_rearranging.py::test_killed_anywhere_the_item_or_its_parts_are_there",
}
"""Use case → the test that strikes it where what it writes is no file of a household, or another workspace's."""
ONE_EVENT: Final = {
    "fixity.verify_and_bind", "steps.take_step", "steps.correct_step", "cases.put_back_facts", "household_changes.change_applicant", "completeness.confirm",
    "completeness.confirm_records", "service.record_service",
}  # fmt: skip
"""Writes one event without a file into one household, as "change a fact" does, by the same ``Workspace.commit``."""
ONE_ENTRY: Final = {
    "fixity.verify", "fixity.verify_next_round",
}  # fmt: skip
"""Enters one event into the ledger, with its files, as "propose a disposal" does; what it makes besides can be made again."""
HANDED_OUT: Final = {
    "registers.make", "report_sheets.make", "reports.make", "office_documents.issue", "four_nature.check_received",
}  # fmt: skip
"""Hands a paper out and enters it, by the same ``Archive.hand_out`` as "check four natures" and "seal"."""
AGAIN: Final = {
    "disposal.papers",
    "expunging.expunging_form",
    "holds.group_release_form",
    "transfers.withdrawal_form",
    "retention.extension_form",
}
"""Writes into the outbox a form of what is in the archive, as often as it is asked for, by ``request_forms.write_sheets``."""
BY_NAME: Final = {"setup.tidy"}
"""Renames files that nobody put on record, one by one: each is at its old place or at the new one."""
IN_TURN: Final = {"doing.go"}
"""Does others of these lists one after the other, each whole by itself; who is cut short asks again (``tests/walks/test_do.py``)."""


def use_cases() -> set[str]:
    """Return every use case that goes through the gate, as ``module.function``."""
    found = set()
    for module in pkgutil.iter_modules(archivist.api.__path__):
        names = vars(importlib.import_module(f"archivist.api.{module.name}"))
        found |= {
            f"{module.name}.{name}"
            for name, value in names.items()
            if isinstance(getattr(value, "act", None), Act) and value.__module__.endswith(f".{module.name}")
        }
    return found


def test_every_use_case_that_writes_is_struck() -> None:
    listed = [*STRUCK, *BESIDE, *ONE_EVENT, *ONE_ENTRY, *HANDED_OUT, *AGAIN, *BY_NAME, *IN_TURN]
    assert len(listed) == len({*listed})
    assert use_cases() - {*listed} == set(), "nobody says how this is struck"
    assert {*listed} - use_cases() == set(), "there is no such use case"


def test_every_command_named_is_there() -> None:
    named = {command for commands in STRUCK.values() for command in commands}
    assert named == {*COMMANDS}
    for place in BESIDE.values():
        path, _, test = place.partition("::")
        assert f"def {test}(" in (ROOT / path).read_text(encoding="utf-8"), place
