"""An MQTT broker without an installation, for development: rumqttd, from the wheel iotcore.

What it does and doesn't, measured with rumqttd 0.20:

* It keeps a session over a client's death, however it came, and delivers again, in order, all that
  the client hadn't acknowledged. It forgets everything when it ends itself.
* At most 100 messages are on their way to a client; Receive Maximum and `max_inflight_count` change
  nothing. While those 100 are unacknowledged the client gets no answer whatsoever, no SUBACK, no
  PUBACK, no PINGRESP. Acknowledge first, and don't wait for the SUBACK of a resumed session.
* It ends a client that acknowledges out of order.
* A refused login is a closed connection without CONNACK.
* There is no ACL: every login may publish and subscribe everywhere.
"""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path
from types import TracebackType
from typing import Self

import psutil

from yiyang.embedded import EmbeddedError
from yiyang.embedded.ground import LOOPBACK, last_line, require_free, writable, write_private
from yiyang.processes import die_with_parent, open_log

MAX_PACKET_BYTES = 128 * 1024  # larger ends the connection; our own limit is 16 KiB, checked later
MAX_CONNECTIONS = 10_000
# Every filter somebody subscribes to has a log of its own in memory, and a client that was away
# reads on from there. The oldest segment goes when the last is full, so that 7 of 8 always count:
# 56 MiB, 100,000 messages of up to 580 bytes, topic included.
SEGMENT_BYTES = 8 * 1024 * 1024
SEGMENTS = 8
LAST_BREATH_S = 2.0  # how long a killed parent's broker may still hold the ports

# -P keeps a folder named iotcore in the working directory from taking the package's place.
# rumqttd's own records are silenced: it logs a line at ERROR for every packet.
_SERVE = """
import logging, resource, sys
from iotcore.iotcore import IotCoreBroker
hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
logging.basicConfig(level="WARNING", format="%(asctime)s %(levelname)s %(name)s: %(message)s")
logging.getLogger("rumqttd").setLevel(logging.CRITICAL)
IotCoreBroker(config_path=sys.argv[1]).run_forever()
"""


class EmbeddedBroker:
    """One broker on 127.0.0.1: MQTT 3.1.1 on `port`, MQTT 5 on `port5`, sharing all topics.

    `logins` maps user names to passwords; nobody gets in without one. 4,000 logins cost nothing
    noticeable at start, 270,000 cost 12 s and 400 MB.

    It ends with the process that launched it, however that one ends; call the methods, which
    block, from the main thread, to which the kernel ties that promise. `port_option` and
    `port5_option` are what messages about the ports advise.
    """

    name = "the embedded MQTT broker"

    def __init__(
        self,
        data_dir: Path,
        *,
        port: int,
        port5: int,
        logins: Mapping[str, str],
        port_option: str = "--mqtt-port",
        port5_option: str = "--mqtt5-port",
    ) -> None:
        self._data_dir = data_dir.absolute()
        self._home = self._data_dir / "broker"
        self._port, self._port5 = port, port5
        self._port5_option = port5_option
        self._ports = ((port, port_option), (port5, port5_option))
        self._logins = dict(logins)
        self._process: subprocess.Popen[bytes] | None = None
        self._log_start = 0

    @property
    def log_file(self) -> Path:
        """What the broker writes, over all its starts."""
        return self._home / "broker.log"

    @property
    def is_running(self) -> bool:
        return self._process is not None and self._process.poll() is None

    @property
    def pid(self) -> int | None:
        """The broker's process id while one is launched."""
        return self._process.pid if self._process else None

    def launch(self) -> None:
        """Write the configuration and start the broker; it listens a little later.

        Does nothing while it runs.

        Raises: EmbeddedError when a port is taken or the data directory can't be written.
        """
        if self.is_running:
            return
        if self._port == self._port5:
            raise EmbeddedError(
                f"MQTT 3.1.1 and MQTT 5 need a port each, not both {self._port}; "
                f"choose another with {self._port5_option}."
            )
        self._require_ports()
        with writable(self._data_dir):
            self._home.mkdir(parents=True, exist_ok=True)
            config = self._home / "rumqttd.toml"
            write_private(config, self._config())
            with open_log(self.log_file) as log:
                self._log_start = log.tell()
                self._process = subprocess.Popen(
                    [sys.executable, "-P", "-c", _SERVE, config],
                    stdin=subprocess.DEVNULL,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                    start_new_session=True,  # Ctrl-C in a terminal is for us
                    preexec_fn=die_with_parent(signal.SIGTERM),
                )

    def wait_ready(self, timeout_s: float = 30) -> None:
        """Wait until the broker itself, not some other program, listens on both ports.

        Raises: EmbeddedError when it ends before that, or takes longer than `timeout_s` seconds.
            It doesn't run then.
        """
        deadline = time.monotonic() + timeout_s
        try:
            while not self._listens():
                if not self.is_running:
                    self._explain_end()
                if time.monotonic() > deadline:
                    raise EmbeddedError(
                        f"The MQTT broker is not ready after {timeout_s:.0f} s; its log is "
                        f"{self.log_file}."
                    )
                time.sleep(0.01)
        except BaseException:
            self.stop()
            raise

    def stop(self) -> None:
        """End the broker and wait for it. Does nothing when it isn't running."""
        if self._process is None:
            return
        self._process.terminate()
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._process = None

    def __enter__(self) -> Self:
        self.launch()
        self.wait_ready()
        return self

    def __exit__(
        self,
        exc_type: type[BaseException] | None,
        exc: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.stop()

    def _require_ports(self) -> None:
        deadline = time.monotonic() + LAST_BREATH_S
        for port, option in self._ports:
            while True:
                try:
                    require_free(port, option)
                    break
                except EmbeddedError:
                    if time.monotonic() > deadline:
                        raise
                    time.sleep(0.05)

    def _config(self) -> str:
        # Without dynamic_filters a message to a topic that nobody subscribes to would end its
        # sender's connection.
        router = (
            f"id = 0\n[router]\nid = 0\nmax_connections = {MAX_CONNECTIONS}\n"
            f"max_outgoing_packet_count = 200\n"
            f"max_segment_size = {SEGMENT_BYTES}\nmax_segment_count = {SEGMENTS}\n"
        )
        logins = "".join(f"{_toml(user)} = {_toml(word)}\n" for user, word in self._logins.items())
        servers = (
            f'[{version}.1]\nname = "{version}-1"\nlisten = "{LOOPBACK}:{port}"\n'
            f"next_connection_delay_ms = 0\n[{version}.1.connections]\n"
            f"connection_timeout_ms = 60000\nmax_payload_size = {MAX_PACKET_BYTES}\n"
            f"max_inflight_count = 1000\ndynamic_filters = true\n"
            f"[{version}.1.connections.auth]\n{logins}"
            for version, port in (("v4", self._port), ("v5", self._port5))
        )
        return router + "".join(servers)

    def _listens(self) -> bool:
        if self._process is None:
            return False
        try:
            sockets = psutil.Process(self._process.pid).net_connections("tcp")
        except psutil.Error:  # it has just ended
            return False
        listening = {s.laddr.port for s in sockets if s.status == psutil.CONN_LISTEN}
        return listening >= {self._port, self._port5}

    def _explain_end(self) -> None:
        self._require_ports()  # somebody else was quicker
        reason = last_line(self.log_file, since=self._log_start) or "it wrote nothing"
        raise EmbeddedError(
            f"The MQTT broker has ended while it started ({reason}); its log is {self.log_file}."
        )


def _toml(text: str) -> str:
    """`text` as a TOML basic string: JSON's escapes, plus the one character JSON leaves alone."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")
