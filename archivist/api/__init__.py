"""One function for each use case, for every face alike; results are frozen and know their JSON (``result``).

``setup`` a workspace made and looked over · ``inbox`` ``review`` what comes in · ``fixity`` the archive read again and made
whole · ``rules`` what the rule packs say · ``searching`` finding things again, the index made anew · ``selection`` which
households are meant · ``documents`` ``office_documents`` planned, drafted, issued · ``given_values`` ``input_tables`` what a
file tells them · ``parcels`` copies, archive, one PDF · ``document_types`` ``templates`` the catalogue and its templates ·
``reports`` which there are, one made: ``report_requests`` ``periods`` what is asked, ``registers`` ``report_sheets`` what comes
of it, ``report_tables`` its rows.
"""

__all__ = [
    "document_types",
    "documents",
    "fixity",
    "given_values",
    "inbox",
    "input_tables",
    "office_documents",
    "parcels",
    "periods",
    "registers",
    "report_requests",
    "report_sheets",
    "report_tables",
    "reports",
    "result",
    "review",
    "rules",
    "searching",
    "selection",
    "setup",
    "templates",
]
