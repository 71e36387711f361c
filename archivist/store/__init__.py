"""The archive on disk: bags, hash-chained events, the commit protocol, recovery, lock, ledger and tray.

Every write under ``archive/`` goes through here. ``durable_files`` every call that touches the disk (``nt`` those of Windows), ``originals`` a clerk's own file · ``bag`` ``chain`` what a
folder holds, ``manifest_lines`` its manifests as they grow · ``commit`` the protocol · ``source_name`` the clerk's name of a file, removable · ``machine_clock`` whether it went back · ``lock`` one writer · ``archive``
cases, ledger, batches and tray together, ``recovery`` what the dead left of them · ``ledger`` its bags (``ledger_checkpoints`` how far they have come), ``head_log`` the heads of bags entered there (``bag_heads``) · ``destruction`` of one case, and what stays of it · ``case_numbers`` taken and not used, ``bulk_openings`` many cases opened at once, ``number_runs`` who takes numbers, and what the dead left ·
``outbox`` what is handed out · ``receptions`` what the bureau received, or an office took over (``custody`` who answers for a file) · ``two_case_changes`` what goes from case to case: ``record_moves`` a paper that goes to another case, ``household_splits`` people who form one, ``household_mergers`` those of a household that ends · ``bag_replacements`` a bag put in the place of another, ``owed_entries`` what a mended year of the ledger still takes · ``archive_format`` which program
wrote it · ``review_tray`` what waits, ``tray_items`` one by one, ``tray_filings`` which of them a case took, ``unfiling`` a paper that goes there again · ``notes`` the small files that stand in no bag · ``batches`` files that hold several papers · ``bag_fixity`` a bag held against its chain (``fixity_words``):
``bag_contents`` what lies in it, ``bag_profile`` whether it keeps to the profile it names, ``event_witnesses`` which event is wrong; ``archive_fixity`` all bags and what lies beside them ·
``held_files`` what a hold forbids · ``quarantine`` cases that are read-only until somebody decides · ``disk_probe`` what the disk under it can do · ``mounts`` what
kind of disk it is · ``foreign_files`` what other programs leave behind · ``immutable_copies`` copying to another medium, ``streamed_files`` large files on one, ``stored_zip`` packages of the same bytes each time · ``open_writers`` who is writing to a file · ``inbox_place`` where the inbox is, ``inbox_claim`` whose it is, ``inbox_access`` who may put
files into it · ``access_log`` who was shown what · ``index_trail`` what an index asks, ``ledger_places`` whether an event stands in the ledger · ``office_keys`` what codes are checked with, ``pins`` beside them · ``saved_searches`` kept by name, ``watch_note`` what the last watch left, ``run_log`` what a long one says of itself, ``page_settings`` how people want the page.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from archivist.store.archive import Archive
    from archivist.store.commit import Draft, NewFile, Original, Stamp, with_source
    from archivist.store.household_mergers import HouseholdMerger
    from archivist.store.household_splits import HouseholdSplit
    from archivist.store.record_moves import RecordMove
    from archivist.store.recovery import Recovery
    from archivist.store.review_tray import Tray
    from archivist.store.tray_items import TrayItem

__all__ = [
    "Archive",
    "Draft",
    "HouseholdMerger",
    "HouseholdSplit",
    "NewFile",
    "Original",
    "RecordMove",
    "Recovery",
    "Stamp",
    "Tray",
    "TrayItem",
    "with_source",
]
_FROM: Final = {
    "Archive": "archive",
    "Draft": "commit",
    "HouseholdMerger": "household_mergers",
    "HouseholdSplit": "household_splits",
    "NewFile": "commit",
    "Original": "commit",
    "RecordMove": "record_moves",
    "Recovery": "recovery",
    "Stamp": "commit",
    "Tray": "review_tray",
    "TrayItem": "tray_items",
    "with_source": "commit",
}
"""Name → the module it is in, which is loaded when the name is first asked for: the access log alone needs none of the others."""


def __getattr__(name: str) -> Any:
    """Return what this package offers, from the module that has it."""
    if name not in _FROM:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_FROM[name]}"), name)
