"""The catalogue of document types, read from ``doc_templates/``.

``catalogue`` all of them, by id or title · ``doctype`` what one is · ``declaration`` how its ``.toml`` is written, read and
checked · ``field_defaults`` what is known of a field by its path · ``ids`` ``field_paths`` the types and fields that code asks for ·
``page_look`` how a scan of one is recognised.
"""

__all__ = ["catalogue", "declaration", "doctype", "field_defaults", "field_paths", "ids", "page_look"]
