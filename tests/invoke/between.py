"""A proxy between a client and the Lambda stand-in, for what the stand-in itself does not do: a test's hooks see each
request before it goes on, and may answer it themselves or change the answer."""

import contextlib
import http.client
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit


@contextlib.contextmanager
def between(api, *, before=None, after=None):
    """Gives the proxy's URL. before(method, path, n) -> None or (status, headers, body); n counts the requests of that
    method from 1. after(method, path, body) -> the body that the client gets."""
    where = urlsplit(api.url)
    counts, lock = {}, threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def log_message(self, *_):
            pass

        def handle_request(self):
            body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
            with lock:
                n = counts[self.command] = counts.get(self.command, 0) + 1
            answer = before(self.command, self.path, n) if before else None
            if answer is None:
                connection = http.client.HTTPConnection(where.hostname, where.port, timeout=60)
                connection.putrequest(self.command, self.path, skip_host=True, skip_accept_encoding=True)
                for name, value in self.headers.items():
                    connection.putheader(name, value)
                connection.endheaders(body or None)
                got = connection.getresponse()
                answer = got.status, dict(got.getheaders()), got.read()
                connection.close()
            status, headers, data = answer
            data = after(self.command, self.path, data) if after else data
            kept = {name: value for name, value in headers.items() if name.lower() != "content-length"}
            self.send_response_only(status)
            for name, value in {**kept, "Content-Length": str(len(data))}.items():
                self.send_header(name, value)
            self.end_headers()
            self.wfile.write(data)

        do_GET = do_PUT = do_POST = do_DELETE = handle_request

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def service_error(status, kind, message):
    return status, {"x-amzn-ErrorType": kind}, f'{{"message": "{message}"}}'.encode()
