"""Answers a few DynamoDB and S3 requests of the boto3 sample, on the loopback interface, the same way every time."""

import json
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ITEM = {"id": {"S": "chair"}, "name": {"S": "Chair"}, "price": {"N": "49.90"}, "picture": {"S": "chairs/1.png"}}
BUCKETS = (
    b'<?xml version="1.0"?><ListAllMyBucketsResult><Buckets><Bucket><Name>pictures</Name>'
    b"<CreationDate>2026-01-02T03:04:05.000Z</CreationDate></Bucket></Buckets></ListAllMyBucketsResult>"
)


class Answers(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, status, body, kind):
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_POST(self):
        request = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        action = self.headers.get("X-Amz-Target", "").rpartition(".")[2]
        if action == "ListTables":
            status, body = 200, {"TableNames": ["orders", "products"]}
        elif action == "GetItem" and request.get("Key", {}).get("id", {}).get("S") == "chair":
            status, body = 200, {"Item": ITEM}
        else:
            status, body = (
                400,
                {"__type": "com.amazonaws.dynamodb.v20120810#ResourceNotFoundException", "message": "no"},
            )
        self.answer(status, json.dumps(body).encode(), "application/x-amz-json-1.0")

    def do_GET(self):
        if self.path.split("?")[0] == "/":
            self.answer(200, BUCKETS, "application/xml")
        else:
            self.answer(404, b"<Error><Code>NoSuchKey</Code><Message>gone</Message></Error>", "application/xml")

    def log_message(self, format, *arguments):
        pass


def serve():
    """A server on a free port, not yet running."""
    return ThreadingHTTPServer(("127.0.0.1", 0), Answers)
