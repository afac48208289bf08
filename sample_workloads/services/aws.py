"""S3 and DynamoDB on the loopback interface: moto's server, filled before it announces itself.

`python aws.py [CLOUD]` prints one line, AWS_ENDPOINT_URL=http://127.0.0.1:PORT, and serves until it is ended. CLOUD:
  s3/BUCKET/KEY...   files that become objects
  dynamodb.json      [{"table": the arguments of CreateTable, "items": [item as DynamoDB's JSON]}]
"""

import contextlib
import io
import json
import sys
import threading
from pathlib import Path

import boto3
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server


class Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"

    def log_request(self, *args):
        pass


def serve():
    """A moto server that runs in a thread of its own; gives its address."""
    application = DomainDispatcherApplication(create_backend_app)
    server = make_server("127.0.0.1", 0, application, threaded=True, request_handler=Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return f"http://127.0.0.1:{server.server_port}"


def fill(url, cloud):
    """Makes the buckets, objects and tables of a folder."""
    client = {"endpoint_url": url, "region_name": "us-east-1"}
    client |= {"aws_access_key_id": "testing", "aws_secret_access_key": "testing"}
    s3 = boto3.client("s3", **client)
    for bucket in sorted((cloud / "s3").glob("*")):
        s3.create_bucket(Bucket=bucket.name)
        for file in sorted(path for path in bucket.rglob("*") if path.is_file()):
            s3.put_object(Bucket=bucket.name, Key=file.relative_to(bucket).as_posix(), Body=file.read_bytes())
    tables = cloud / "dynamodb.json"
    if not tables.is_file():
        return
    dynamodb = boto3.client("dynamodb", **client)
    for entry in json.loads(tables.read_text(encoding="utf-8")):
        dynamodb.create_table(**entry["table"])
        for item in entry["items"]:
            dynamodb.put_item(TableName=entry["table"]["TableName"], Item=item)


def main():
    # werkzeug greets on standard error; what goes wrong is raised.
    with contextlib.redirect_stderr(io.StringIO()):
        url = serve()
        if len(sys.argv) > 1:
            fill(url, Path(sys.argv[1]))
    print(f"AWS_ENDPOINT_URL={url}", flush=True)
    with contextlib.suppress(KeyboardInterrupt):
        threading.Event().wait()


if __name__ == "__main__":
    main()
