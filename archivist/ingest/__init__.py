"""A dropped file, from the inbox to its outcome.

``inbox`` watch, settle, rescan · ``sniff`` what it really is · ``worker`` and ``child`` the reading process and its
limits · ``read`` file → pages of text, by ``pdf``, ``office``, ``pictures``, ``ocr``, ``codes`` · ``recognise`` whose
(``whose``) and which document (``which``), with ``evidence`` · ``file`` filed, in the tray, or still in the inbox.
"""
