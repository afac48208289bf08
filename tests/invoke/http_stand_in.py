"""An HTTP server on this machine that answers as a test tells it, and keeps what it was asked."""

import contextlib
import http.server
import socket
import threading
import time

OK = (200, {}, b"{}")


def dropped(handler):
    """No answer: the connection ends."""
    handler.close_connection = True
    handler.connection.shutdown(socket.SHUT_RDWR)


def garbage(handler):
    handler.wfile.write(b"\x00\xff is no HTTP\r\n\r\n")
    dropped(handler)


def cut_off(handler):
    """Its answer ends before its length."""
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n{")
    dropped(handler)


def slow(handler):
    time.sleep(2)
    dropped(handler)


class StandIn:
    """`answers`: for one request after the other, the last for all further ones: (status, headers, body), or what writes
    one. `seen`: (method, path, headers, body) of each request."""

    def __init__(self, answers):
        self.seen, self._answers, self._lock = [], list(answers), threading.Lock()
        stand_in = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def log_message(self, *_):
                pass

            def answer(self):
                body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
                status_or_act = stand_in.next_answer((self.command, self.path, self.headers, body))
                if callable(status_or_act):
                    status_or_act(self)
                    return
                status, headers, text = status_or_act
                self.send_response(status)
                for name, value in {"Content-Length": str(len(text)), **headers}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(text)

            do_GET = do_POST = do_PUT = answer

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"

    def next_answer(self, request):
        with self._lock:
            self.seen.append(request)
            return self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]

    def authorizations(self):
        return [headers.get("Authorization") for _, _, headers, _ in self.seen]


@contextlib.contextmanager
def answering(*answers):
    stand_in = StandIn(answers)
    thread = threading.Thread(target=stand_in.server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        stand_in.server.shutdown()
        stand_in.server.server_close()
