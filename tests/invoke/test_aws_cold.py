"""`faaslight-invoke aws --force-cold`: every forced start is cold, and the function is as it was, whatever ended us."""

import json
import signal
import time

import pytest

from invoke.between import between, service_error
from invoke.callers import boto
from invoke.invoking import Aws, assert_measured, end_with, environments, keys, no_secrets, schedule, wait_for
from invoke.stub import SECRET_KEY, digest, lambda_api

SECRET = "hunter2-é-\N{SNOWMAN}"
VARIABLES = {"DB_PASSWORD": SECRET, "EMPTY": "", "LINES": 'a\nb"\\'}
AS_IT_WAS = digest(VARIABLES)
FORCED = {"marker": ["--force-cold"], "version": ["--force-cold=version"]}
SLOW = {"fault": "slow", "seconds": 60}
both_ways = pytest.mark.parametrize("by", FORCED)


def shop(**said):
    return {"functions": {"shop": {"environment": VARIABLES, "cold_on": "environment", "init_ms": 200, **said}}}


def assert_put_back(api, published=None):
    """The last environment is the function's own, and each version that was made is deleted."""
    assert environments(api)[-1] == AS_IT_WAS
    made = {one["version"] for one in api.requests("publish") if one["status"] == 201}
    assert made == {one["qualifier"] for one in api.requests("delete") if one["status"] == 204}
    assert published is None or len(made) == published
    assert api.violations() == []


@pytest.mark.parametrize(
    "by, said",
    [("marker", {}), ("marker", {"log_format": "JSON"}), ("version", {}), ("version", {"snapstart": True})],
)
def test_each_forced_start_is_cold(tmp_path, by, said):
    with lambda_api(shop(update_polls=2, publish_polls=2, **said)) as api:
        aws = Aws(api, tmp_path)
        done = aws.run("shop", *FORCED[by], "--rounds", 2, "--cold", 2, "--warm", 2)
        rounds, requests = aws.rounds(), api.requests("invoke")
        assert keys(rounds) == schedule(1, 4, 3)
        for round_, request in zip(rounds, requests, strict=True):
            assert_measured(round_, request)
            assert round_["start"] == ("cold" if round_["call"] == 0 else "warm")
            assert (request["qualifier"] is None) == (by == "marker")
        assert_put_back(api, published=4 if by == "version" else 0)
        assert len(set(environments(api))) == len(environments(api)) == 5
        changes = api.requests("put_configuration")
        assert all(one["sent"] == ["Environment", "RevisionId"] for one in changes)
        assert all(one["environment_names"] == sorted([*VARIABLES, "FAASLIGHT_COLD_START"]) for one in changes[:-1])
        no_secrets(tmp_path, done, SECRET, SECRET_KEY)
    assert not aws.part.exists()


def test_a_function_without_variables_has_none_afterwards(tmp_path):
    with lambda_api(shop(environment={})) as api:
        Aws(api, tmp_path).run("shop", "--force-cold", "--rounds", 1)
        assert environments(api)[-1] == digest({})


def interrupted(api, aws, by, number, code=4):
    """Ends it by a signal within the second session's second call; gives (stdout, stderr)."""
    with aws.going("shop", *FORCED[by], "--rounds", 3, "--warm", 2) as process:
        # The stand-in notes a slow call before it waits.
        wait_for(lambda: len(api.requests("invoke")) == 5, "the slow call")
        begin = time.monotonic()
        out, err = end_with(process, number, code)
        assert time.monotonic() - begin < 20
    assert not aws.output.exists()
    return out, err


def goes_on(api, aws, by):
    before = len(api.requests("invoke"))
    done = aws.run("shop", *FORCED[by], "--rounds", 3, "--warm", 2)
    assert "going on: 3 calls are in" in done.stderr and "1 of a session that was cut short" in done.stderr
    assert keys(aws.rounds()) == schedule(1, 3, 3)
    assert not aws.part.exists()
    later = api.requests("invoke")[before:]
    for round_, request in zip(aws.rounds()[3:], later, strict=True):
        assert_measured(round_, request)
        assert round_["start"] == ("cold" if round_["call"] == 0 else "warm")
    assert_put_back(api)
    return done


@pytest.mark.parametrize(
    "by, number",
    [("marker", signal.SIGINT), ("marker", signal.SIGTERM), ("version", signal.SIGINT), ("version", signal.SIGHUP)],
)
def test_an_interrupt_puts_back_and_the_same_command_goes_on(tmp_path, by, number):
    with lambda_api(shop(invokes=["ok"] * 4 + [SLOW])) as api:
        aws = Aws(api, tmp_path)
        _, err = interrupted(api, aws, by, number)
        assert "interrupted; 3 calls are kept in" in err and "the same command goes on" in err
        assert_put_back(api)
        goes_on(api, aws, by)


