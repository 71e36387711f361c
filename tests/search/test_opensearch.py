"""Requests to a cluster, against a server of the test's own that is busy, full, strange, or asks for a password; needs no Java."""

from __future__ import annotations

import datetime as dt
import ipaddress
import json
import ssl
import threading
from base64 import b64encode
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from archivist.cluster_errors import ClusterDown
from archivist.errors import IndexNotWritten
from archivist.search import opensearch
from archivist.search.cluster_documents import Json
from archivist.search.opensearch import ClusterAddress, ClusterRequests, Overtaken


@dataclass(frozen=True)
class Heard:
    """A request as the server got it: the lines of its body, and who asked."""

    lines: list[Json]
    account: str


Answer = Callable[[Heard], tuple[int, Json]]
"""A request → status, body."""


@contextmanager
def server(answer: Answer, tls: ssl.SSLContext | None = None) -> Iterator[str]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            lines = [json.loads(line) for line in body.splitlines()]
            status, said = answer(Heard(lines, self.headers.get("Authorization", "")))
            data = json.dumps(said).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(data)))
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as running:
        if tls:
            running.socket = tls.wrap_socket(running.socket, server_side=True)
        threading.Thread(target=running.serve_forever, daemon=True).start()
        yield f"http{'s' if tls else ''}://127.0.0.1:{running.server_address[1]}"
        running.shutdown()


@pytest.fixture(autouse=True)
def no_pauses(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(opensearch, "FIRST_PAUSE_S", 0.001)


def bulk(url: str, count: int, patience_s: float = 30.0) -> None:
    requests = ClusterRequests(ClusterAddress((url,), patience_s=patience_s))
    try:
        requests.bulk("i", (({"index": {"_id": str(at)}}, {"text": "字" * 50}) for at in range(count)))
    finally:
        requests.close()


def items(lines: list[Json], status: Callable[[str], int], reason: str = "") -> tuple[int, Json]:
    ids = [line["index"]["_id"] for line in lines if "index" in line]
    return 200, {
        "items": [{"index": {"_id": i, "status": status(i), "error": {"reason": reason}}} for i in ids]
    }


def test_whatever_a_busy_cluster_refuses_is_sent_again_less_at_a_time() -> None:
    """“Bulk with back-pressure and retries”: nothing refused is lost, nothing accepted is sent twice."""
    kept: list[str] = []
    sizes: list[int] = []

    def answer(heard: Heard) -> tuple[int, Json]:
        room = set([line["index"]["_id"] for line in heard.lines if "index" in line][:70])
        sizes.append(len(heard.lines) // 2)
        kept.extend(sorted(room))
        return items(heard.lines, lambda one: 201 if one in room else 429, "rejected execution")

    with server(answer) as url:
        bulk(url, 1_500)
    assert sorted(kept, key=int) == [str(at) for at in range(1_500)]
    assert max(sizes) <= opensearch.BULK_LINES and sizes[-1] <= 70


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_request_a_busy_cluster_refuses_whole_is_put_again(status: int) -> None:
    asked: list[int] = []

    def answer(heard: Heard) -> tuple[int, Json]:
        asked.append(len(heard.lines))
        return items(heard.lines, lambda _: 201) if len(asked) > 9 else (status, {"error": {"type": "busy"}})

    with server(answer) as url:
        bulk(url, 3)
    assert set(asked) == {6}


def test_a_cluster_that_stays_busy_is_given_up_in_time() -> None:
    with server(lambda heard: items(heard.lines, lambda _: 429)) as url, pytest.raises(ClusterDown):
        bulk(url, 3, patience_s=0.2)


@pytest.mark.parametrize(
    "reason",
    [
        "index [i] blocked by: [TOO_MANY_REQUESTS/12/disk usage exceeded flood-stage watermark, index has read-only-allow-delete block];",
        "blocked by: [FORBIDDEN/12/index read-only / allow delete (api)]",
    ],
)
@pytest.mark.parametrize("status", [403, 429])
def test_a_full_cluster_is_not_pressed(reason: str, status: int) -> None:
    asked: list[int] = []

    def answer(heard: Heard) -> tuple[int, Json]:
        asked.append(1)
        return items(heard.lines, lambda _: status, reason)

    with server(answer) as url, pytest.raises(IndexNotWritten, match="快满"):
        bulk(url, 3)
    assert len(asked) == 1


def test_a_later_state_is_not_written_over() -> None:
    with server(lambda heard: items(heard.lines, lambda _: 409)) as url, pytest.raises(Overtaken):
        bulk(url, 3)


@pytest.mark.parametrize("status", [400, 413, 500])
def test_what_a_cluster_says_is_not_repeated(status: int) -> None:
    """No message tells what was asked or answered."""
    said = {
        "error": {"type": "parse_exception", "reason": "王秀兰 120106", "root_cause": [{"reason": "王秀兰"}]}
    }
    with server(lambda _: (status, said)) as url:
        requests = ClusterRequests(ClusterAddress((url,), patience_s=0.1))
        with pytest.raises(ClusterDown) as refused:
            requests.ask("POST", "/i/_search", {"query": "王秀兰"})
        requests.close()
    assert "王秀兰" not in f"{refused.value} {refused.value.__cause__} {refused.value.as_json()}"
    assert refused.value.__suppress_context__


# ── TLS and who asks ─────────────────────────────────────────────────────────────────────────────────────
def certificate(folder: Path) -> tuple[ssl.SSLContext, Path]:
    """Return a server's side of TLS with a certificate of its own, and the file that vouches for it."""
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "127.0.0.1")])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - dt.timedelta(days=1))
        .not_valid_after(now + dt.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]), critical=False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    folder.mkdir()
    pem, secret = folder / "ca.pem", folder / "key.pem"
    pem.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem, secret)
    return context, pem


def test_who_asks_is_said_under_tls_alone_and_to_a_trusted_cluster_alone(tmp_path: Path) -> None:
    """“TLS + user from settings/environment.”."""
    context, ca = certificate(tmp_path / "one")
    _, other = certificate(tmp_path / "two")
    accounts: list[str] = []

    def answer(heard: Heard) -> tuple[int, Json]:
        accounts.append(heard.account)
        known = heard.account == "Basic " + b64encode(b"tjhq:geheim").decode()
        return (200, {"fine": True}) if known else (401, {"error": "Unauthorized"})

    with server(answer, context) as url:
        for vouched, password, refused in (
            (ca, "geheim", ""),
            (ca, "falsch", "用户"),
            (other, "geheim", "证书"),
        ):
            address = ClusterAddress((url,), str(vouched), "tjhq", password, patience_s=0.1)
            requests = ClusterRequests(address)
            if refused:
                with pytest.raises(ClusterDown, match=refused) as error:
                    requests.ask("GET", "/")
                assert password not in f"{error.value} {error.value.remedy}"
            else:
                assert requests.ask("GET", "/") == {"fine": True}
            requests.close()
    assert len(accounts) == 2
