"""Calls the Lambda stand-in as boto3 does, or with one request that botocore signed and a test then spoils."""

import json
import subprocess

from invoke.stub import moto_python

BOTO = """\
import base64, concurrent.futures, json, sys
import boto3, botocore.config, botocore.exceptions
def client(**options):
    once = botocore.config.Config(retries={{"total_max_attempts": 1}}, read_timeout=10, max_pool_connections=32)
    return boto3.client("lambda", endpoint_url={url!r}, config=once, **options)
aws = client()
def call(name="shop", aws=aws, **options):
    options = {{"Payload": b"{{}}", "LogType": "Tail", "InvocationType": "RequestResponse", **options}}
    got = aws.invoke(FunctionName=name, **options)
    log = base64.b64decode(got.get("LogResult", "")).decode(errors="replace")
    return {{"status": got["StatusCode"], "error": got.get("FunctionError"), "log": log,
            "payload": got["Payload"].read().decode(), "version": got.get("ExecutedVersion")}}
def cold(*arguments, **options):
    return "Init Duration" in call(*arguments, **options)["log"]
def refused(function, *arguments, **options):
    try:
        function(*arguments, **options)
    except botocore.exceptions.ClientError as error:
        answer = error.response
        return [answer["ResponseMetadata"]["HTTPStatusCode"], answer["Error"]["Code"]]
    except botocore.exceptions.BotoCoreError as error:
        return type(error).__name__
    return "went well"
def settle(name="shop", **options):
    for polls in range(20):
        got = aws.get_function_configuration(FunctionName=name, **options)
        if (got["State"], got["LastUpdateStatus"]) != ("Active", "Successful") and got["LastUpdateStatus"] != "Failed":
            continue
        return polls, got
def publish(**options):
    return aws.publish_version(FunctionName="shop", **options)["Version"]
"""
# One signed request whose every part a test can spoil after signing.
RAW = """\
import datetime, http.client, json, sys
from urllib.parse import urlsplit
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
import botocore.auth
def send(spoil=lambda request: None, *, token={token!r}, service="lambda", region="eu-west-1", ago=0, method="POST",
         path="/2015-03-31/functions/shop/invocations", body=b"{{}}", extra={{}}):
    class Then(datetime.datetime):
        pass
    botocore.auth.get_current_datetime = lambda: (
        datetime.datetime.now(datetime.timezone.utc).replace(tzinfo=None) - datetime.timedelta(seconds=ago))
    headers = {{"X-Amz-Log-Type": "Tail", "X-Amz-Invocation-Type": "RequestResponse"}} if method == "POST" else {{}}
    request = AWSRequest(method=method, url={url!r} + path, data=body, headers={{**headers, **extra}})
    SigV4Auth(Credentials({key!r}, {secret!r}, token), service, region).add_auth(request)
    spoil(request)
    line = urlsplit({url!r})
    connection = http.client.HTTPConnection(line.hostname, line.port, timeout=10)
    connection.request(request.method, request.url[len({url!r}):], request.data or None, dict(request.headers.items()))
    answer = connection.getresponse()
    return [answer.status, answer.headers["x-amzn-ErrorType"], json.loads(answer.read() or b"null")]
"""


def run_code(api, code, preamble=BOTO):
    """What the code leaves in `out`, run where boto3 is."""
    program = preamble + code + "\nprint(json.dumps(out))\n"
    done = subprocess.run(
        [moto_python(), "-c", program], capture_output=True, text=True, env=api.environment, timeout=120
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


def boto(api, code):
    return run_code(api, code, BOTO.format(url=api.url))


def raw(api, code, token=None):
    env = api.environment
    key, secret = env["AWS_ACCESS_KEY_ID"], env["AWS_SECRET_ACCESS_KEY"]
    return run_code(api, code, RAW.format(url=api.url, key=key, secret=secret, token=token))


def shop(**said):
    return {"functions": {"shop": said}}
