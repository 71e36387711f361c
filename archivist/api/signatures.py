"""Signatures (``.p7s``) beside what is handed over, as results say what is known of them."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from archivist.preservation.detached_signatures import CheckedSignature

UNSIGNED: Final = "unsigned"
"""The standing of a file beside which no signature lies."""


@dataclass(frozen=True, slots=True)
class SignatureView:
    """What is known of the signature beside one file.

    Attributes:
        file: its name.
        standing: ``good``, ``unchecked`` or ``unsigned``; ``label`` the same in Chinese. One that is bad is refused.
        why: it is unchecked, in Chinese.
        certificate: SHA-256 of the signer's certificate, where it was read.
    """

    file: str
    standing: str
    label: str
    why: str
    certificate: str

    @classmethod
    def of(cls, file: str, checked: CheckedSignature | None) -> SignatureView:
        """Return what was found; ``None``: no signature lies there."""
        if checked is None:
            return cls(file, UNSIGNED, "没有签名", "", "")
        return cls(file, checked.standing.value, checked.standing.label, checked.why, checked.certificate)


def signature_of(path: Path, registered: str) -> SignatureView:
    """Check the signature beside a file.

    Args:
        path: the file.
        registered: SHA-256 of the certificate its maker signs with; empty where nobody registered it.

    Raises:
        IntegrityAlarm: E202, it is broken, of another file, or another's.
    """
    from archivist.preservation import detached_signatures

    return SignatureView.of(path.name, detached_signatures.require_sound(path, registered))
