"""`faaslight-invoke aws`: keys and signatures, what is sent, and comparing two functions."""

import datetime
import hashlib
import json
import re

import pytest

from invoke.invoking import Aws, assert_measured, keys, no_secrets, schedule
from invoke.stub import ACCESS_KEY, SECRET_KEY, SESSION_TOKEN, lambda_api

LONG = {"access_key": ACCESS_KEY, "secret_key": SECRET_KEY}
TEMPORARY = {"access_key": "ASIATEMPORARY", "secret_key": "another/secret+key=", "session_token": SESSION_TOKEN}
SECRETS = [one[name] for one in (LONG, TEMPORARY) for name in one if name != "access_key"]
ONCE = ["shop", "--rounds", 1, "--warm", 2]


@pytest.fixture(scope="module")
def api():
    functions = {"shop": {"init_ms": 200, "versions": 2, "environment": {"KEY": "hunter2"}}, "other": {}}
    with lambda_api({"credentials": [LONG, TEMPORARY], "functions": functions}) as api:
        yield api


@pytest.fixture
def aws(api, tmp_path):
    """Measures on the module's stand-in; the test sends nothing that breaks the rules."""
    (tmp_path / "out").mkdir()
    before = len(api.violations())
    yield Aws(api, tmp_path / "out")
    assert api.violations()[before:] == []


