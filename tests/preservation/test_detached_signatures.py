"""A ``.p7s`` beside a file: sound and registered is 合格, what cannot be known is 未检, what is broken or another's is refused."""

from __future__ import annotations

import base64
import datetime as dt
import shutil
import subprocess
from pathlib import Path
from typing import Final

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.serialization import pkcs7
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import IntegrityAlarm
from archivist.preservation.detached_signatures import (
    CheckedSignature,
    SignatureStanding,
    check,
    require_sound,
)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
CONTENT: Final = b"S-TJHQ-2024M03-01\n" * 1_000
GOOD, UNCHECKED, BAD = SignatureStanding.GOOD, SignatureStanding.UNCHECKED, SignatureStanding.BAD
RSA: Final = rsa.generate_private_key(public_exponent=65537, key_size=2048)
EC: Final = ec.generate_private_key(ec.SECP256R1())


def certificate(key: Key, serial: int = 7) -> x509.Certificate:
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "样例街道办事处")])
    begun = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(serial).not_valid_before(begun).not_valid_after(begun.replace(year=2034))
    return made.sign(key, hashes.SHA256())


OWN: Final[dict[str, tuple[Key, x509.Certificate]]] = {
    "rsa": (RSA, certificate(RSA)),
    "ec": (EC, certificate(EC)),
}


def fingerprint(own: x509.Certificate) -> str:
    return own.fingerprint(hashes.SHA256()).hex()


def signed(
    key: Key, own: x509.Certificate, *options: pkcs7.PKCS7Options, pss: bool = False, content: bytes = CONTENT
) -> bytes:
    chosen = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH) if pss else None
    builder = pkcs7.PKCS7SignatureBuilder().set_data(content)
    builder = builder.add_signer(own, key, hashes.SHA256(), rsa_padding=chosen)
    flags = [pkcs7.PKCS7Options.DetachedSignature, pkcs7.PKCS7Options.Binary, *options]
    return builder.sign(serialization.Encoding.DER, flags)


ONCE: Final = signed(*OWN["ec"], pkcs7.PKCS7Options.NoCapabilities)


@pytest.fixture
def part(tmp_path: Path) -> Path:
    path = tmp_path / "S-TJHQ-2024M03-01-01.zip"
    path.write_bytes(CONTENT)
    return path


def laid(part: Path, data: bytes, registered: str = "") -> CheckedSignature:
    (beside := part.with_name(f"{part.name}.p7s")).write_bytes(data)
    return check(beside, part, registered)


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize(
    "options", [(), (pkcs7.PKCS7Options.NoAttributes,), (pkcs7.PKCS7Options.NoCapabilities,)]
)
def test_a_sound_one_of_the_registered_certificate(
    part: Path, kind: str, options: tuple[pkcs7.PKCS7Options, ...]
) -> None:
    key, own = OWN[kind]
    data = signed(key, own, *options)
    assert laid(part, data, fingerprint(own)) == CheckedSignature(GOOD, "", fingerprint(own))
    assert laid(part, data, fingerprint(own).upper()).standing is GOOD
    pem = b"-----BEGIN PKCS7-----\n" + base64.encodebytes(data) + b"-----END PKCS7-----\n"
    assert laid(part, pem, fingerprint(own)).standing is GOOD
    assert laid(part, base64.b64encode(data), fingerprint(own)).standing is GOOD, (
        "as UKey tools in a browser give it"
    )


def test_rsa_pss(part: Path) -> None:
    key, own = RSA, OWN["rsa"][1]
    assert laid(part, signed(key, own, pss=True), fingerprint(own)).standing is GOOD
    assert laid(part, signed(key, own, pss=True, content=b"x"), fingerprint(own)).standing is BAD


def test_of_nobody_registered_it_is_never_good(part: Path) -> None:
    checked = laid(part, signed(*OWN["rsa"]))
    assert checked.standing is UNCHECKED and "没有登记" in checked.why
    assert checked.certificate == fingerprint(OWN["rsa"][1])
    assert require_sound(part) == checked


