"""The wires between nodes, which a test can cut: each node is reached by the others through a door of its own in this process.

A connection is known by the process at its other end (``/proc``), so that both what a node is sent and what it sends is held back:
bytes wait, as they do in a network that lost its way, and go on when it is mended. Whoever asks a node by HTTP still can.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

_CHUNK = 1 << 16


@dataclass
class Wires:
    """Doors by port: ``doors`` says at which port of a node's own its door leads."""

    doors: Mapping[int, int]
    processes: dict[int, int] = field(default_factory=dict)
    """Process → its node's own port; told by whoever starts a node."""
    _loop: asyncio.AbstractEventLoop = field(default_factory=asyncio.new_event_loop)
    _whole: dict[int, asyncio.Event] = field(default_factory=dict)
    _servers: list[asyncio.Server] = field(default_factory=list)

    def cut(self, port: int) -> None:
        """Hold back whatever a node sends to others and they to it."""
        self._loop.call_soon_threadsafe(self._whole[port].clear)

    def mend(self) -> None:
        """Let everything go on."""
        for whole in self._whole.values():
            self._loop.call_soon_threadsafe(whole.set)

    @contextmanager
    def strung(self) -> Iterator[Wires]:
        """Open the doors for a block."""
        thread = threading.Thread(target=self._loop.run_forever, name="wires", daemon=True)
        thread.start()
        asyncio.run_coroutine_threadsafe(self._open(), self._loop).result()
        try:
            yield self
        finally:
            asyncio.run_coroutine_threadsafe(self._close(), self._loop).result()
            self._loop.call_soon_threadsafe(self._loop.stop)
            thread.join()
            self._loop.close()

    async def _open(self) -> None:
        for door, port in self.doors.items():
            self._whole[port] = asyncio.Event()
            self._whole[port].set()

            async def enter(
                reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int = port
            ) -> None:
                await self._joined(reader, writer, port)

            self._servers.append(await asyncio.start_server(enter, "127.0.0.1", door))

    async def _close(self) -> None:
        for server in self._servers:
            server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0.1)  # what was aborted is let go of

    async def _joined(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter, port: int) -> None:
        """Join a connection that came to a door with one to the node behind it."""
        whole = [self._whole[port]]
        if (other := self._port_of(writer.get_extra_info("peername")[1])) is not None:
            whole.append(self._whole[other])
        ends = [writer]
        try:
            inward, outward = await asyncio.open_connection("127.0.0.1", port)
            ends.append(outward)
            await asyncio.gather(_carry(reader, outward, whole), _carry(inward, writer, whole))
        except (OSError, asyncio.CancelledError):  # cut off by the node, or when the doors close
            pass
        finally:
            for end in ends:
                end.transport.abort()

    def _port_of(self, local: int) -> int | None:
        """Return the own port of the node that owns the far end of a connection."""
        wanted = f":{local:04X}"
        rows = [
            line.split()
            for table in ("tcp", "tcp6")
            for line in Path("/proc/net", table).read_text("ascii").splitlines()[1:]
        ]
        sockets = {f"socket:[{row[9]}]" for row in rows if row[1].endswith(wanted)}
        for process, port in self.processes.items():
            with suppress(OSError):
                for handle in Path(f"/proc/{process}/fd").iterdir():
                    with suppress(OSError):
                        if str(handle.readlink()) in sockets:
                            return port
        return None


async def _carry(
    reader: asyncio.StreamReader, writer: asyncio.StreamWriter, whole: list[asyncio.Event]
) -> None:
    while data := await reader.read(_CHUNK):
        for event in whole:
            await event.wait()
        writer.write(data)
        await writer.drain()
    writer.close()
