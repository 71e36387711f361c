"""The bureau's side: what offices hand over is received, kept, drawn from and answered. Its workspace is of kind ``bureau``.

``package_entries`` the list of a package from outside, ``hostile_zip`` that taken apart · ``packages`` the parts of a
submission held against their manifests · ``reception`` a submission taken in whole, or refused · ``received`` what was, by the
ledger · ``custody`` whether it still is as it was, ``received_evidence`` its four natures · ``sampling`` a draw that anybody can do again, ``draws`` a month's ·
``feedback`` what a check found, told to the office · ``papers`` what is printed · ``handover`` everything of an office taken over by another office (机构变动). What is on disk is written by
``store.receptions``.
"""

__all__ = [
    "custody",
    "draws",
    "feedback",
    "handover",
    "hostile_zip",
    "package_entries",
    "packages",
    "papers",
    "received",
    "received_evidence",
    "reception",
    "sampling",
]
