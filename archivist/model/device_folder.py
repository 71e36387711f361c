"""A scanner's own folder in the inbox, ``设备/<name>/``: what lies in it came from that device, else it is as if it lay in the inbox itself."""

from __future__ import annotations

from typing import Final

FOLDER: Final = "设备"
"""The folder in the inbox that holds one for each device."""


def device_of(name: str) -> str:
    """Return the device a file came from; empty where it came from none.

    Args:
        name: path relative to the inbox, with ``/``.
    """
    parts = name.split("/")
    return parts[1] if len(parts) > 2 and parts[0] == FOLDER else ""


def within(name: str) -> str:
    """Return the path as it would be if the device's folder were the inbox: no word of it says whose or what a paper is.

    Args:
        name: path relative to the inbox, with ``/``.
    """
    parts = name.split("/")
    if len(parts) < 2 or parts[0] != FOLDER:
        return name
    return "/".join(parts[2 if len(parts) > 2 else 1 :])
