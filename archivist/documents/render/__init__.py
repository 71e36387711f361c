"""From values to pages: strict, inspected, with code and boxes.

``render`` a template filled, and the result looked over · ``sandbox`` what a template may do · ``expressions`` what its tags may say ·
``template_package`` its file, within limits · ``boxes`` ``continuation`` ``overflow`` text
that is longer than its box, the 续页 · ``qr`` the code on the sheet · ``docx_package`` the file's parts · ``pdf`` through LibreOffice: ``press_copy`` what it is given,
``mended_pages`` once more where that is better: ``line_ends`` lines set anew, ``tightened`` lines closer, ``set_lines`` the lines of a page, ``page_check`` what is wrong on its pages, ``visible_words`` what must be seen on them ·
``tick_list`` a list to tick ·
``pool`` many at once, in several processes · ``watermark`` a word across
every page · ``sample_values`` a household that is nobody, for trying templates.
"""

__all__ = [
    "boxes",
    "continuation",
    "docx_package",
    "expressions",
    "line_ends",
    "mended_pages",
    "overflow",
    "page_check",
    "pdf",
    "pool",
    "press_copy",
    "qr",
    "render",
    "sample_values",
    "sandbox",
    "set_lines",
    "template_package",
    "tick_list",
    "tightened",
    "visible_words",
    "watermark",
]
