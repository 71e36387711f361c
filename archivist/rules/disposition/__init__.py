"""What becomes of a file: its order, its time, what forbids its end.

``arrangement`` what a volume consists of, in which order · ``retention`` how long it is kept, by which sentence · ``holds`` what
forbids its destruction · ``late_filing`` which papers a closed file still takes.
"""

__all__ = ["arrangement", "holds", "late_filing", "retention"]
