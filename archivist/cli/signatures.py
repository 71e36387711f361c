"""Signatures beside what is handed over, shown."""

from __future__ import annotations

from archivist.api.signatures import SignatureView
from archivist.cli.session import Session


def show_signatures(session: Session, signatures: tuple[SignatureView, ...]) -> None:
    """Say what is known of each signature; those that could not be checked are never called sound."""
    for one in signatures:
        session.say(
            f"签名 {one.label}  {one.file}{f'：{one.why}' if one.why else ''}",
            "green" if one.standing == "good" else "yellow",
        )
        if one.standing == "unchecked" and one.certificate:
            session.say(f"      证书 SHA-256 {one.certificate}", "dim")
