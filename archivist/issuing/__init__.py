"""The act of issuing: from a case, or the office, to a filed record that waits for its signature.

``case_documents`` plan and issue, one or many · ``admission`` what may be · ``planned`` what stands between · ``filing`` one that is
printed goes into its case · ``jobs`` bulk jobs and what they have done · ``voiding`` what was issued made void · ``office_documents``
what belongs to no household · ``combined_notice`` one notice for many · ``drafts`` what one would look like · ``print_queue`` what waits to be printed
and signed · ``run_ahead`` how far a household goes at once · ``numbering`` reference
numbers · ``number_series`` what became of each · ``sources`` what a document may ask of its workspace. What a paper says and looks like stands in ``documents``.
"""

__all__ = [
    "admission",
    "case_documents",
    "combined_notice",
    "drafts",
    "filing",
    "jobs",
    "number_series",
    "numbering",
    "office_documents",
    "planned",
    "print_queue",
    "run_ahead",
    "sources",
    "voiding",
]
