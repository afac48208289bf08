"""The Lambda stand-in itself: held against boto3, against curl's own SigV4, and against requests that are not right."""

import json
import shutil
import subprocess

import pytest

from invoke.callers import boto, raw, shop
from invoke.stub import SESSION_TOKEN, digest, lambda_api


def test_a_signed_invoke_works():
    with lambda_api(shop(init_ms=400, duration_ms=20, memory=256, payload={"sum": 3})) as api:
        first, second = boto(api, "out = [call(), call(Payload=b'[1, 2]')]")
        cold, warm = api.requests("invoke")
        assert api.violations() == []
    assert (first["status"], first["error"], json.loads(first["payload"])) == (200, None, {"sum": 3})
    report = cold["report"]
    assert 400 <= report["init_ms"] <= 420 and 20 <= report["duration_ms"] <= 21
    assert first["log"].endswith(
        f"REPORT RequestId: {report['request_id']}\tDuration: {report['duration_ms']:.2f} ms\t"
        f"Billed Duration: {report['billed_ms']} ms\tMemory Size: 256 MB\tMax Memory Used: 40 MB\t"
        f"Init Duration: {report['init_ms']:.2f} ms\t\n"
    )
    assert "Init Duration" not in second["log"] and "init_ms" not in warm["report"]
    assert (cold["cold"], warm["cold"], warm["body_length"]) == (True, False, 6)
    assert cold["environment"] == warm["environment"]


@pytest.mark.parametrize(
    "name",
    [
        "shop",
        "shop:1",
        "123456789012:function:shop",
        "arn:aws:lambda:eu-west-1:123456789012:function:shop",
        "arn:aws:lambda:eu-west-1:123456789012:function:shop:1",
    ],
)
def test_every_way_to_name_a_function(name):
    with lambda_api(shop(versions=1)) as api:
        got = boto(api, f"out = call({name!r})")
        assert api.violations() == []
    assert got["version"] == ("1" if name.endswith(":1") else "$LATEST")


def test_a_wrong_secret_and_an_unknown_key_are_refused():
    with lambda_api(shop()) as api:
        wrong = "client(aws_access_key_id='AKIDFAASLIGHTSTUB', aws_secret_access_key='wrong')"
        unknown = "client(aws_access_key_id='AKIDNOBODY', aws_secret_access_key='wrong')"
        out = boto(api, f"out = [refused(call, aws={wrong}), refused(call, aws={unknown})]")
        assert len(api.violations()) == 2 and not any(one["verified"] for one in api.requests())
        text = json.dumps(api.requests())
    assert out == [[403, "InvalidSignatureException"], [403, "UnrecognizedClientException"]]
    assert "Signature=" not in text and "secret" not in text.lower().replace("session_token", "")


SPOILT = {
    "body": ("send(lambda r: setattr(r, 'data', b'[]'))", "InvalidSignatureException"),
    "path": ("send(lambda r: setattr(r, 'url', r.url.replace('shop', 'shoq')))", "InvalidSignatureException"),
    "query": ("send(lambda r: setattr(r, 'url', r.url + '?Qualifier=1'))", "InvalidSignatureException"),
    "method": ("send(lambda r: setattr(r, 'method', 'PUT'))", "InvalidSignatureException"),
    "header": ("send(lambda r: r.headers.replace_header('X-Amz-Log-Type', 'None'))", "InvalidSignatureException"),
    "unsigned": ("send(lambda r: r.headers.add_header('X-Amz-Client-Context', 'e30='))", "InvalidSignatureException"),
    "date": (
        "send(lambda r: r.headers.replace_header('X-Amz-Date', r.headers['X-Amz-Date'][:-2] + 'XZ'))",
        "IncompleteSignatureException",
    ),
    "old": ("send(ago=400)", "InvalidSignatureException"),
    "early": ("send(ago=-400)", "InvalidSignatureException"),
    "region": ("send(region='us-east-1')", "InvalidSignatureException"),
    "service": ("send(service='s3')", "InvalidSignatureException"),
    "no_signature": (
        "send(lambda r: r.headers.__delitem__('Authorization'))",
        "MissingAuthenticationTokenException",
    ),
    "shape": (
        "send(lambda r: r.headers.replace_header('Authorization', r.headers['Authorization'].replace('Signed', '')))",
        "IncompleteSignatureException",
    ),
    "token": ("send(token='of-no-use')", "UnrecognizedClientException"),
}


def test_what_was_spoilt_after_signing_is_refused():
    with lambda_api(shop()) as api:
        out = raw(api, "out = [" + ", ".join(code for code, _ in SPOILT.values()) + ", send()]")
        said = {what: (status, kind) for what, (status, kind, _) in zip(SPOILT, out)}
        assert said == {what: (403, error) for what, (_, error) in SPOILT.items()}
        assert out[-1][0] == 200 and all(body["message"] for _, _, body in out[:-1])
        assert len(api.violations()) == len(SPOILT)
        assert [one["verified"] for one in api.requests()] == [False] * len(SPOILT) + [True]
        why = dict(zip(SPOILT, (one["why"] for one in api.requests() if not one["verified"])))
    assert (why["region"], why["service"]) == ("scope region us-east-1", "scope service s3")
    assert why["old"] == why["early"] == "x-amz-date is more than 5 minutes off"
    assert why["unsigned"] == "x-amz-client-context is not signed"
    assert why["body"].startswith("signature mismatch")


