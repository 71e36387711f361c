"""One function for each use case, for every face alike; results are frozen and know their JSON (``result``).

A function takes the open ``Workspace``, by whom it is done (``By``) where it acts, and plain values; it returns a result or
raises an error of the tree. Nothing is printed here and no clock is read.

``demonstration`` what the demonstration did · ``setup`` a workspace made, with its ``settings_text``, and looked over · ``cases`` households opened, changed, closed, ``case_list`` listed · ``household_changes`` people who come and go · ``case_file`` one whole, ``case_past`` what it was · ``case_export`` written out, ``finishing`` made a volume ·
``history`` its events in words · ``ledger`` those of the office · ``steps`` the procedure · ``completeness`` what is missing · ``four_nature`` whether it is authentic, complete, usable and safe · ``across`` what households have to do with each other · ``agenda`` ``ics`` what is due · ``next_acts`` what comes next ·
``retention`` how long it is kept, ``disposal`` destroyed in batches, ``holds`` what forbids its end · ``inbox`` ``review`` ``tray_view`` what comes in · ``rearranging`` its pages, ``page_images`` to be looked at · ``unlocking`` its locked files, with ``passwords``, ``parts_passwords`` of what is handed over · ``refiling`` what was filed wrongly, ``expunging`` taken out, ``transfers`` households that move · ``voiding`` what was issued wrongly · ``service`` what a receipt serves ·
``fixity`` the archive read again and made whole, ``restoring`` from a whole generation, ``sealing`` its heads for others to keep · ``backups`` its copies on another medium · ``submissions`` what is handed over to the bureau, ``signatures`` beside it, ``bureau`` received, checked and answered there ·
``access`` who was shown what · ``authorisation`` who may, ``identification`` by what it is known who it is, ``people`` with their PINs ·
``rules`` what the rule packs say, ``rule_packs`` which there are · ``searching`` finding things again, the index made anew (``search_pages`` in which order and how many, ``waiting_hits`` in the tray, ``saved_searches`` kept by name), ``clusters`` in the district's cluster, followed beside a watch by ``cluster_following``, ``cluster_agenda`` what is due there · ``selection`` which households
are meant · ``documents`` ``office_documents`` planned, drafted, issued, ``document_results`` what that answers, ``draft_files`` · ``given_papers`` signed ones, ``given_values`` ``input_tables`` what a file tells
them · ``parcels`` copies, archive, one PDF · ``printing`` the queue of the printer · ``document_types`` ``templates`` the catalogue and its templates · ``reports`` which
there are, one made: ``report_requests`` ``periods`` what is asked, ``registers`` ``report_sheets`` what comes of it,
``report_tables`` its rows.
"""

__all__ = [
    "access",
    "across",
    "agenda",
    "authorisation",
    "backups",
    "bureau",
    "case_export",
    "case_file",
    "case_list",
    "case_past",
    "cases",
    "cluster_following",
    "clusters",
    "completeness",
    "demonstration",
    "disposal",
    "document_results",
    "document_types",
    "documents",
    "draft_files",
    "expunging",
    "finishing",
    "fixity",
    "four_nature",
    "given_papers",
    "given_values",
    "history",
    "holds",
    "household_changes",
    "ics",
    "identification",
    "inbox",
    "input_tables",
    "ledger",
    "next_acts",
    "office_documents",
    "page_images",
    "parcels",
    "parts_passwords",
    "passwords",
    "people",
    "periods",
    "printing",
    "rearranging",
    "refiling",
    "registers",
    "report_requests",
    "report_sheets",
    "report_tables",
    "reports",
    "restoring",
    "result",
    "retention",
    "review",
    "rule_packs",
    "rules",
    "saved_searches",
    "sealing",
    "search_pages",
    "searching",
    "selection",
    "service",
    "settings_text",
    "setup",
    "signatures",
    "steps",
    "submissions",
    "templates",
    "transfers",
    "tray_view",
    "unlocking",
    "voiding",
    "waiting_hits",
]