@both_ways
def test_a_kill_is_put_back_by_the_same_command(tmp_path, by):
    with lambda_api(shop(invokes=["ok"] * 4 + [SLOW])) as api:
        aws = Aws(api, tmp_path)
        interrupted(api, aws, by, signal.SIGKILL, code=-signal.SIGKILL)
        assert environments(api)[-1] != AS_IT_WAS
        text = aws.part.read_text()
        assert '{"changed":"marker shop"}\n' in text and SECRET not in text and SECRET_KEY not in text
        seen = len(api.requests())
        done = goes_on(api, aws, by)
        no_secrets(tmp_path, done, SECRET, SECRET_KEY)
        # Put back first, then changed for the next start.
        changes = [one for one in api.requests()[seen:] if one.get("operation") in ("put_configuration", "invoke")]
        assert changes[0]["environment_digest"] == AS_IT_WAS


@both_ways
def test_a_kill_is_put_back_by_restore_alone(tmp_path, by):
    with lambda_api(shop(invokes=["ok"] * 4 + [SLOW], versions=1)) as api:
        aws = Aws(api, tmp_path)
        interrupted(api, aws, by, signal.SIGKILL, code=-signal.SIGKILL)
        # A journal that names a version of someone else's: it is not deleted.
        with aws.part.open("a") as journal:
            journal.write('{"changed":"version shop:1"}\n{"changed":"version shop:$LATEST"}\n')
            journal.write('{"changed":"version shop:../../x"}\n{"changed":"version shop:77"}\n')
        done = aws.run("shop", "--restore")
        assert "put back: marker shop\n" in done.stdout
        assert ("put back: version shop:" in done.stdout) == (by == "version")
        assert len(api.requests("invoke")) == 5
        assert_put_back(api)
        goes_on(api, aws, by)


def test_restore_of_what_is_as_it_was_changes_nothing(tmp_path):
    with lambda_api(shop()) as api:
        Aws(api, tmp_path).run("shop", "--restore")
        assert {one["operation"] for one in api.requests()} == {"get_configuration"}


def test_restart_forgets_the_rounds_but_not_what_is_changed(tmp_path):
    with lambda_api(shop(invokes=["ok"] * 4 + [SLOW])) as api:
        aws = Aws(api, tmp_path)
        interrupted(api, aws, "version", signal.SIGKILL, code=-signal.SIGKILL)
        again = ["shop", *FORCED["version"], "--rounds", 3, "--warm", 2]
        # A first try that gets nowhere does not forget it either.
        aws.run(*again, "--restart", code=2, env={"AWS_SECRET_ACCESS_KEY": "wrong"})
        changed = {line["changed"] for line in aws.journal() if "changed" in line}
        assert "marker shop" in changed and any(one.startswith("version shop:") for one in changed)
        aws.run(*again)
        assert keys(aws.rounds()) == schedule(1, 3, 3)
        assert environments(api)[-1] == AS_IT_WAS
        made = {one["version"] for one in api.requests("publish")}
        assert made == {one["qualifier"] for one in api.requests("delete")}


@pytest.mark.parametrize(
    "by, said", [("marker", "update_fails"), ("version", "update_fails"), ("version", "publish_fails")]
)
def test_an_update_that_fails(tmp_path, by, said):
    with lambda_api(shop(**{said: "The subnet\nis gone"})) as api:
        done = Aws(api, tmp_path).run("shop", *FORCED[by], "--rounds", 2, code=5)
        assert done.stderr == "faaslight-invoke: shop: the update failed: The subnet is gone\n"
        assert api.requests("invoke") == []
        if said == "publish_fails":
            assert_put_back(api, published=1)
    assert list(tmp_path.iterdir()) == []


def test_an_error_in_the_middle_puts_back(tmp_path):
    def before(method, path, n):
        if (method, n) == ("PUT", 2):
            return service_error(403, "AccessDeniedException", "no more")
        return None

    with lambda_api(shop()) as api, between(api, before=before) as url:
        done = Aws(api, tmp_path, url).run("shop", "--force-cold", "--rounds", 2, code=2)
        assert "AccessDeniedException: no more; the key lacks the right" in done.stderr
        assert "3 calls are kept in" in done.stderr
        assert_put_back(api)


