"""Detached signatures (CMS, RFC 5652) in a ``.p7s`` beside a file: an office's UKey made it, with its maker's own tool.

RSA and ECDSA with SHA-2 are checked here. 国密 (SM2 with SM3), which no library at hand checks offline, is 未检 and never 合格. Whose certificate it
is cannot be known offline either (chain, revocation): the receiving side registers its fingerprint, and without that the most
that is said is that file and signature belong together.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from archivist.errors import IntegrityAlarm
from archivist.os_reasons import reason_of

if TYPE_CHECKING:
    from cryptography.x509 import Certificate

SUFFIX: Final = ".p7s"
MOST: Final = 1 << 20
"""Bytes of a signature at most."""
_CHINESE: Final = "1.2.156.10197."
"""Where the object identifiers of SM2, SM3 and their own form of CMS begin (GM/T 0006, GM/T 0010)."""
_DATA: Final = "1.2.840.113549.1.7.1"
_SIGNED: Final = "1.2.840.113549.1.7.2"
_CONTENT_TYPE: Final = "1.2.840.113549.1.9.3"
_MESSAGE_DIGEST: Final = "1.2.840.113549.1.9.4"
_PSS: Final = "1.2.840.113549.1.1.10"
_DIGESTS: Final = {
    "2.16.840.1.101.3.4.2.1": "sha256",
    "2.16.840.1.101.3.4.2.2": "sha384",
    "2.16.840.1.101.3.4.2.3": "sha512",
}
_CHUNK: Final = 1 << 20
_DEEPEST: Final = 40


class SignatureStanding(StrEnum):
    """What is known of a signature. The words are stable."""

    GOOD = "good"
    UNCHECKED = "unchecked"
    BAD = "bad"

    @property
    def label(self) -> str:
        """The same in Chinese."""
        return {"good": "合格", "unchecked": "未检", "bad": "不合格"}[self.value]


@dataclass(frozen=True, slots=True)
class CheckedSignature:
    """What is known of one signature.

    Attributes:
        why: it is not good.
        certificate: SHA-256 of the signer's certificate; empty where it could not be read.
    """

    standing: SignatureStanding
    why: str = ""
    certificate: str = ""


class _Bad(Exception):
    pass


class _Unchecked(Exception):
    pass


def beside(path: Path) -> Path | None:
    """Return the signature that lies beside a file; ``None`` for none."""
    found = path.with_name(path.name + SUFFIX)
    return found if found.is_file() else None


def require_sound(path: Path, registered: str = "") -> CheckedSignature | None:
    """Check the signature beside a file, if there is one.

    Args:
        path: the file.
        registered: SHA-256 of the certificate its maker signs with; empty where nobody registered it.

    Raises:
        IntegrityAlarm: E202, it is broken, of another file, or another's.
    """
    signature = beside(path)
    if signature is None:
        return None
    checked = check(signature, path, registered)
    if checked.standing is SignatureStanding.BAD:
        raise IntegrityAlarm(
            f"签名不合格：{checked.why}", file=signature.name,
            remedy="向签名的单位核实，请其重新签名；不要移开签名文件就收。没有写入任何内容。",
        )  # fmt: skip
    return checked


def check(signature: Path, content: Path, registered: str = "") -> CheckedSignature:
    """Check a detached signature of a file; see the module for what is not looked at.

    Args:
        signature: the ``.p7s``: DER, BER or PEM.
        content: the file that was signed.
        registered: see ``require_sound``.
    """
    certificate = ""
    try:
        data = _read(signature)
        signers, kind, certificates = _signers(data)
        for signer in signers:
            certificate = _verify(signer, kind, certificates, content)
            if registered and certificate != registered.lower():
                raise _Bad("不是登记的证书签的")
    except _Unchecked as unchecked:
        return CheckedSignature(SignatureStanding.UNCHECKED, str(unchecked), certificate)
    except _Bad as bad:
        return CheckedSignature(SignatureStanding.BAD, str(bad), certificate)
    if not registered:
        why = "签名与文件相符，但没有登记签名单位的证书，是谁签的没有核对"
        return CheckedSignature(SignatureStanding.UNCHECKED, why, certificate)
    return CheckedSignature(SignatureStanding.GOOD, "", certificate)


def _read(path: Path) -> bytes:
    """Return the bytes of a signature, of a PEM what it encodes."""
    try:
        if path.stat().st_size > MOST:
            raise _Bad("太大，不是签名")
        data = path.read_bytes()
    except OSError as error:
        raise _Bad(f"读不出来（{reason_of(error)}）") from error
    if data[:1] == b"\x30":
        try:
            return _definite(data)[0] if data[1:2] == b"\x80" else data
        except (IndexError, ValueError) as error:
            raise _Bad("不是签名文件") from error
    lines = [line for line in data.split() if b"-" not in line and line not in (b"BEGIN", b"END")]
    try:
        return base64.b64decode(b"".join(lines), validate=True)
    except binascii.Error as error:
        raise _Bad("不是签名文件") from error


def _definite(data: bytes, at: int = 0, depth: int = 0) -> tuple[bytes, int]:
    """Return the value that begins at a place with its lengths written out, as DER has them, and where it ends.

    Programs that sign while they read write 'until the end' instead (X.690, 8.1.3.6).
    """
    begun = at
    if data[at] & 0x1F == 0x1F:
        at += 1
        while data[at] & 0x80:
            at += 1
    tag, length = data[begun : at + 1], data[at + 1]
    at += 2
    if length & 0x7F and length & 0x80:
        count = length & 0x7F
        length, at = int.from_bytes(data[at : at + count]), at + count
    end = None if length == 0x80 else at + length
    if depth > _DEEPEST or (end or at) > len(data):
        raise ValueError("too deep, or cut off")
    if not tag[0] & 0x20:
        if end is None:
            raise ValueError("no length")
        return tag + _length(end - at) + data[at:end], end
    parts = []
    while data[at : at + 2] != b"\0\0" if end is None else at < end:
        part, at = _definite(data, at, depth + 1)
        parts.append(part)
    body = b"".join(parts)
    return tag + _length(len(body)) + body, at + 2 if end is None else at


def _length(length: int) -> bytes:
    if length < 0x80:
        return bytes((length,))
    written = length.to_bytes((length.bit_length() + 7) // 8)
    return bytes((0x80 | len(written),)) + written


def _signers(data: bytes) -> tuple[list[Any], str, list[bytes]]:
    """Return the signers' parts of a CMS structure, the type of content it says, and the certificates in it."""
    from pyasn1.codec.ber import decoder
    from pyasn1.codec.der import encoder
    from pyasn1.error import PyAsn1Error
    from pyasn1_modules import rfc5652

    try:
        outer, rest = decoder.decode(data, asn1Spec=rfc5652.ContentInfo())
        if str(outer["contentType"]).startswith(_CHINESE):
            raise _Unchecked(_SM2)
        if rest or str(outer["contentType"]) != _SIGNED:
            raise _Bad("不是 CMS 签名")
        signed, rest = decoder.decode(bytes(outer["content"]), asn1Spec=rfc5652.SignedData())
        inner = signed["encapContentInfo"]
        signers = list(signed["signerInfos"])
        attached = inner["eContent"].isValue
        chosen = [one for one in signed["certificates"] if one.getName() == "certificate"]
        certificates = [encoder.encode(one["certificate"]) for one in chosen]
    except (PyAsn1Error, ValueError, LookupError, TypeError, RecursionError) as error:
        raise _Bad("读不出来，不是 CMS 签名") from error
    if rest or attached or not signers:
        raise _Bad("不是分离式签名" if attached else "里面没有签名")
    return signers, str(inner["eContentType"]), [one for one in certificates if one in data]


