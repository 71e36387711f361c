"""Values and the fold over events: standard library only, no I/O, no clock.

``ids`` case, record and ID numbers, ``ids_in_text`` on a page, ``household_ranges`` many in few words · ``chinese`` names, amounts, dates · ``values`` ``field_schema`` ``facts`` what is known of a
household, by ``fact_paths`` · ``household`` who lives in it and whom its benefit covers, ``household_changes`` when people come and go, ``former_people`` who went · ``persons`` who each of them is, ``former_names``
what they were called before · ``invisible`` characters nobody sees · ``by`` who acts · ``event`` one change, ``bag_head`` where its chain ended, ``event_shapes`` the least it says, ``confirmations`` what people looked up, ``check_feedback`` what the bureau found, ``retention_extensions`` how much longer a file is kept, ``holds`` ``group_holds`` what forbids its end, ``volumes`` as what it is bound ·
``record`` one filed paper, ``expunged_records`` taken out of its file · ``case`` the state of a file, ``case_fold`` over its events: ``states`` ``step_ids`` ``roles`` ``permissions`` ``staff`` ``standing`` · ``stated_days`` as old papers state them · ``conditions`` on a case,
in words · ``document_code`` what a QR code says · ``office_papers`` what the ledger tells of the office's documents · ``disposals`` batches that are to be destroyed, ``tombstone`` what stays of a destroyed case · ``reference_numbers`` of documents, and those of a year · ``plain_json`` JSON and TOML that nobody vouches for · ``plain_text`` in the encodings of offices.
"""

__all__ = [
    "bag_head",
    "by",
    "case",
    "case_fold",
    "check_feedback",
    "chinese",
    "conditions",
    "confirmations",
    "disposals",
    "document_code",
    "event",
    "event_shapes",
    "expunged_records",
    "fact_paths",
    "facts",
    "field_schema",
    "former_names",
    "former_people",
    "group_holds",
    "holds",
    "household",
    "household_changes",
    "household_ranges",
    "ids",
    "ids_in_text",
    "invisible",
    "office_papers",
    "permissions",
    "persons",
    "plain_json",
    "plain_text",
    "record",
    "reference_numbers",
    "retention_extensions",
    "roles",
    "staff",
    "standing",
    "stated_days",
    "states",
    "step_ids",
    "tombstone",
    "values",
    "volumes",
]
