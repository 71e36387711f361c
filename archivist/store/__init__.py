"""The archive on disk: bags, hash-chained events, the commit protocol, recovery, lock, ledger and tray.

Every write under ``archive/`` goes through here. ``files`` holds every call that touches the disk; ``commit`` the
protocol; ``archive`` puts cases, ledger and tray together.
"""

from archivist.store.archive import Archive, Recovery
from archivist.store.commit import Draft, NewFile, Original, Stamp, with_source
from archivist.store.review_tray import Tray, TrayItem

__all__ = ["Archive", "Draft", "NewFile", "Original", "Recovery", "Stamp", "Tray", "TrayItem", "with_source"]
