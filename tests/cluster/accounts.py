"""A node with the security plugin of OpenSearch: certificates of a bureau's own CA, accounts, and the roles that ``docs/cluster.md`` gives."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
from pathlib import Path
from typing import Any, Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from archivist.search.opensearch import wait_until
from tests.cluster import READY_S, Node, asked

GUIDE: Final = Path(__file__).parents[2] / "docs" / "cluster.md"
PASSWORD: Final = "纸船-Boat-Quay-77"
"""Not in letters of the first 256 alone: it goes over the wire as UTF-8."""


def roles() -> dict[str, Any]:
    """Return the roles that the guide gives, by their names."""
    written = GUIDE.read_text(encoding="utf-8").partition("```json")[2].partition("```")[0]
    found: dict[str, Any] = json.loads(written)
    return found


def certify(folder: Path) -> None:
    """Make a CA, and certificates of it for the nodes and for whoever looks after them."""
    folder.mkdir(parents=True)
    today = dt.datetime.now(dt.UTC)
    authority = ec.generate_private_key(ec.SECP256R1())

    def name(of: str) -> x509.Name:
        return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, of)])

    def certificate(of: str, key: ec.EllipticCurvePrivateKey) -> bytes:
        made = (
            x509.CertificateBuilder()
            .subject_name(name(of))
            .issuer_name(name("ca"))
            .public_key(key.public_key())
            .serial_number(x509.random_serial_number())
            .not_valid_before(today - dt.timedelta(days=1))
            .not_valid_after(today + dt.timedelta(days=1))
            .add_extension(x509.BasicConstraints(ca=of == "ca", path_length=None), critical=True)
        )
        if of != "ca":
            here = x509.IPAddress(ipaddress.ip_address("127.0.0.1"))
            made = made.add_extension(x509.SubjectAlternativeName([here]), critical=False)
        return made.sign(authority, hashes.SHA256()).public_bytes(serialization.Encoding.PEM)

    (folder / "ca.pem").write_bytes(certificate("ca", authority))
    for of in ("node", "admin"):
        key = ec.generate_private_key(ec.SECP256R1())
        (folder / f"{of}.pem").write_bytes(certificate(of, key))
        (folder / f"{of}.key").write_bytes(
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            )
        )


def give_account(node: Node, user: str, role: str, rights: object) -> None:
    """Give somebody an account with a role, as whoever looks after the cluster does; the plugin begins a little after its node."""
    api = f"{node.url}/_plugins/_security/api"
    assert wait_until(lambda: asked(f"{api}/roles", context=node.admin) is not None, READY_S), node.log()
    for path, body in (
        (f"roles/{role}", rights),
        (f"internalusers/{user}", {"password": PASSWORD, "opendistro_security_roles": [role]}),
    ):
        assert asked(f"{api}/{path}", "PUT", body, context=node.admin), path
