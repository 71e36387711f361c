"""The demo's own material: an invented office with six households, and the scans that arrive there.

``run`` the demonstration, step by step · ``households`` what is known of them · ``scans`` the files a clerk drops, made from the sample pages · ``sheets`` ``paper`` seals,
codes, pens, scanners, telephones · ``samples/`` the pages themselves, drawn by ``tools/make_samples.py``.
"""

__all__ = ["households", "paper", "run", "scans", "sheets"]
