"""Where the browser brings the answer of a sign-in: an address on this machine, open for one answer."""

from __future__ import annotations

import html
import os
import time
from http.server import BaseHTTPRequestHandler
from socketserver import TCPServer
from urllib.parse import parse_qs, urlsplit

from promptkit.errors import PromptkitError
from promptkit.text import sanitized

WAIT_SECONDS = 300
OWN_CLIENT_PORT = 28713
OWN_CLIENT_ADDRESS = f"http://127.0.0.1:{OWN_CLIENT_PORT}/callback"
"""The redirect address for a client that a company registers itself, as most issuers want the whole of it."""
_PAGE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<title>promptkit</title>
<h1>{title}</h1>
<p>You can close this page and go back to the terminal.</p>
"""


class Callback:
    """Listens at 127.0.0.1 until `close`, on a port that nobody could foresee unless one is given.

    Raises:
        PromptkitError: another program has that port.
    """

    def __init__(self, wait_seconds: float = WAIT_SECONDS, *, port: int = 0) -> None:
        self._wait_seconds = wait_seconds
        try:
            self._server = _Server(("127.0.0.1", port), _Handler)
        except OSError as error:
            message = f"cannot listen at 127.0.0.1:{port} for the browser's answer: {error.strerror}"
            raise PromptkitError.of("callback", message, "end the program that uses this port, and try again") from None
        self._is_closed = False

    @property
    def uri(self) -> str:
        """The redirect address to register."""
        return f"http://127.0.0.1:{self._server.server_address[1]}/callback"

    def wait(self) -> dict[str, str]:
        """Block until the browser comes; the parameters that it brings, the first of each name.

        Raises:
            PromptkitError: nobody came in time.
        """
        end = time.monotonic() + self._wait_seconds
        while self._server.answer is None and not self._is_closed and time.monotonic() < end:
            self._server.handle_request()
        if self._server.answer is None:
            raise PromptkitError.of(
                "no-answer", "no answer came from the browser", "run promptkit connect again, and sign in"
            )
        return self._server.answer

    def close(self) -> None:
        """Stop listening."""
        self._is_closed = True
        self._server.server_close()


class _Server(TCPServer):
    # A given port is still taken for a minute by the last answer that came there; Windows would share it with anybody.
    allow_reuse_address = os.name == "posix"
    timeout = 0.5  # How soon `wait` sees that it is over.
    answer: dict[str, str] | None = None


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 5  # For one slow visitor; the others wait.

    def do_GET(self) -> None:
        parts = urlsplit(self.path)
        if parts.path != "/callback" or self.server.answer is not None:
            self.send_error(404)
            return
        self.server.answer = {name: values[0] for name, values in parse_qs(parts.query).items()}
        error = self.server.answer.get("error")
        title = "promptkit has the answer" if error is None else f"No sign-in: {sanitized(error)}"
        self._send(_PAGE.format(title=html.escape(title)).encode())

    def _send(self, page: bytes) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html; charset=utf-8")
        self.send_header("Content-Length", str(len(page)))
        self.send_header("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
        self.send_header("Cache-Control", "no-store")
        self.send_header("Referrer-Policy", "no-referrer")
        self.end_headers()
        self.wfile.write(page)

    def log_message(self, *_: object) -> None:
        """Say nothing: the address holds the code."""
