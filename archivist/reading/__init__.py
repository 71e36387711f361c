"""Bytes of any kind become pages of text, in a child process with limits.

``reader_trial`` whether anything can be read here, ``reader_process`` the parent's side, through ``child_process``: limits, deaths → ``reader_child`` the child's → ``pages`` a file as pages,
born-digital or recognised · ``unpack`` a file as the files it holds · ``page_extraction`` pages as files of their own · ``page_picture`` a page to be looked at, kept in ``picture_cache`` · ``searchable_pdf`` a scan with its text, ``volume`` a whole file, marked by ``pdf_a``, ``pdf_bundle`` many for the printer ·
``kept_reading`` what was read, as bytes · ``line_boxes`` where the lines stand, as bytes · ``formats`` what a file is and how it is opened, ``aes_zip`` a locked ZIP · ``ocr`` the print on a picture ·
``paper`` a page of paper as a whole: ``ink`` what is dark on it, ``blank`` whether it is a bare back, ``signatures`` where
it is signed, ``fingerprint`` what it looks like · ``plausible`` whether a layer of text can be true · ``ending`` ``container_ends`` whether a file is whole, ``trial_opening`` whether it can be opened · ``barcodes`` the QR codes on it, and
how one is written · ``libreoffice`` the only place that runs LibreOffice, through ``limited_run`` when the file is a
stranger's, ``windows_office`` where it is on Windows, or WPS and Word in its place, ``job_object`` what a child may use there, ``printed_layout`` how what it made lies on paper.
"""

__all__ = [
    "aes_zip",
    "barcodes",
    "blank",
    "child_process",
    "container_ends",
    "ending",
    "fingerprint",
    "formats",
    "ink",
    "job_object",
    "kept_reading",
    "libreoffice",
    "limited_run",
    "line_boxes",
    "ocr",
    "page_extraction",
    "page_picture",
    "pages",
    "paper",
    "pdf_a",
    "pdf_bundle",
    "picture_cache",
    "plausible",
    "printed_layout",
    "reader_child",
    "reader_process",
    "reader_trial",
    "searchable_pdf",
    "signatures",
    "trial_opening",
    "unpack",
    "volume",
    "windows_office",
]
