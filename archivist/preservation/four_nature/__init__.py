"""The four natures of an electronic record (四性): 31 items, each with one check that fails closed.

``items`` what is asked, as data (``items.tsv``; ``attachments.tsv`` which papers have an annex) · ``evidence`` all that is looked at of one case, ``office_evidence`` of the archive
as a whole, ``local_tools`` programs of the machine that are asked · ``outcome`` what a check may say · ``registry`` which check is of which item:
``fixity_checks`` ``metadata_checks`` ``content_checks`` ``volume_checks`` ``safety_checks`` · ``run`` all of them over some
cases, and what may be concluded · ``report`` page, JSON and ledger.

Source: 《档案法实施条例》第四十条「真实性、完整性、可用性和安全性等方面的检测」; DA/T 70-2018.
"""

__all__ = [
    "content_checks",
    "evidence",
    "fixity_checks",
    "items",
    "local_tools",
    "metadata_checks",
    "office_evidence",
    "outcome",
    "registry",
    "report",
    "run",
    "safety_checks",
    "volume_checks",
]
