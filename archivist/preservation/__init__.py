"""The archive's later life: whether it is as its chains say, what was lost put back, how long it is kept.

``verification`` checking, decisions about what was found, ``check_rounds`` when what is read again · ``anchors`` heads held against chains, ``history`` those that ledger and
index remember, ``seal`` those that others keep, ``comparison`` the archive held against what others have · ``restore`` from ``copies``, by digest: ``bag_repair`` and
``loose_repair`` plan it, ``repairs`` does it, ``losses`` what goes for good with it, ``restore_all`` all a generation has, with what stands in no bag (``office_repair``) · ``foreign`` what other
programs left there, moved out ·
``access_fixity`` the access log held against itself and the ledger, ``access_disposal`` destroyed by two ·
``binding`` whose an old bag is, said by an event ·
``backup`` generations on another medium, ``generations`` what they are, ``moving_files`` what of it comes and goes,
``backup_check`` whether one is whole · ``submission_format`` what a package for the bureau is made of, ``submission_bags`` bags as they stood at
their heads, ``submission_parts`` which go into which package, ``submission_selection`` which households, ``submission_duty`` which is owed, ``submission_lists`` what is said of the whole office,
``submission`` the handing over, ``submission_writing`` of its parts, ``submission_envelope`` locked, ``detached_signatures`` beside them, ``submission_sheet`` on paper, ``submission_ledger`` what the ledger knows of it, ``submission_replies`` receipt and feedback, ``submission_import`` taken in · ``expunging`` one record taken out, ``record_copies`` what still holds it, ``record_residue`` cleared · ``transfers`` a household that moved, ``custody`` everything handed over when offices change, ``custody_withdrawal`` taken back · ``disposal`` the list of what may be appraised, ``passed_over`` which files it need not read again, ``appraisal`` what is kept longer, ``holds`` what forbids it, released by ``hold_papers``, ``request_forms`` what is signed for it, ``signed_papers`` ink on paper, ``finishing`` a file made a volume, ``volume_file`` as one PDF ·
``disposal_batches`` what is to be destroyed, by whom (``disposal_persons``), its ``disposal_list`` and ``disposal_forms`` (``appraisers_sheet`` filled in, ``disposal_papers`` signed), ``disposal_execution`` carried out, ``disposal_residue`` what is left (``local_copies``) ·
``four_nature`` whether cases are authentic, complete, usable and safe, item by item.
"""

__all__ = [
    "access_disposal",
    "access_fixity",
    "anchors",
    "appraisal",
    "appraisers_sheet",
    "backup",
    "backup_check",
    "bag_repair",
    "binding",
    "check_rounds",
    "comparison",
    "copies",
    "custody",
    "custody_withdrawal",
    "detached_signatures",
    "disposal",
    "disposal_batches",
    "disposal_execution",
    "disposal_forms",
    "disposal_list",
    "disposal_papers",
    "disposal_persons",
    "disposal_residue",
    "expunging",
    "finishing",
    "foreign",
    "four_nature",
    "generations",
    "history",
    "hold_papers",
    "holds",
    "local_copies",
    "loose_repair",
    "losses",
    "moving_files",
    "office_repair",
    "passed_over",
    "record_copies",
    "record_residue",
    "repairs",
    "request_forms",
    "restore",
    "restore_all",
    "seal",
    "signed_papers",
    "submission",
    "submission_bags",
    "submission_duty",
    "submission_envelope",
    "submission_format",
    "submission_import",
    "submission_ledger",
    "submission_lists",
    "submission_parts",
    "submission_replies",
    "submission_selection",
    "submission_sheet",
    "submission_writing",
    "transfers",
    "verification",
    "volume_file",
]