def test_a_key_that_expires_in_the_middle_says_how_to_put_back(tmp_path):
    def before(method, path, n):
        if (method, n) == ("POST", 2):
            expired.append(True)
        return service_error(403, "ExpiredTokenException", "expired") if expired else None

    expired = []
    with lambda_api(shop()) as api, between(api, before=before) as url:
        aws = Aws(api, tmp_path, url)
        done = aws.run("shop", "--force-cold", "--rounds", 2, code=2)
        assert "shop is not as it was" in done.stderr and "--restore" in done.stderr
        assert environments(api)[-1] != AS_IT_WAS
        expired.clear()
        aws.run("shop", "--restore")
        assert_put_back(api)


def test_someone_elses_change_stays(tmp_path):
    """Changes by others between our reading and our writing (409 while theirs is under way, 412 after it), and once
    more while the marker is set."""
    theirs = """
def put(name, wait):
    got = settle()[1]["Environment"]["Variables"]
    aws.update_function_configuration(FunctionName="shop", Environment={"Variables": {**got, name: "theirs"}})
    wait and settle()
"""

    def before(method, path, n):
        if method == "PUT" and n <= 2:
            boto(api, theirs + f"put('OTHER_{n}', {n == 2})\nout = 0")
        if method == "POST" and n == 2:
            boto(api, theirs + "put('OTHER_3', False)\nout = 0")
        return None

    with lambda_api(shop()) as api, between(api, before=before) as url:
        aws = Aws(api, tmp_path, url)
        aws.run("shop", "--force-cold", "--rounds", 2, "--warm", 1)
        assert keys(aws.rounds()) == schedule(1, 2, 2)
        assert [one["start"] for one in aws.rounds() if one["call"] == 0] == ["cold", "cold"]
        assert {one["status"] for one in api.requests("put_configuration")} == {200, 409, 412}
        assert environments(api)[-1] == digest({**VARIABLES, **{f"OTHER_{n}": "theirs" for n in (1, 2, 3)}})
        assert api.violations() == []


def test_variables_that_are_not_shown_are_never_replaced(tmp_path):
    def after(method, path, body):
        answer = json.loads(body)
        answer["Environment"] = {"Error": {"ErrorCode": "AccessDeniedException", "Message": "kms:Decrypt"}}
        return json.dumps(answer).encode()

    with lambda_api(shop()) as api, between(api, after=after) as url:
        done = Aws(api, tmp_path, url).run("shop", "--force-cold", code=2)
        assert "does not show the environment variables of shop" in done.stderr
        assert {one["operation"] for one in api.requests()} == {"get_configuration"}
    assert list(tmp_path.iterdir()) == []


def test_variables_that_leave_no_room_for_the_marker(tmp_path):
    with lambda_api(shop(environment={"LARGE": "x" * 4070})) as api:
        done = Aws(api, tmp_path).run("shop", "--force-cold", code=2)
        assert "more than 4KB" in done.stderr
        assert environments(api) == []


ARN = "arn:aws:lambda:eu-west-1:123456789012:function:"


@pytest.mark.parametrize(
    "targets, says",
    [
        (["shop:1"], r"shop:1 cannot be forced cold: .*Name the function alone"),
        (["shop:live"], r"shop:live cannot be forced cold"),
        (["--compare", "before=shop", f"after={ARN}other:7"], r"other:7 cannot be forced cold"),
        (["shop", "shop"], r"shop is named twice"),
        (["--compare", "before=shop", f"after={ARN}shop:$LATEST"], r"shop is named twice"),
        (["--compare", f"before={ARN}shop", "after=shop"], r"shop is named twice"),
    ],
)
def test_what_cannot_be_forced_is_refused_before_anything_is_changed(shared, tmp_path, targets, says):
    aws = Aws(shared, tmp_path)
    aws.refused(*targets, "--force-cold", says=says)
    assert {one["operation"] for one in shared.requests()} <= {"get_configuration"}
    assert list(tmp_path.iterdir()) == []


@pytest.fixture(scope="module")
def shared():
    with lambda_api(shop(versions=1)) as api:
        yield api


def test_an_interrupt_while_an_update_is_under_way(tmp_path):
    with lambda_api(shop(update_polls=4)) as api:
        aws = Aws(api, tmp_path)
        with aws.going("shop", "--force-cold") as process:
            wait_for(lambda: api.requests("put_configuration"), "the marker")
            end_with(process, signal.SIGINT, 4)
        assert_put_back(api)
        assert api.requests("invoke") == []
    assert list(tmp_path.iterdir()) == []
