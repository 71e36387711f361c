"""All papers of a file as one PDF/A-2b: pages as they are where they may stay so, else as pictures; numbers and stamps as outlines.

``conformity`` whether a page may stay as it is · ``sheets`` a file as plain sheets, each upright with its corner at the origin, and where on
them is room · ``outlines`` text as lines and curves, without a font · ``stamps`` what is stamped where · ``binding`` the sheets as one file.
They run in the reading process; ``orders`` is the parent's side, ``parts`` what both tell each other.
"""

__all__ = ["binding", "conformity", "orders", "outlines", "parts", "sheets", "stamps"]
