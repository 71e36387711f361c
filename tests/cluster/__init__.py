"""A real cluster: one or three nodes of OpenSearch 2.19 on loopback, each a process of its own.

Java and Maven are needed, for tests alone. In CI their absence is a failure, elsewhere the tests are skipped with a line that
says so. ``prepared`` fetches OpenSearch (55 MB of jars, from Maven Central) and compiles ``src/Node.java`` once, into
``.opensearch`` of the checkout. A node ends with this process at the latest: it reads its stdin until that ends.
"""

from __future__ import annotations

import json
import os
import random
import shutil
import signal
import socket
import ssl
import subprocess
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Final

import pytest

from tests.cluster.wires import Wires
from tests.java import class_path, require_java, unpacked

HERE: Final = Path(__file__).parent
BUILT: Final = HERE.parents[1] / ".opensearch"
READY_S: Final = 600.0
"""A node is there after seconds; whatever takes so long on a busy machine hangs."""
FIRST_PORT, LAST_PORT = 9201, 9250
TRANSPORT: Final = 100
"""A node's port for other nodes lies so far above its port for HTTP."""
DOOR: Final = 200
"""And the one by which they come to it."""
HEAP: Final = "384m"
SECURITY: Final = "org.opensearch.plugin:opensearch-security:2.19.1.0:zip"


def require() -> None:
    """Skip the test where Java is missing; in CI it fails."""
    require_java("集群检索没有在真的 OpenSearch 上试过")


@cache
def prepared() -> str:
    """Fetch and compile what is not there yet; return the class path."""
    return class_path(HERE, "Node", BUILT)


def guarded(folder: Path) -> str:
    """Prepare a node's folder for the security plugin, to which nobody is known yet; return the class path with it."""
    plugin = unpacked(SECURITY, BUILT / "security")
    config = folder / "node_1" / "config" / "opensearch-security"
    if not config.is_dir():
        shutil.copytree(plugin / "config", config)
        for file in ("internal_users", "roles", "roles_mapping", "tenants"):
            kind = file.replace("_", "")
            (config / f"{file}.yml").write_text(f"_meta: {{type: {kind}, config_version: 2}}\n")
    return os.pathsep.join((prepared(), f"{plugin}/*"))


@dataclass
class Node:
    """One node; its process is started, killed and halted by the test.

    Attributes:
        wires: those to the other nodes.
        certificates: folder of the certificates of a node with the security plugin, see ``tests.cluster.accounts``.
    """

    name: str
    folder: Path
    port: int
    peers: tuple[tuple[str, int], ...]
    wires: Wires
    certificates: Path | None = None
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http{'s' if self.certificates else ''}://127.0.0.1:{self.port}"

    @property
    def admin(self) -> ssl.SSLContext | None:
        """How whoever looks after the cluster speaks to it."""
        if self.certificates is None:
            return None
        context = ssl.create_default_context(cafile=self.certificates / "ca.pem")
        context.load_cert_chain(self.certificates / "admin.pem", self.certificates / "admin.key")
        return context

    def start(self) -> None:
        """Start the process; it is ready some time later."""
        names = ",".join(name for name, _ in self.peers)
        seeds = ",".join(f"127.0.0.1:{port + DOOR}" for _, port in self.peers)
        memory = [f"-Xms{HEAP}", f"-Xmx{HEAP}", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
        ports = [str(self.port + above) for above in (0, TRANSPORT, DOOR)]
        arguments = [self.name, str(self.folder), *ports, names, seeds]
        self.folder.mkdir(parents=True, exist_ok=True)
        classes = prepared()
        if self.certificates:
            classes = guarded(self.folder)
            arguments.append(str(self.certificates))
        with (self.folder / "out.log").open("ab") as log:
            self.process = subprocess.Popen(
                ["java", *memory, "-cp", classes, "Node", *arguments],
                stdin=subprocess.PIPE, stdout=log, stderr=log, cwd=self.folder,
            )  # fmt: skip
        self.wires.processes[self.process.pid] = self.port + TRANSPORT

    def cut_off(self) -> None:
        """Cut the wires to the other nodes; ``wires.mend`` mends them."""
        self.wires.cut(self.port + TRANSPORT)

    def send(self, number: signal.Signals) -> None:
        """Send the process a signal."""
        assert self.process is not None
        self.process.send_signal(number)

    def kill(self) -> None:
        """End the process as a power cut does."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            if self.process.stdin:
                self.process.stdin.close()
            self.process = None

    def log(self) -> str:
        """Return the last lines of what the node says."""
        found = self.folder / "out.log"
        return "\n".join(found.read_text(errors="replace").splitlines()[-30:]) if found.is_file() else ""


class Nodes(list[Node]):
    """The nodes of one cluster."""

    @property
    def urls(self) -> tuple[str, ...]:
        return tuple(node.url for node in self)

    def wait(self, *, nodes: int = 0, status: str = "green") -> None:
        """Wait until so many nodes (all by default) hold together and every copy of every index is there."""
        until = time.monotonic() + READY_S
        wanted = nodes or len(self)
        path = f"/_cluster/health?wait_for_nodes={wanted}&wait_for_status={status}&timeout=5s"
        while True:
            for node in self:
                health = node.process and asked(node.url + path, context=node.admin)
                if health and not health["timed_out"]:
                    return
            dead = [n.name for n in self if n.process and n.process.poll() is not None]
            if dead or time.monotonic() > until:
                pytest.fail(f"the cluster is not there ({dead} ended):\n" + "\n".join(n.log() for n in self))
            time.sleep(0.5)


def asked(
    url: str, method: str = "GET", body: object = None, *, context: ssl.SSLContext | None = None
) -> Any:
    """Return a node's answer, ``None`` when there is none."""
    data = None if body is None else json.dumps(body).encode()
    request = urllib.request.Request(
        url, data=data, method=method, headers={"Content-Type": "application/json"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30, context=context) as answer:
            return json.load(answer)
    except (OSError, urllib.error.HTTPError, json.JSONDecodeError):
        return None


def ports(count: int) -> Sequence[int]:
    """Return ports that are free for HTTP and for the other nodes alike."""

    def is_free(port: int) -> bool:
        with socket.socket() as one:
            return one.connect_ex(("127.0.0.1", port)) != 0

    free = [
        p for p in range(FIRST_PORT, LAST_PORT) if all(is_free(p + above) for above in (0, TRANSPORT, DOOR))
    ]
    return random.sample(free, count)  # another run may look for ports at the same time


@contextmanager
def running(count: int, certificates: Path | None = None) -> Iterator[Nodes]:
    """Run a cluster of so many nodes for a block, with the security plugin if there are certificates; no process of it is left after."""
    with tempfile.TemporaryDirectory(prefix="opensearch-", ignore_cleanup_errors=True) as folder:
        peers = tuple((f"n{at}-{port}", port) for at, port in enumerate(ports(count), 1))
        wires = Wires({port + DOOR: port + TRANSPORT for _, port in peers})
        nodes = Nodes(
            Node(name, Path(folder, name), port, peers, wires, certificates) for name, port in peers
        )
        with wires.strung():
            try:
                for node in nodes:
                    node.start()
                nodes.wait()
                yield nodes
            finally:
                for node in nodes:
                    node.kill()
