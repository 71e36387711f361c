"""Whether a pack is sound as a whole: what no row alone shows; ``archivist rules check`` asks here.

``proof`` all of it together · ``days`` the days on which the rows change · ``procedure`` which states a case can reach,
and that all of them lead to an end · ``references`` what rows name and must be there · ``series`` dated rows of one rule
without gap and overlap · ``agreement`` rules that must not contradict each other · ``guard_rules`` the rules steps and their conditions rest
on · ``limits`` time limits that could never run · ``papers`` what
documents print of the rules · ``circumstances`` conditions that leave nothing out · ``usage`` rules that nothing reads.
"""

__all__ = [
    "agreement",
    "circumstances",
    "days",
    "guard_rules",
    "limits",
    "papers",
    "procedure",
    "proof",
    "references",
    "series",
    "usage",
]