@pytest.fixture
def keyless(aws, tmp_path):
    """Its environment names no key, and the places of its files."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        del aws.env[name]
    aws.env["AWS_CONFIG_FILE"] = str(tmp_path / "config")
    aws.env["AWS_SHARED_CREDENTIALS_FILE"] = str(tmp_path / "credentials")
    return aws


def last(api, aws):
    """The stand-in's requests of this measurement's calls."""
    ids = [one["request_id"] for one in aws.rounds()]
    by_id = {one["report"]["request_id"]: one for one in api.requests("invoke") if "report" in one}
    return [by_id[one] for one in ids]


def assert_went_well(api, aws, done, token):
    requests = last(api, aws)
    assert len(requests) == 2
    assert {one["verified"] for one in requests} == {True} and {one["token"] for one in requests} == {token}
    assert {one["headers"]["content-type"] for one in requests} == {"application/json"}
    no_secrets(aws.output.parent, done, *SECRETS, "hunter2")


def test_a_key_of_the_environment(api, aws):
    assert_went_well(api, aws, aws.run(*ONCE), token=False)


def test_a_temporary_key_of_the_environment(api, aws):
    env = {"AWS_ACCESS_KEY_ID": "ASIATEMPORARY", "AWS_SECRET_ACCESS_KEY": TEMPORARY["secret_key"]}
    done = aws.run(*ONCE, env={**env, "AWS_SESSION_TOKEN": SESSION_TOKEN})
    assert_went_well(api, aws, done, token=True)


@pytest.mark.parametrize("how", ["--profile", "AWS_PROFILE", "default"])
def test_a_profile_of_the_shared_files(api, keyless, tmp_path, how):
    name = "default" if how == "default" else "work"
    (tmp_path / "config").write_text(f"[{'profile ' * (name != 'default')}{name}]\nregion = eu-west-1\n")
    lines = [f"[{name}]", f"aws_access_key_id={TEMPORARY['access_key']}", "aws_session_token = " + SESSION_TOKEN]
    (tmp_path / "credentials").write_text("\n".join([*lines, "aws_secret_access_key = " + TEMPORARY["secret_key"], ""]))
    for region in ("AWS_REGION", "AWS_DEFAULT_REGION"):
        del keyless.env[region]
    chosen = ["--profile", name] if how == "--profile" else []
    done = keyless.run(*ONCE, *chosen, env={"AWS_PROFILE": name} if how == "AWS_PROFILE" else {})
    assert_went_well(api, keyless, done, token=True)
    assert keyless.results()["setting"].startswith("eu-west-1")


def key_process(tmp_path, key, **more):
    """A profile whose credential_process counts its runs; gives the file that does."""
    said = {"Version": 1, "AccessKeyId": key["access_key"], "SecretAccessKey": key["secret_key"], **more}
    if "session_token" in key:
        said["SessionToken"] = key["session_token"]
    (tmp_path / "key.json").write_text(json.dumps(said))
    runs = tmp_path / "runs"
    command = f"sh -c \"echo >> '{runs}'; cat '{tmp_path}/key.json'\""
    (tmp_path / "config").write_text(f"[profile work]\ncredential_process = {command}\n")
    return runs


def soon(**delta):
    return (datetime.datetime.now(datetime.timezone.utc) + datetime.timedelta(**delta)).strftime("%Y-%m-%dT%H:%M:%SZ")


def test_a_credential_process(api, keyless, tmp_path):
    runs = key_process(tmp_path, TEMPORARY, Expiration=soon(hours=1))
    done = keyless.run(*ONCE, "--profile", "work")
    assert_went_well(api, keyless, done, token=True)
    assert runs.read_text() == "\n"


def test_a_key_that_expires_soon_is_asked_for_again(api, keyless, tmp_path):
    runs = key_process(tmp_path, TEMPORARY, Expiration=soon(seconds=30))
    assert_went_well(api, keyless, keyless.run(*ONCE, "--profile", "work"), token=True)
    assert len(runs.read_text()) > 1


@pytest.mark.parametrize("said, code", [("exit 3", 2), ("echo no key: hunter2", 3), ("kill -9 $$", 2)])
def test_a_credential_process_that_fails_is_named_without_what_it_said(keyless, tmp_path, said, code):
    (tmp_path / "config").write_text(f"[profile work]\ncredential_process = sh -c 'SECRET=hunter2; {said}'\n")
    done = keyless.refused(*ONCE, "--profile", "work", code=code, says="the credential_process of profile work")
    assert "hunter2" not in done.stderr
    assert list(keyless.output.parent.iterdir()) == []


# What is wrong with the key: what the line says. None of these is retried.
WRONG = {
    "secret": ({"AWS_SECRET_ACCESS_KEY": "wrong"}, r"InvalidSignatureException.*check the key \(--profile"),
    "key": ({"AWS_ACCESS_KEY_ID": "AKIDSTRANGER"}, r"UnrecognizedClientException.*check the key \(--profile"),
    "expired": (
        {
            "AWS_ACCESS_KEY_ID": TEMPORARY["access_key"],
            "AWS_SECRET_ACCESS_KEY": TEMPORARY["secret_key"],
            "AWS_SESSION_TOKEN": "IQoJold",
        },
        r"ExpiredTokenException.*log in again",
    ),
    "region": ({"AWS_REGION": "us-east-1"}, r"InvalidSignatureException|scoped"),
}


@pytest.mark.parametrize("how", WRONG)
@pytest.mark.parametrize("forced", [[], ["--force-cold"]])
def test_a_wrong_key_is_said_at_once(api, tmp_path, how, forced):
    env, says = WRONG[how]
    before = len(api.requests())
    done = Aws(api, tmp_path).refused(*ONCE, *forced, says=says, env=env)
    assert [one["status"] for one in api.requests()[before:]] == [403]
    assert all(secret not in done.stderr for secret in [*SECRETS, "IQoJold"])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "env, arguments, says",
    [
        ({}, [], "no AWS credentials .*AWS_ACCESS_KEY_ID is not set.*run `aws configure`"),
        ({}, ["--profile", "gone"], "--profile: there is no profile gone"),
        ({"AWS_PROFILE": "gone"}, [], "AWS_PROFILE: there is no profile gone"),
        ({"AWS_ACCESS_KEY_ID": ACCESS_KEY}, [], "AWS_SECRET_ACCESS_KEY"),
        ({"AWS_ACCESS_KEY_ID": "a\nb", "AWS_SECRET_ACCESS_KEY": "s"}, [], "AWS_ACCESS_KEY_ID"),
        ({"AWS_REGION": "Nowhere!"}, [], "is no region"),
    ],
)
def test_no_key_to_use(keyless, env, arguments, says):
    keyless.refused(*ONCE, *arguments, says=says, env=env)
    assert list(keyless.output.parent.iterdir()) == []


def test_names_qualifiers_and_arns(api, aws):
    arn = "arn:aws:lambda:eu-west-1:123456789012:function:shop"
    targets = ["shop", "shop:1", "shop:$LATEST", f"{arn}:2", arn]
    aws.run(*targets, "--rounds", 1, "--warm", 1)
    assert [one["label"] for one in aws.results()["deployments"]] == targets
    assert [one["report"]["version"] for one in last(api, aws)] == ["$LATEST", "1", "$LATEST", "2", "$LATEST"]


@pytest.mark.parametrize(
    "target, says",
    [
        ("nothing", r"ResourceNotFoundException.*check the name, --region and --profile"),
        ("shop:9", r"ResourceNotFoundException.*shop:9"),
        (
            "arn:aws:lambda:eu-west-1:999999999999:function:shop",
            r"belongs to account 999999999999, but the key reaches",
        ),
    ],
)
def test_a_function_that_is_not_there(aws, target, says):
    aws.refused(target, "--rounds", 1, says=says)
    assert list(aws.output.parent.iterdir()) == []


def test_events_take_turns_and_are_sent_as_they_are(api, aws, tmp_path):
    texts = {"a": '{"n": 1.0,  "text": "é\\u20ac"}', "b": "[]", "c": '"x"'}
    events = []
    for name, text in texts.items():
        (tmp_path / f"{name}.json").write_text(text)
        events += ["--events", tmp_path / f"{name}.json"]
    aws.run("shop", *events, "--rounds", 3, "--warm", 2)
    assert [one["event"] for one in aws.rounds()] == ["a", "b", "b", "c", "c", "a"]
    sent = [one["body_sha256"] for one in last(api, aws)]
    assert sent[0] == hashlib.sha256(texts["a"].encode()).hexdigest() and sent[0] == sent[5] != sent[1]


def paired(done, results):
    """The comparison by (start, metric), and that text and JSON agree on there being one."""
    assert "after compared with before" in done.stdout
    return {(one["start"], one["metric"]): one for one in results["comparison"]}


COMPARED = ["--compare", "before=before", "after=after"]


def test_before_and_after_take_turns_and_are_paired(tmp_path):
    functions = {"before": {"init_ms": 800, "duration_ms": 50}, "after": {"init_ms": 200, "duration_ms": 40}}
    with lambda_api({"functions": functions}) as api:
        aws = Aws(api, tmp_path)
        done = aws.run("--force-cold", "--rounds", 6, "--warm", 1, *COMPARED)
        requests, rounds, results = api.requests("invoke"), aws.rounds(), aws.results()
        assert api.violations() == []
    turns = ["before", "before", "after", "after", "after", "after", "before", "before"]
    assert [one["function"] for one in requests] == turns * 3
    assert sorted(keys(rounds)) == schedule(2, 6, 2)
    for round_, request in zip(rounds, requests, strict=True):
        assert_measured(round_, request)
    assert [one["label"] for one in results["deployments"]] == ["before", "after"]
    assert results["compared"] and results["summary"]["different_answers"] == []
    comparison = paired(done, results)
    init, function = comparison["cold", "init"], comparison["warm", "function"]
    assert init["pairs"] == function["pairs"] == 6
    assert 3.5 < init["ratio"] < 4.5 and 1.1 < function["ratio"] < 1.4
    assert init["ratio_ci"][0] <= init["ratio"] <= init["ratio_ci"][1] and init["p_value"] < 0.05
    medians = sorted(one["report"]["init_ms"] for one in requests if one["cold"] and one["function"] == "before")
    assert init["median_before"] == pytest.approx((medians[2] + medians[3]) / 2)


def test_answers_that_differ_are_said_loudly(tmp_path):
    functions = {"before": {"payload": {"total": 1}}, "after": {"payload": {"total": 2}}}
    with lambda_api({"functions": functions}) as api:
        aws = Aws(api, tmp_path)
        done = aws.run("--rounds", 2, *COMPARED, code=1)
        assert aws.results()["summary"]["different_answers"] == ["{}"]
        assert aws.results()["summary"]["varying_answers"] == []
        assert re.search(r"^DIFFERENT ANSWER: event \{\}: after does not answer as before", done.stdout), done.stdout
        assert len(aws.rounds()) == 8


def test_answers_that_vary_are_not_compared(tmp_path):
    vary = [{"payload": {"at": n}} for n in range(4)]
    with lambda_api({"functions": {"before": {"invokes": vary}, "after": {}}}) as api:
        aws = Aws(api, tmp_path)
        done = aws.run("--rounds", 2, *COMPARED)
        assert aws.results()["summary"]["different_answers"] == []
        assert aws.results()["summary"]["varying_answers"] == ["{}"]
        assert "var" in done.stdout


def test_failures_are_no_answers(tmp_path):
    functions = {"before": {}, "after": {"invokes": ["handler_error", "drop"]}}
    with lambda_api({"functions": functions}) as api:
        aws = Aws(api, tmp_path)
        aws.run("--rounds", 2, *COMPARED)
        results = aws.results()
        assert results["summary"]["different_answers"] == []
        assert {one["pairs"] for one in results["comparison"]} == {2}
