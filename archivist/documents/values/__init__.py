"""What a paper says: every value of a document, worked out by a function that registered itself for it.

``context`` what one document may draw on · ``registry`` who works out what · ``resolve`` from all that is known to what a
template prints · ``privacy`` what a public notice may say · ``law`` the words of the law in
running text · ``superseded`` what no longer agrees · ``nested`` values by
path · the rest, one module a theme: ``people`` ``application`` ``inquiry`` ``publicity`` ``objection`` ``meeting``
``decision`` ``remedies`` ``benefit`` ``file_inventory`` ``totals`` of a household, ``office`` ``office_records`` ``spot_check`` of the office.
"""

__all__ = [
    "application",
    "benefit",
    "context",
    "decision",
    "file_inventory",
    "inquiry",
    "law",
    "meeting",
    "nested",
    "objection",
    "office",
    "office_records",
    "people",
    "privacy",
    "publicity",
    "registry",
    "remedies",
    "resolve",
    "spot_check",
    "superseded",
    "totals",
]