_SM2: Final = "国密（SM2/SM3）签名，本程序不能离线核对：请用签名单位 UKey 的验签工具核对"


def _verify(signer: Any, kind: str, certificates: list[bytes], content: Path) -> str:
    """Return the fingerprint of the certificate with which a signer signed the file."""
    from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
    from cryptography.hazmat.primitives import hashes
    from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
    from cryptography.hazmat.primitives.asymmetric.utils import Prehashed

    digest_id, method = (str(signer[n]["algorithm"]) for n in ("digestAlgorithm", "signatureAlgorithm"))
    if digest_id.startswith(_CHINESE) or method.startswith(_CHINESE):
        raise _Unchecked(_SM2)
    name = _DIGESTS.get(digest_id)
    if name is None:
        raise _Unchecked(f"用的是本程序不核对的摘要算法（{digest_id[:40]}）")
    certificate = _certificate(signer, certificates)
    fingerprint = certificate.fingerprint(hashes.SHA256()).hex()
    digest = _signed_digest(signer, kind, name, _digest_of(content, name))
    hashed = {"sha256": hashes.SHA256(), "sha384": hashes.SHA384(), "sha512": hashes.SHA512()}[name]
    algorithm = Prehashed(hashed)
    value = bytes(signer["signature"])
    try:
        key = certificate.public_key()
        if isinstance(key, rsa.RSAPublicKey):
            mgf = padding.MGF1(hashed)
            scheme = padding.PSS(mgf, padding.PSS.AUTO) if method == _PSS else padding.PKCS1v15()
            key.verify(value, digest, scheme, algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey):
            key.verify(value, digest, ec.ECDSA(algorithm))
        else:
            raise _Unchecked("证书里是本程序不核对的密钥")
    except UnsupportedAlgorithm as error:
        raise _Unchecked(_SM2) from error
    except InvalidSignature as error:
        raise _Bad("与文件不符，或签名已损坏") from error
    except ValueError as error:
        raise _Bad("证书或签名已损坏") from error
    return fingerprint


