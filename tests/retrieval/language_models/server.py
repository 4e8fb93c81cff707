"""A real HTTP server on loopback that answers as it is told."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

CUT = "cut"
"""An answer that breaks the connection."""


@dataclass
class Reply:
    """What the server sends."""

    body: Any = None
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Seen:
    """A request as it came."""

    path: str
    payload: Any
    authorization: str | None


def chat(text: str | None, **more: Any) -> Reply:
    choice = {"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}
    usage = {"prompt_tokens": 7, "completion_tokens": 2}
    return Reply({"choices": [choice], "usage": usage} | more)


@contextmanager
def serve(
    answer: Callable[[Seen, int], Reply | str],
) -> Generator[tuple[str, list[Seen]]]:
    """Base URL of the server, and the requests it saw; ``answer`` gets each and its number."""
    seen: list[Seen] = []
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            size = int(self.headers["Content-Length"])
            request = Seen(
                self.path, json.loads(self.rfile.read(size)), self.headers.get("Authorization")
            )
            with lock:
                seen.append(request)
                number = len(seen)
            reply = answer(request, number)
            if isinstance(reply, str):
                self.connection.close()
                return
            body = reply.body if isinstance(reply.body, bytes) else json.dumps(reply.body).encode()
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            try:
                self.wfile.write(body)
            except (BrokenPipeError, ConnectionResetError):
                return

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the base's name
            del format, args

        def handle(self) -> None:
            try:
                super().handle()
            except (ConnectionError, ValueError, OSError):
                return

        def finish(self) -> None:
            try:
                super().finish()
            except (ValueError, OSError):
                return

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}/v1", seen
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
