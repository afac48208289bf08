"""A strict stand-in of AWS Lambda's API on loopback: lambda_stub.py --scenario FILE.json --state-log FILE.jsonl

It wants a Python with botocore (.deps/moto). The first line printed is LAMBDA_URL=http://127.0.0.1:PORT. Every request
leaves one line of JSON in the state log, without secrets. What a careful client would not send is answered with 4xx and
leaves a `violation` there. The scenario's format is in stub.py.
"""

import argparse
import hashlib
import itertools
import json
import os
import re
import socket
import struct
import sys
import threading
import time
import uuid
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl, unquote

import lambda_invoke
from lambda_model import Account, ApiError, check_environment, digest
from sigv4_check import Refused, verify

ROUTE = re.compile(r"/2015-03-31/functions/([^/]+)(?:/(invocations|configuration|versions))?")
AMZ_HEADERS = {"x-amz-date", "x-amz-security-token", "x-amz-content-sha256", "x-amz-user-agent"}
INVOKE_HEADERS = {"x-amz-invocation-type": "RequestResponse", "x-amz-log-type": "Tail"}
LOGGED_HEADERS = ("host", "content-type", "content-length", "user-agent", "x-amz-date", "accept", "expect")
PAYLOAD_LIMIT = 6291456
SCENARIO_KEYS = {"region", "account", "credentials", "functions", "error_type_suffix"}
SUFFIX = ":http://internal.amazon.com/coral/com.amazonaws.awsgirapi/"


def violation(status, error, why):
    return ApiError(status, error, why, violation=why)