def _certificate(signer: Any, certificates: list[bytes]) -> Certificate:
    """Return the signer's certificate, which lies in the file."""
    from cryptography.x509 import load_der_x509_certificate

    for data in certificates:
        try:
            certificate = load_der_x509_certificate(data)
            if _is_of(signer["sid"], certificate):
                return certificate
        except ValueError as error:
            raise _Bad("里面的证书读不出来") from error
    raise _Unchecked("里面没有签名人的证书")


def _is_of(sid: Any, certificate: Certificate) -> bool:
    from cryptography.x509 import ExtensionNotFound, SubjectKeyIdentifier
    from pyasn1.codec.der import encoder

    if sid.getName() == "issuerAndSerialNumber":
        named = sid["issuerAndSerialNumber"]
        return (
            int(named["serialNumber"]) == certificate.serial_number
            and encoder.encode(named["issuer"]) == certificate.issuer.public_bytes()
        )
    try:
        extension = certificate.extensions.get_extension_for_class(SubjectKeyIdentifier)
    except (ExtensionNotFound, ValueError):
        return False
    return bytes(sid["subjectKeyIdentifier"]) == extension.value.digest


def _digest_of(path: Path, name: str) -> bytes:
    digest = hashlib.new(name)
    try:
        with path.open("rb") as handle:
            while piece := handle.read(_CHUNK):
                digest.update(piece)
    except OSError as error:
        raise _Bad(f"签名的文件读不出来（{reason_of(error)}）") from error
    return digest.digest()


def _signed_digest(signer: Any, kind: str, name: str, content: bytes) -> bytes:
    """Return the digest that was signed: of the attributes, which say the content's, or the content's own."""
    from pyasn1.codec.der import decoder, encoder
    from pyasn1.error import PyAsn1Error
    from pyasn1_modules import rfc5652

    if not signer["signedAttrs"].isValue:
        if kind != _DATA:
            raise _Bad("签名不完整")
        return content
    attributes = rfc5652.SignedAttributes()
    said: dict[str, bytes] = {}
    try:
        for attribute in signer["signedAttrs"]:
            attributes.append(attribute)
            (value,) = attribute["attrValues"]
            said[str(attribute["attrType"])] = bytes(value)
        digest, rest = decoder.decode(said[_MESSAGE_DIGEST])
        type_, more = decoder.decode(said[_CONTENT_TYPE])
        encoded = encoder.encode(attributes)
    except (PyAsn1Error, ValueError, LookupError, TypeError) as error:
        raise _Bad("签名不完整") from error
    if rest or more or str(type_) != kind:
        raise _Bad("签名不完整")
    if bytes(digest) != content:
        raise _Bad("与文件不符")
    return hashlib.new(name, encoded).digest()
