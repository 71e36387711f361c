"""The codes on documents: nobody without the office's key makes one, and the longest fits the QR code printed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from archivist.errors import InvalidValue
from archivist.model.document_code import (
    MAX_LENGTH,
    DocumentCode,
    OfficeKey,
    is_genuine,
    is_keyed,
    is_ours,
)
from archivist.model.ids import CaseNo, Category, record_no
from archivist.reading.barcodes import qr_modules
from tests.codes import unkeyed

KEY, OTHER = OfficeKey.of(bytes(range(32))), OfficeKey.of(bytes(range(1, 33)))
LETTERS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-"
codes = st.builds(
    DocumentCode,
    st.builds(
        CaseNo,
        st.from_regex(r"[A-Z]{2,8}", fullmatch=True),
        st.sampled_from(Category),
        st.integers(1990, 2100),
        st.integers(1, 9_999_999),
    ),
    st.from_regex(r"[A-Z]{3}", fullmatch=True),
    st.integers(1, 9999).map(record_no),
)


@given(codes)
def test_a_payload_survives_the_printer(code: DocumentCode) -> None:
    payload = code.payload(KEY)
    assert DocumentCode.parse(payload) == code
    assert is_ours(payload) and is_keyed(payload) and is_genuine(payload, KEY)
    assert len(payload) <= MAX_LENGTH
    assert set(payload) <= set("0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:")


def test_the_longest_fits_version_3_of_level_q() -> None:
    """The longest office code and sequence, at most 47 in all, version 3-Q (29 modules a side, ISO/IEC 18004)."""
    longest = DocumentCode(CaseNo("ABCDEFGH", Category.DB, 2024, 999_999_999), "SQS", record_no(99_999))
    assert len(longest.payload(KEY)) == MAX_LENGTH
    ordinary = DocumentCode(CaseNo("TJHQ", Category.DB, 2024, 123), "SQS", record_no(7))
    for code in (longest, ordinary):
        assert {len(row) for row in qr_modules(code.payload(KEY))} == {29}


def test_the_check_is_the_hmac_of_the_body() -> None:
    """HMAC-SHA-256 truncated to 50 bits over the body with the office's key, RFC 4648: worked out by openssl.

    printf AV2-TJHQDB2024000123-SQS7 | openssl dgst -sha256 -mac HMAC -macopt hexkey:000102…1f, its first 50 bits.
    """
    code = DocumentCode(CaseNo("TJHQ", Category.DB, 2024, 123), "SQS", record_no(7))
    assert code.payload(KEY) == "AV2-TJHQDB2024000123-SQS7-ZDOFDBXFLR"


@given(codes)
def test_another_office_s_key_makes_another_code(code: DocumentCode) -> None:
    """Nobody without the key makes a code, whoever knows case, type and record."""
    assert not is_genuine(code.payload(OTHER), KEY)
    assert not is_genuine(unkeyed(code), KEY) and not is_keyed(unkeyed(code))


@given(codes, st.data())
def test_one_wrong_character_is_noticed(code: DocumentCode, data: st.DataObject) -> None:
    payload = code.payload(KEY)
    at = data.draw(st.integers(0, len(payload) - 1))
    other = data.draw(st.sampled_from(LETTERS).filter(lambda c: c != payload[at]))
    assert not is_genuine(payload[:at] + other + payload[at + 1 :], KEY)


@given(codes, st.data())
def test_an_unkeyed_code_is_still_read_and_its_slips_noticed(code: DocumentCode, data: st.DataObject) -> None:
    """The unkeyed checksum of AV1 stays readable."""
    payload = unkeyed(code)
    assert is_ours(payload) and DocumentCode.parse(payload) == code
    at = data.draw(st.integers(0, len(payload) - 1))
    wrong = (
        payload[:at]
        + data.draw(st.sampled_from(LETTERS).filter(lambda c: c != payload[at]))
        + payload[at + 1 :]
    )
    with pytest.raises(InvalidValue):
        DocumentCode.parse(wrong)


def test_the_example_of_an_unkeyed_code() -> None:
    """``AV1-TJHQDB2024000123-SQS7-3F`` as papers in the field carry it."""
    payload = "AV1-TJHQDB2024000123-SQS7-C6"
    assert unkeyed(DocumentCode.parse(payload)) == payload


def test_a_key_says_nothing_of_its_secret() -> None:
    assert KEY.secret.hex() not in repr(KEY) and str(KEY.secret) not in repr(KEY)
    assert KEY.id != OTHER.id and len(KEY.id) == 8