class Stub:
    """The scenario, its account, and the state log."""

    def __init__(self, scenario, log):
        unknown = set(scenario) - SCENARIO_KEYS
        if unknown:
            raise SystemExit(f"scenario: unknown {sorted(unknown)}")
        self.account = Account(scenario)
        for function in self.account.functions.values():
            for entry in function.invokes:
                lambda_invoke.check_entry(function.name, entry)
        self.credentials = scenario["credentials"]
        self.suffix = SUFFIX if scenario.get("error_type_suffix") else ""
        self.log, self.log_lock = log, threading.Lock()
        self.numbers = itertools.count(1)
        self.in_flight = 0

    def note(self, record):
        with self.log_lock:
            self.log.write(json.dumps(record) + "\n")
            self.log.flush()

    def route(self, request):
        """Fills the request's record and gives an Answer; raises ApiError."""
        matched = ROUTE.fullmatch(request.raw_path)
        if not matched:
            raise violation(404, "UnknownOperationException", f"unknown path {request.raw_path}")
        operations = {
            ("POST", "invocations"): self.invoke,
            ("GET", "configuration"): self.get_configuration,
            ("PUT", "configuration"): self.put_configuration,
            ("POST", "versions"): self.publish,
            ("DELETE", None): self.delete,
        }
        operation = operations.get((request.method, matched[2]))
        if operation is None:
            raise violation(405, "MethodNotAllowedException", f"{request.method} is not known of {request.raw_path}")
        request.record["operation"] = operation.__name__
        query = parse_qsl(request.raw_query, keep_blank_values=True)
        unknown = [name for name, _ in query if name != "Qualifier"]
        if unknown or len(query) > 1 or any(value == "" for _, value in query):
            raise violation(400, "InvalidParameterValueException", f"query {request.raw_query!r}")
        allowed = AMZ_HEADERS | (set(INVOKE_HEADERS) | {"x-amz-client-context"} if operation == self.invoke else set())
        for name in request.headers:
            if name.lower().startswith("x-amz-") and name.lower() not in allowed:
                raise violation(400, "InvalidParameterValueException", f"header {name}")
        with self.account.lock:
            function, qualifier = self.account.find(unquote(matched[1], errors="strict"), dict(query).get("Qualifier"))
        request.record.update(function=function.name, qualifier=qualifier)
        return operation(request, function, qualifier)

    def answer_json(self, status, body):
        return lambda_invoke.Answer(status, json.dumps(body).encode())

    def invoke(self, request, function, qualifier):
        for name, wanted in INVOKE_HEADERS.items():
            if request.headers.get(name) != wanted:
                raise violation(400, "InvalidParameterValueException", f"{name} is not {wanted}")
        if len(request.body) > PAYLOAD_LIMIT:
            why = f"{len(request.body)} byte payload is too large for the RequestResponse invocation type"
            raise ApiError(413, "RequestEntityTooLargeException", why, body={"Type": "User"})
        try:
            json.loads(request.body or b"{}")
        except ValueError:
            why = "Could not parse request body into json: Could not parse payload into json"
            raise ApiError(400, "InvalidRequestContentException", why, body={"Type": "User"}) from None
        with self.account.lock:
            function.find_version(qualifier)
            entry = lambda_invoke.next_entry(function)
            request.record["fault"] = entry.get("fault", "ok")
            refused = lambda_invoke.refuse_if_wanted(entry)
            if refused:
                return refused
            call, environment = lambda_invoke.start(function, qualifier, entry)
        time.sleep(function.said.get("hold_ms", 0) / 1000)
        with self.account.lock:
            lambda_invoke.finish(function, entry, call, environment)
        return lambda_invoke.answer(function, entry, call)

    def get_configuration(self, request, function, qualifier):
        if request.body:
            raise violation(400, "InvalidParameterValueException", "a GET with a body")
        with self.account.lock:
            return self.answer_json(200, function.configuration(qualifier))

    def _sent(self, request, known):
        if request.headers.get("content-type", "application/json").split(";")[0] != "application/json":
            raise violation(415, "UnsupportedMediaTypeException", f"Content-Type {request.headers['content-type']}")
        try:
            sent = json.loads(request.body)
        except ValueError:
            raise violation(400, "SerializationException", "the body is no JSON") from None
        if not isinstance(sent, dict) or set(sent) - known:
            raise violation(400, "SerializationException", f"unknown in the body: {sorted(set(sent) - known)}")
        for name in ("Description", "RevisionId"):
            if name in sent and not isinstance(sent[name], str):
                raise violation(400, "SerializationException", f"{name} is no string")
        if len(sent.get("Description", "")) > 256:
            raise violation(400, "ValidationException", "Description is longer than 256")
        if "Environment" in sent:
            variables = check_environment(sent["Environment"])
            # Names and a digest: a function's variables hold secrets.
            request.record["environment_names"] = sorted(variables)
            request.record["environment_digest"] = digest(variables)
        request.record["sent"] = sorted(sent)
        request.record["description"] = sent.get("Description")
        return sent

    def put_configuration(self, request, function, qualifier):
        if qualifier is not None:
            raise violation(400, "InvalidParameterValueException", "UpdateFunctionConfiguration takes no qualifier")
        sent = self._sent(request, {"Environment", "Description", "RevisionId"})
        with self.account.lock:
            return self.answer_json(200, function.update(sent))

    def publish(self, request, function, qualifier):
        if qualifier is not None:
            raise violation(400, "InvalidParameterValueException", "PublishVersion takes no qualifier")
        sent = self._sent(request, {"Description", "RevisionId", "CodeSha256"})
        with self.account.lock:
            made = function.publish(sent)
        request.record["version"] = made["Version"]
        return self.answer_json(201, made)

    def delete(self, request, function, qualifier):
        if qualifier in (None, "$LATEST"):
            raise violation(400, "InvalidParameterValueException", "deletes the function itself, or $LATEST")
        if request.body:
            raise violation(400, "InvalidParameterValueException", "a DELETE with a body")
        with self.account.lock:
            function.delete(function.find_version(qualifier))
        return lambda_invoke.Answer(204, b"")


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "LambdaStub", ""
    # A connection that a client leaves open does not keep its thread for ever.
    timeout = 120
    disable_nagle_algorithm = True

    def log_message(self, *_):
        pass

    def send_error(self, code, message=None, explain=None):
        """Of http.server itself: what is not HTTP, or a method without do_NAME."""
        stub = self.server.stub
        why = f"not a request of this API: {code} {message}"
        stub.note({"n": next(stub.numbers), "verified": False, "why": why, "violation": why, "status": code})
        self.close_connection = True
        self.wfile.write(f"HTTP/1.1 {code} Bad\r\nContent-Length: 0\r\nConnection: close\r\n\r\n".encode())

    def _read_body(self):
        if self.headers.get("transfer-encoding"):
            self.close_connection = True
            raise violation(411, "LengthRequiredException", "a body without Content-Length")
        length = self.headers.get("content-length")
        if length is None:
            if self.command in ("POST", "PUT"):
                raise violation(411, "LengthRequiredException", f"{self.command} without Content-Length")
            return b""
        if not length.isdecimal():
            self.close_connection = True
            raise violation(400, "BadRequestException", f"Content-Length {length}")
        return self.rfile.read(int(length))

    def handle_request(self):
        stub = self.server.stub
        self.method = self.command
        self.raw_path, _, self.raw_query = self.path.partition("?")
        self.body, arrived = b"", time.time()
        self.record = {"n": next(stub.numbers), "method": self.command, "path": self.raw_path, "query": self.raw_query}
        self.record["connection"] = self.client_address[1]
        self.record["headers"] = {name: self.headers[name] for name in LOGGED_HEADERS if name in self.headers}
        self.record["headers"].update({name: self.headers[name] for name in INVOKE_HEADERS if name in self.headers})
        self.record["token"] = "x-amz-security-token" in self.headers
        with stub.log_lock:
            stub.in_flight += 1
            self.record["in_flight"] = stub.in_flight
        try:
            answer = self._answer()
        finally:
            with stub.log_lock:
                stub.in_flight -= 1
        self.record.update(status=answer.status, transport=answer.transport, **answer.note)
        self.record["arrived"], self.record["answered"] = arrived, time.time()
        stub.note(self.record)
        self._send(answer)

    do_GET = do_PUT = do_POST = do_DELETE = do_PATCH = do_HEAD = do_OPTIONS = handle_request

    def _answer(self):
        stub, record = self.server.stub, self.record
        record["verified"], record["violation"] = False, None
        try:
            self.body = self._read_body()
            record["body_length"], record["body_sha256"] = len(self.body), hashlib.sha256(self.body).hexdigest()
            signed = verify(
                self.command,
                self.raw_path,
                self.raw_query,
                self.headers,
                self.body,
                credentials=stub.credentials,
                region=stub.account.region,
            )
            record["verified"], record["signed_headers"] = True, signed
            return stub.route(self)
        except Refused as refused:
            record["why"] = record["violation"] = refused.why
            return self._error(ApiError(403, refused.error, refused.message))
        except ApiError as error:
            record["violation"] = error.violation
            return self._error(error)
        except UnicodeDecodeError:
            record["violation"] = f"the path is no UTF-8: {self.raw_path}"
            return self._error(ApiError(400, "ValidationException", "not UTF-8"))

    def _error(self, error):
        self.record["error"] = error.error
        # As Lambda itself: "Message" of a function that is not there, "message" of all else.
        key = "Message" if error.error in ("ResourceNotFoundException", "EC2ThrottledException") else "message"
        body = json.dumps({**error.body, key: error.message}).encode()
        headers = {"x-amzn-ErrorType": error.error + self.server.stub.suffix, **error.headers}
        return lambda_invoke.Answer(error.status, body, headers)

    def _kill(self, reset=False):
        """Ends the connection at once: with FIN, or with RST."""
        if reset:
            self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        else:
            self.connection.shutdown(socket.SHUT_RDWR)
        os.close(self.connection.detach())
        self.close_connection = True

    def _send(self, answer):
        kind = answer.transport
        if kind in ("drop", "reset"):
            return self._kill(reset=kind == "reset")
        if kind == "garbage":
            self.wfile.write(b"\x16\x03\x01\x00\xff SSH-2.0-OpenSSH_9.2\r\n\x00\x01\x02 no HTTP at all\r\n")
            return self._kill()
        if kind == "slow":
            time.sleep(answer.seconds)
        headers = {"Content-Type": "application/json", "x-amzn-RequestId": str(uuid.uuid4()), **answer.headers}
        if kind == "header_flood":
            headers["X-Amz-Flood"] = "f" * (2 << 20)
        lines = [f"HTTP/1.1 {answer.status} {'OK' if answer.status < 300 else 'Error'}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        if kind == "huge":
            lines.append("Transfer-Encoding: chunked")
        elif answer.status != 204:
            lines.append(f"Content-Length: {len(answer.body)}")
        lines.append("Connection: close" if self.close_connection else "Connection: keep-alive")
        head = ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")
        try:
            if kind == "huge":
                self._stream(head, answer.seconds)
            elif kind == "drop_mid":
                self.wfile.write(head + answer.body[: len(answer.body) // 2])
                self._kill()
            else:
                self.wfile.write(head + (b"" if self.command == "HEAD" else answer.body))
        except OSError as gone:
            # A client that had enough; a huge answer's test reads how much it took.
            self.close_connection = True
            self.server.stub.note({"n": self.record["n"], "event": "client_gone", "why": str(gone)})

    def _stream(self, head, seconds):
        """A body without end: until the client goes, or so many times a second's worth."""
        chunk = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
        self.wfile.write(head)
        end, sent = time.monotonic() + seconds * 6, 0
        try:
            while time.monotonic() < end:
                self.wfile.write(chunk)
                sent += 0x10000
        finally:
            self.server.stub.note({"n": self.record["n"], "event": "streamed", "bytes": sent})
        self._kill()


class Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 256

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], OSError):
            super().handle_error(request, client_address)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", required=True, type=Path)
    parser.add_argument("--state-log", required=True, type=Path)
    arguments = parser.parse_args()
    with arguments.state_log.open("a") as log:
        server = Server(("127.0.0.1", 0), Handler)
        server.stub = Stub(json.loads(arguments.scenario.read_text()), log)
        print(f"LAMBDA_URL=http://127.0.0.1:{server.server_address[1]}", flush=True)
        server.serve_forever()


if __name__ == "__main__":
    main()
