"""A dropped file, from the inbox to its outcome.

``settling`` what in the inbox is whole, and what waits for its writer · ``watch_folder`` watch and rescan; files are read
beside one another and filed one by one · ``matching`` which household and which document · ``directory`` what that asks of the
workspace · ``filing`` filed, in the tray, or still in the inbox, ``record_drafts`` as which record · ``by_hand`` what a person decides · ``batches`` a file that
holds several papers, part by part · ``rearranging`` pages put in order by a person · ``turning`` a page shown the other way up ·
``unlocking`` a locked file opened with its password · ``photo_folders`` which folder is one paper,
``photo_papers`` its photos made one · ``refiling`` a filed paper put right, ``taking_back`` one that goes to the tray again · ``scan_plan`` an office's old scans in folders by household, whose and what by their names, ``scan_table`` as a clerk looks
through it, ``scan_filing`` taken in as it says. How a file is read is the business of
``archivist.reading``.
"""

__all__ = [
    "batches",
    "by_hand",
    "directory",
    "filing",
    "matching",
    "photo_folders",
    "photo_papers",
    "rearranging",
    "record_drafts",
    "refiling",
    "scan_filing",
    "scan_plan",
    "scan_table",
    "settling",
    "turning",
    "unlocking",
    "watch_folder",
]
