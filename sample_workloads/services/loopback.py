"""The HTTP server of the services: on a free port of the loopback interface, until it is ended."""

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


def serve(variable, path, answer):
    """Prints VARIABLE=http://127.0.0.1:PORT + path once it listens, then serves.

    `answer`: from the path and query of a GET to (status, headers, body); called from several threads.
    """

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self):
            status, headers, body = answer(self.path)
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    print(f"{variable}=http://127.0.0.1:{server.server_port}{path}", flush=True)
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        pass
