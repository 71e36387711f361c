"""What a process that works for another one does first."""

from __future__ import annotations

import os
import signal
import threading


def follow_parent() -> None:
    """Leave an interruption to the process worked for, and end with it: killed, it cannot say so."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()


def _end_with_parent() -> None:
    from multiprocessing import parent_process

    parent = parent_process()
    assert parent is not None
    parent.join()
    os._exit(1)
