"""Filing: are papers filed in the right household, as the right thing, and is nothing lost?

Run from the repository's root::

    python -m benchmarks.filing_quality [--seed 1] [--files 200] [--batch 60] [--kinds WORDS] [--readers 1] [--json]

From the seed it makes an office of twenty households that are easily mistaken for one another (twins at one address,
namesakes, an obligor who applies for himself elsewhere) and, for each kind of file, what a clerk, a scanner or a
telephone would drop. The real filing runs over it; then every file's outcome is looked up in the archive, the tray and
the inbox and compared with what is known of it (``truth``). Files that need a person are expected to wait.

Exit code 1 when a paper was filed in a wrong household, taken for a signed copy it is not, or lost. The other figures
say how much is left to the clerk. Everything is drawn here: no paper, name or number is anybody's.

``households``: who is on file. ``sheets``, ``materials``, ``letters``: what stands on papers. ``scans``: what a scanner
makes of them. ``forms``: our own documents, printed and signed. ``formats``: files of other programs. ``kinds`` and the
modules named ``*_kinds``: each kind of file with its truth. ``plan``: so many files of each. ``truth``: the judgement.
``outcome``: what became of them. ``table``: the figures.
"""
