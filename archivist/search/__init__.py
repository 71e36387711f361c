"""Finding things again.

``index`` the facade: follow the chain, rebuild, ask, over an ``opened_index`` in the ``current_folder`` · ``held_heads`` what chains have lost · ``query`` language (``query_words`` by shape, ``query_fields``, ``synonyms``) → ``query_tree`` · ``evaluator`` runs a tree over
``catalogue`` (SQLite, its ``tables``: names, numbers, lists; ``indexed_people`` by their keys, ``person_search``; ``people_on_file`` for whole pages) and ``text_files`` (full text, asked by its table of ``contents``; written by ``whoosh`` and its ``whoosh_codec``; ``segment`` files of ``postings``, ``segment_writing``, ``segment_bulk`` for many, ``merging`` when), both in sets of ids (``id_set``; ``doc_sets`` those kept beside the rows) · ``text`` normal
forms and tokens, ``variants`` traditional forms, ``names`` and their sounds · ``document_text`` what is kept of a document · ``engine`` the protocols and results · ``presentation`` how what was found is shown, ``alignment`` as it stands · ``paging`` which part of an answer, in which order, counted by what; ``cursors`` the mark of a page, ``ordering`` the rows in order and counted · ``nearby`` what else may have been meant, ``lookalikes`` measured, ``rewording`` other ways of writing it · ``loose_papers`` what waits in the tray, one by one · ``offers`` households a shell may complete · ``agenda_cache`` limits worked out before · ``damage`` of
the index · ``checksums`` what each file must be (``checksum_file`` as it is written, ``write_ahead`` the log beside the catalogue, ``databases`` how SQLite's files are
opened), ``ownership`` who can have written it, ``one_writer`` who may now · ``binding`` whose it is and what it missed · ``versions`` which program made it · ``rebuilding`` the whole anew, in several processes by ``building``.

In a cluster: ``opensearch`` requests, repeated while it is busy · ``cluster_documents`` what it keeps of a case · ``cluster_queries`` a tree in its
words · ``cluster_engine`` answers · ``cluster_index`` following the archive, made anew, ``cluster_generations`` one index after another behind an alias · ``cluster_agenda`` what is due.
"""

__all__ = [
    "agenda_cache",
    "alignment",
    "binding",
    "building",
    "catalogue",
    "checksum_file",
    "checksums",
    "cluster_agenda",
    "cluster_documents",
    "cluster_engine",
    "cluster_generations",
    "cluster_index",
    "cluster_queries",
    "contents",
    "current_folder",
    "cursors",
    "damage",
    "databases",
    "doc_sets",
    "document_text",
    "engine",
    "evaluator",
    "held_heads",
    "id_set",
    "index",
    "indexed_people",
    "lookalikes",
    "loose_papers",
    "merging",
    "names",
    "nearby",
    "offers",
    "one_writer",
    "opened_index",
    "opensearch",
    "ordering",
    "ownership",
    "paging",
    "people_on_file",
    "person_search",
    "postings",
    "presentation",
    "query",
    "query_fields",
    "query_tree",
    "query_words",
    "rebuilding",
    "rewording",
    "segment",
    "segment_bulk",
    "segment_writing",
    "synonyms",
    "tables",
    "text",
    "text_files",
    "variants",
    "versions",
    "whoosh",
    "whoosh_codec",
    "write_ahead",
]