@pytest.mark.parametrize("kind", OWN)
def test_a_foreign_one_is_refused(part: Path, kind: str) -> None:
    """Sound, but by another certificate than the one registered: also one that copies name and serial number."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    data = signed(key, certificate(key))
    assert laid(part, data, fingerprint(OWN[kind][1])).standing is BAD
    with pytest.raises(IntegrityAlarm, match="不是登记的证书"):
        require_sound(part, fingerprint(OWN[kind][1]))


@pytest.mark.parametrize("kind", OWN)
@pytest.mark.parametrize("options", [(), (pkcs7.PKCS7Options.NoAttributes,)])
def test_of_another_file_is_refused(part: Path, kind: str, options: tuple[pkcs7.PKCS7Options, ...]) -> None:
    key, own = OWN[kind]
    data = signed(key, own, *options)
    part.write_bytes(CONTENT[:-1] + b"!")
    assert laid(part, data, fingerprint(own)).standing is BAD
    with pytest.raises(IntegrityAlarm, match="签名不合格"):
        require_sound(part, fingerprint(own))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"0",
        b"\x30\x80",
        b"\x30\x84\xff\xff\xff\xff",
        b"PK\3\4",
        b"-----BEGIN PKCS7-----",
        b"\x30" * 5_000,
        b"x" * 2_000_000,
    ],
)
def test_what_is_no_signature_is_refused(part: Path, data: bytes) -> None:
    assert laid(part, data).standing is BAD


@given(at=st.integers(0, 10_000), bit=st.integers(0, 7))
def test_a_bit_that_turned_over_is_never_good(
    tmp_path_factory: pytest.TempPathFactory, at: int, bit: int
) -> None:
    """Wherever it lies: refused, or 未检 where what it hit is not looked at and nobody's certificate is known; never an error of ours."""
    part = tmp_path_factory.getbasetemp() / "part.zip"
    part.write_bytes(CONTENT)
    key, own = OWN["ec"]
    data = bytearray(signed(key, own, pkcs7.PKCS7Options.NoCapabilities))
    data[at % len(data)] ^= 1 << bit
    checked = laid(part, bytes(data), fingerprint(own))
    if (
        checked.standing is GOOD
    ):  # what nobody signs: versions, the list of algorithms, how a length is written
        assert bytes(data) != signed(key, own) and checked.certificate == fingerprint(own)


def test_attached_is_not_detached(part: Path) -> None:
    key, own = OWN["rsa"]
    builder = pkcs7.PKCS7SignatureBuilder().set_data(CONTENT).add_signer(own, key, hashes.SHA256())
    data = builder.sign(serialization.Encoding.DER, [pkcs7.PKCS7Options.Binary])
    checked = laid(part, data, fingerprint(own))
    assert checked.standing is BAD and "分离式" in checked.why


def test_without_a_signature_nothing_is_said(part: Path) -> None:
    assert require_sound(part, "ab") is None


def test_sm2_is_never_good(part: Path) -> None:
    """SM2 signatures that cannot be checked offline are 未检, said so: by their algorithms, and by their own form of CMS."""
    key, own = OWN["ec"]
    data = signed(key, own)
    sha256, sm3 = bytes.fromhex("0609608648016503040201"), bytes.fromhex("06082a811ccf55018311")
    assert sha256 in data
    # the same length, so that the lengths around it stay true: SM3's identifier and a shorter parameter
    swapped = data.replace(sha256 + b"\x05\x00", sm3 + b"\x05\x01\x00").replace(sha256, sm3 + b"\x00")
    checked = laid(part, swapped, fingerprint(own))
    assert checked.standing is not GOOD
    own_form = bytes.fromhex("301406" + "0a2a811ccf550601040202" + "a0061304616161" + "61")
    checked = laid(part, own_form, fingerprint(own))
    assert checked.standing is UNCHECKED and "国密" in checked.why


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
@pytest.mark.parametrize("options", [(), ("-noattr",), ("-keyid",), ("-md", "sha512")])
def test_what_another_program_signs(part: Path, tmp_path: Path, options: tuple[str, ...]) -> None:
    key = RSA
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "样例街道办事处")])
    begun = dt.datetime(2024, 1, 1, tzinfo=dt.UTC)
    builder = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    builder = builder.serial_number(8).not_valid_before(begun).not_valid_after(begun.replace(year=2034))
    known = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    own = builder.add_extension(known, critical=False).sign(key, hashes.SHA256())
    (tmp_path / "key.pem").write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    (tmp_path / "own.pem").write_bytes(own.public_bytes(serialization.Encoding.PEM))
    told = ["openssl", "cms", "-sign", "-binary", "-in", str(part), "-signer", str(tmp_path / "own.pem")]
    told += ["-inkey", str(tmp_path / "key.pem"), "-outform", "DER", "-out", f"{part}.p7s", *options]
    subprocess.run(told, check=True, capture_output=True)
    checked = require_sound(part, fingerprint(own))
    assert checked is not None and checked.standing is GOOD, checked