def test_a_colon_is_signed_as_if_encoded_twice():
    """What a signer does that takes the path as it stands: %3A goes into the canonical request as %3A."""
    path = "/2015-03-31/functions/123456789012%3Afunction%3Ashop/invocations"
    with lambda_api(shop()) as api:
        good = raw(api, f"out = send(path={path!r})")
        once = raw(api, f"SigV4Auth._normalize_url_path = lambda self, path: path\nout = send(path={path!r})")
    assert good[0] == 200
    assert once[:2] == [403, "InvalidSignatureException"]


def test_temporary_credentials_need_their_token():
    scenario = shop()
    key = {"access_key": "ASIAFAASLIGHTSTUB", "secret_key": "temporary", "session_token": SESSION_TOKEN}
    with lambda_api({**scenario, "credentials": [key]}) as api:
        assert boto(api, "out = call()")["status"] == 200
        assert api.violations() == []
        assert raw(api, "out = send()", token=SESSION_TOKEN)[0] == 200
        missing = raw(api, "out = send()")
        wrong = raw(api, "out = send()", token="another")
        drop = "lambda r: r.headers.__delitem__('X-Amz-Security-Token')"
        unsigned = f"lambda r: r.headers.add_header('X-Amz-Security-Token', {SESSION_TOKEN!r})"
        dropped = raw(api, f"out = send({drop})", token=SESSION_TOKEN)
        added = raw(api, f"out = send({unsigned})")
        assert SESSION_TOKEN not in json.dumps(api.requests())
    assert missing[:2] == dropped[:2] == [403, "UnrecognizedClientException"]
    assert wrong[:2] == [403, "ExpiredTokenException"]
    assert added[:2] == [403, "InvalidSignatureException"]


UNKNOWN = {
    "operation": ("send(method='GET', body=b'', path='/2015-03-31/functions/')", 404),
    "method": ("send(method='PATCH')", 405),
    "query": ("send(path='/2015-03-31/functions/shop/invocations?Marker=x')", 400),
    "header": ("send(extra={'X-Amz-Unheard-Of': 'x'})", 400),
    "log_type": ("send(extra={'X-Amz-Log-Type': 'None'})", 400),
    "invocation_type": ("send(extra={'X-Amz-Invocation-Type': 'Event'})", 400),
    "name": ("send(path='/2015-03-31/functions/shop%20floor/invocations')", 400),
    "whole_function": ("send(method='DELETE', body=b'', path='/2015-03-31/functions/shop')", 400),
    "key_of_body": (
        "send(method='PUT', body=b'{\"MemorySize\": 1}', path='/2015-03-31/functions/shop/configuration')",
        400,
    ),
    "reserved": (
        'send(method=\'PUT\', body=b\'{"Environment": {"Variables": {"AWS_REGION": "x"}}}\','
        " path='/2015-03-31/functions/shop/configuration')",
        400,
    ),
}


def test_what_is_not_known_is_a_violation():
    with lambda_api(shop()) as api:
        out = raw(api, "out = [" + ", ".join(code for code, _ in UNKNOWN.values()) + "]")
        assert dict(zip(UNKNOWN, (got[0] for got in out))) == {what: status for what, (_, status) in UNKNOWN.items()}
        assert all(one["verified"] and one["violation"] for one in api.requests())
        assert len(api.violations()) == len(UNKNOWN)


def test_an_unknown_function_is_no_violation():
    with lambda_api(shop()) as api:
        out = boto(api, "out = [refused(call, 'nobody'), refused(call, Qualifier='7')]")
        assert api.violations() == []
    assert out == [[404, "ResourceNotFoundException"]] * 2


def test_a_configuration_update_forces_a_cold_start():
    environment = {"DB_PASSWORD": "hunter2", "MODE": "a"}
    with lambda_api(shop(environment=environment, update_polls=2)) as api:
        polls, starts, seen = boto(
            api,
            "starts = [cold(), cold()]\n"
            "seen = aws.get_function_configuration(FunctionName='shop')['Environment']['Variables']\n"
            "update = aws.update_function_configuration\n"
            "update(FunctionName='shop', Environment={'Variables': {**seen, 'FAASLIGHT': '1'}})\n"
            "starts.append(cold())\n"  # not in effect yet
            "conflict = [refused(update, FunctionName='shop', Description='x'), refused(publish)]\n"
            "assert conflict == [[409, 'ResourceConflictException']] * 2, conflict\n"
            "polls, _ = settle()\n"
            "starts += [cold(), cold()]\n"
            "out = [polls, starts, seen]",
        )
        (put, refused) = api.requests("put_configuration")
        assert api.violations() == []
        assert "hunter2" not in json.dumps(api.requests())
    assert (polls, starts, seen) == (2, [True, False, False, True, False], environment)
    assert put["environment_digest"] == digest({**environment, "FAASLIGHT": "1"}) != digest(environment)
    assert put["environment_names"] == ["DB_PASSWORD", "FAASLIGHT", "MODE"]
    assert (put["status"], refused["status"]) == (200, 409)


def test_an_update_can_fail_and_changes_nothing():
    with lambda_api(shop(update_fails="no such key", environment={"KEY": "1"})) as api:
        out = boto(
            api,
            "cold()\n"
            "aws.update_function_configuration(FunctionName='shop', Environment={'Variables': {'KEY': '2'}})\n"
            "_, got = settle()\n"
            "out = [got['LastUpdateStatus'], got['LastUpdateStatusReason'], got['Environment']['Variables'], cold()]",
        )
    assert out == ["Failed", "no such key", {"KEY": "1"}, False]


def test_a_published_version_starts_cold_and_can_be_deleted():
    with lambda_api(shop(publish_polls=1)) as api:
        out = boto(
            api,
            "cold()\n"
            "first, again = publish(Description='one'), publish(Description='two')\n"
            "pending = refused(call, Qualifier=first)\n"
            "polls, got = settle(Qualifier=first)\n"
            "starts = [cold(Qualifier=first), cold(Qualifier=first), cold()]\n"
            "aws.update_function_configuration(FunctionName='shop', Description='changed')\n"
            "settle()\n"
            "second = publish()\n"
            "aws.delete_function(FunctionName='shop', Qualifier=first)\n"
            "gone = refused(call, Qualifier=first)\n"
            "out = [first, again, pending, polls, got['Description'], starts, second, gone]",
        )
        assert api.violations() == []
        assert [one["version"] for one in api.requests("publish")] == ["1", "1", "2"]
    conflict, gone = [409, "ResourceConflictException"], [404, "ResourceNotFoundException"]
    assert out == ["1", "1", conflict, 1, "one", [True, False, False], "2", gone]


def test_a_revision_that_is_not_the_latest_is_refused():
    with lambda_api(shop()) as api:
        out = boto(
            api,
            "update = aws.update_function_configuration\n"
            "_, got = settle()\n"
            "put = update(FunctionName='shop', Description='a', RevisionId=got['RevisionId'])\n"
            "_, settled = settle()\n"
            "old = refused(update, FunctionName='shop', Description='b', RevisionId=put['RevisionId'])\n"
            "old_publish = refused(publish, RevisionId=got['RevisionId'])\n"
            "good = refused(update, FunctionName='shop', Description='b', RevisionId=settled['RevisionId'])\n"
            "out = [old, old_publish, good]",
        )
        assert api.violations() == []
    assert out == [[412, "PreconditionFailedException"]] * 2 + ["went well"]


def test_concurrent_calls_have_an_environment_each():
    with lambda_api(shop(hold_ms=2000)) as api:
        out = boto(
            api,
            "def at_once():\n"
            "    with concurrent.futures.ThreadPoolExecutor(6) as pool:\n"
            "        calls = [pool.submit(cold) for _ in range(6)]\n"
            "    return [one.result() for one in calls]\n"
            "out = [at_once(), at_once()]",
        )
        calls = api.requests("invoke")
    assert out == [[True] * 6, [False] * 6]
    for round_of in (calls[:6], calls[6:]):
        assert len({one["environment"] for one in round_of}) == 6
    assert max(one["in_flight"] for one in calls) > 1


def test_curl_signs_as_the_stub_wants():
    """libcurl is what faaslight-invoke signs with."""
    curl = shutil.which("curl")
    if not curl:
        pytest.skip("no curl")
    with lambda_api(shop(versions=1)) as api:
        env = api.environment
        user = f"{env['AWS_ACCESS_KEY_ID']}:{env['AWS_SECRET_ACCESS_KEY']}"
        path = "/2015-03-31/functions/shop/invocations?Qualifier=1"
        headers = ["X-Amz-Log-Type: Tail", "X-Amz-Invocation-Type: RequestResponse", "Content-Type: application/json"]
        argv = [curl, "-sS", "--aws-sigv4", "aws:amz:eu-west-1:lambda", "-u", user, "-d", '{"a": 1}']
        for header in headers:
            argv += ["-H", header]
        done = subprocess.run([*argv, api.url + path], capture_output=True, text=True, env=env, timeout=60)
        assert done.returncode == 0, done.stderr
        assert api.violations() == [], done.stdout
        (call,) = api.requests("invoke")
    assert json.loads(done.stdout) == {"statusCode": 200, "body": "ok"}
    assert {"host", "x-amz-date", "x-amz-log-type", "content-type"} <= set(call["signed_headers"])
