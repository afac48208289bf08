"""A measurement as a whole: going on after an interrupt, its files, its arguments, and the report again."""

import signal
import socket
import subprocess
import time

import pytest
from machine import BUILD

from invoke.invoking import PROGRAM, Aws, end_with, environments, invoke, keys, schedule, wait_for
from invoke.stub import digest, lambda_api

SLOW = {"fault": "slow", "seconds": 60}
MEASURE = ["shop", "--rounds", 3, "--warm", 2]


@pytest.fixture(scope="module")
def api():
    with lambda_api({"functions": {"shop": {"environment": {"NAME": "b"}}, "other": {}}}) as api:
        yield api
        assert api.violations() == []


@pytest.fixture
def aws(api, tmp_path):
    return Aws(api, tmp_path)


@pytest.fixture
def cut(tmp_path):
    """A measurement that was killed in its second session, after whole and half a session; and its stand-in."""
    with lambda_api({"functions": {"shop": {"invokes": ["ok"] * 3 + [SLOW]}, "other": {}}}) as api:
        aws = Aws(api, tmp_path)
        with aws.going(*MEASURE) as process:
            wait_for(lambda: len(api.requests("invoke")) == 4, "the slow call")
            end_with(process, signal.SIGKILL, -signal.SIGKILL)
        yield aws, api
        assert api.violations() == []


def test_the_same_command_goes_on(cut):
    aws, api = cut
    first = [line["round"] for line in aws.journal() if "round" in line]
    done = aws.run(*MEASURE)
    assert "going on: 2 calls are in" in done.stderr
    assert keys(aws.rounds()) == schedule(1, 3, 2)
    assert aws.rounds()[:2] == first[:2]
    assert len(api.requests("invoke")) == 4 + 4
    assert not aws.part.exists()


@pytest.mark.parametrize("torn", ['{"round":{"deploy', '{"session":[1,0]}', "\x00\x00\x00"])
def test_a_torn_last_line_is_cut_off(cut, torn):
    aws, _ = cut
    with aws.part.open("a") as journal:
        journal.write(torn)
    assert "its last line was cut off" in aws.run(*MEASURE).stderr
    assert keys(aws.rounds()) == schedule(1, 3, 2)


def test_cut_short_twice_each_call_counts_once(tmp_path):
    # Half of the second session, the whole of it and half of the third, then the rest.
    with lambda_api({"functions": {"shop": {"invokes": (["ok"] * 3 + [SLOW]) * 2}}}) as api:
        aws = Aws(api, tmp_path)
        for calls in (4, 8):
            with aws.going(*MEASURE) as process:
                wait_for(lambda want=calls: len(api.requests("invoke")) == want, "the slow call")
                end_with(process, signal.SIGINT, 4)
        aws.run(*MEASURE)
        assert keys(aws.rounds()) == schedule(1, 3, 2)


OTHERS = {
    "function": ["other", "--rounds", 3, "--warm", 2],
    "rounds": ["shop", "--rounds", 4, "--warm", 2],
    "warm": ["shop", "--rounds", 3, "--warm", 3],
    "force": [*MEASURE, "--force-cold"],
    "compare": ["--compare", "before=shop", "after=other", "--rounds", 3, "--warm", 2],
}


@pytest.fixture(scope="module")
def part(api, tmp_path_factory):
    """The text of an unfinished measurement of MEASURE."""
    folder = tmp_path_factory.mktemp("part")
    with lambda_api({"functions": {"shop": {"invokes": ["ok"] * 3 + [SLOW]}}}) as api:
        aws = Aws(api, folder)
        with aws.going(*MEASURE) as process:
            wait_for(lambda: len(api.requests("invoke")) == 4, "the slow call")
            end_with(process, signal.SIGTERM, 4)
        return aws.part.read_bytes()


@pytest.mark.parametrize("other", OTHERS)
def test_other_arguments_are_refused_and_nothing_is_touched(api, aws, part, other):
    aws.part.write_bytes(part)
    before = len(api.requests())
    aws.refused(*OTHERS[other], says="unfinished measurement with other arguments.*--restart")
    assert aws.part.read_bytes() == part and not aws.output.exists()
    assert len(api.requests()) == before


def test_other_events_are_refused(aws, part, tmp_path):
    aws.part.write_bytes(part)
    (tmp_path / "event.json").write_text("{}")
    aws.refused(*MEASURE, "--events", tmp_path / "event.json", says="other arguments or events")
    assert aws.part.read_bytes() == part


def test_restart_begins_again(aws, part):
    aws.part.write_bytes(part)
    done = aws.run("shop", "--rounds", 1, "--restart")
    assert "going on" not in done.stderr
    assert keys(aws.rounds()) == schedule(1, 1, 2)
    assert not aws.part.exists()


@pytest.mark.parametrize(
    "text",
    [
        b"notes of mine\n",
        b"{}\n",
        b"\x00" * 100 + b"\n",
        b'{"faaslight_invoke_journal":2,"key":"x"}\n',
        b'{"faaslight_invoke_journal":1,"key":7}\n',
        b"[" * 100_000 + b"\n",
        "round",
        "unknown",
    ],
)
def test_a_file_that_is_no_journal_is_left_alone(api, aws, part, text):
    if text == "round":
        text = part + b'{"round":{"deployment":7}}\n'
    elif text == "unknown":
        text = part + b'{"surprise":1}\n'
    aws.part.write_bytes(text)
    before = len(api.requests())
    aws.refused(*MEASURE, code=3, says="is no unfinished measurement of this version")
    assert aws.part.read_bytes() == text and len(api.requests()) == before


def test_two_at_once_on_one_file(tmp_path):
    with lambda_api({"functions": {"shop": {"invokes": ["ok", SLOW]}}}) as api:
        aws = Aws(api, tmp_path)
        with aws.going(*MEASURE, "--force-cold") as process:
            wait_for(lambda: len(api.requests("invoke")) == 2, "the slow call")
            before, text = len(api.requests()), aws.part.read_bytes()
            for more in ([], ["--restart"], ["--restore"]):
                aws.refused(*MEASURE, "--force-cold", *more, code=5, says="in use by another measurement")
            assert (len(api.requests()), aws.part.read_bytes()) == (before, text)
            end_with(process, signal.SIGINT, 4)
        assert environments(api)[-1] == digest({})


def test_results_that_are_there_are_kept_unless_told(api, aws):
    aws.output.write_text("mine")
    before = len(api.requests())
    aws.refused("shop", says="holds results already; choose another -o, or give --overwrite")
    assert aws.output.read_text() == "mine" and len(api.requests()) == before
    aws.run("shop", "--rounds", 1, "--overwrite")
    assert keys(aws.rounds()) == schedule(1, 1, 2)


@pytest.mark.parametrize(
    "output, code, says",
    [
        ("gone/r.json", 2, "no such folder"),
        (".", 2, "is a folder"),
        ("/proc/r.json", 5, "cannot open /proc/r.json.part"),
    ],
)
def test_a_place_that_cannot_be_written(api, tmp_path, output, code, says):
    aws, before = Aws(api, tmp_path), len(api.requests())
    aws.output = tmp_path / output
    aws.refused("shop", "--force-cold", code=code, says=says)
    assert len(api.requests()) == before


def test_a_journal_is_not_written_through_a_link(api, aws, tmp_path):
    (tmp_path / "mine").write_text("mine")
    aws.part.symlink_to(tmp_path / "mine")
    aws.refused("shop", code=5, says="cannot open")
    assert (tmp_path / "mine").read_text() == "mine"


def test_a_disk_that_is_full_puts_back(api, aws):
    """The limit stands for the disk: 4 KB of journal, and no more."""
    argv = [str(BUILD / "bin" / PROGRAM), *aws.arguments("shop", "--force-cold", "--rounds", 20)]
    before = len(api.requests("put_configuration"))
    done = subprocess.run(
        ["bash", "-c", 'ulimit -f 4; trap "" XFSZ; exec "$@"', "bash", *argv],
        env=aws.env,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert done.returncode == 5 and "cannot write" in done.stderr, done.stderr
    assert len(api.requests("put_configuration")) > before + 1
    assert environments(api)[-1] == digest({"NAME": "b"})
    done = aws.run("shop", "--force-cold", "--rounds", 20)
    assert "its last line was cut off" in done.stderr
    assert keys(aws.rounds()) == schedule(1, 20, 3)


def test_a_dry_run_calls_nothing_and_says_what_it_costs(api, aws, tmp_path):
    before = len(api.requests())
    done = aws.run("shop", "other", "--force-cold", "--rounds", 50, "--cold", 2, "--dry-run")
    assert "600 calls in 200 sessions of 3, 200 cold starts forced" in done.stdout
    assert "shop at http://127.0.0.1" in done.stdout
    # 600 calls of 1 s and 200 inits of 1 s with 1 GB, and 600 requests.
    cost = 800 * 0.0000166667 + 600 * 0.2 / 1e6
    assert f"cost: about {cost:.4f} US dollars" in done.stdout
    priced = aws.run("shop", "--rounds", 10, "--dry-run", "--expect-ms", 100, "--memory", 2048, "--price-gb-second", 1)
    assert "cost: about 4.0000 US dollars" in priced.stdout
    assert len(api.requests()) == before and list(tmp_path.iterdir()) == []


def test_a_rate_is_kept(api, aws):
    before = len(api.requests("invoke"))
    aws.run("shop", "--rounds", 3, "--warm", 3, "--rate", 10)
    arrived = [one["arrived"] for one in api.requests("invoke")[before:]]
    assert len(arrived) == 9
    # 0.8 s, less what the first may have been late.
    assert arrived[-1] - arrived[0] > 0.5


def test_a_pause_between_sessions(aws):
    begin = time.monotonic()
    aws.run("shop", "--rounds", 3, "--warm", 1, "--pause", 0.3)
    assert time.monotonic() - begin > 0.6


@pytest.mark.parametrize(
    "arguments, says",
    [
        ([], "nothing to measure"),
        (["shop", "--rounds", 0], "no calls"),
        (["shop", "--warm", 0], "no calls"),
        (["shop", "--rounds", -1], "rounds"),
        (["shop", "--rounds", 4_000_000_000, "--warm", 4_000_000_000], "more than 10000000 calls"),
        (["shop", "--rounds", 99_999_999_999], "rounds"),
        (["shop", "--cold", 1], "cold starts are forced or not measured: add --force-cold"),
        (["shop", "--rate", "fast"], "rate"),
        (["shop", "--rate", -1], "rate"),
        (["shop", "--pause", -1], "pause"),
        (["shop", "--timeout", -1], "timeout"),
        (["shop", "--force-cold=magic"], "force-cold"),
        (["shop/../other"], "names no Lambda function"),
        (["a" * 65], "names no Lambda function"),
        (["arn:aws:s3:::bucket"], "names no Lambda function"),
        (["shop:a:b"], "names no Lambda function"),
        (["shop:\x1b[31m"], r"names no Lambda function"),
        (["shop", "--compare", "before=a", "after=b"], "--compare names what is measured: leave out shop"),
        (["--compare", "before=a", "before=b"], "--compare takes two: before=TARGET after=TARGET"),
        (["--compare", "before=a"], "compare"),
        (["--compare", "before=", "after=b"], "--compare takes two"),
        (["arn:aws:lambda:us-east-1:123456789012:function:shop", "--region", "eu-west-1"], "is in us-east-1, not in"),
        (["shop", "--events", "/nowhere/at/all"], "/nowhere/at/all"),
        (["shop", "--no-such-option"], "no-such-option"),
    ],
)
def test_arguments_that_are_wrong(api, aws, tmp_path, arguments, says):
    before = len(api.requests())
    done = aws.refused(*arguments, says=says)
    assert "\x1b" not in done.stderr
    assert len(api.requests()) == before and list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    "url, says",
    [
        ("http://example.com", "is not https, and not on this machine"),
        ("http://127.0.0.1.example.com", "is not https"),
        ("http://localhost@example.com", "is not https"),
        ("ftp://127.0.0.1", "is no http or https URL"),
        ("127.0.0.1:80", "is no http or https URL"),
        ("https://", "is no http or https URL"),
    ],
)
def test_an_endpoint_that_is_not_to_be_used(api, tmp_path, url, says):
    Aws(api, tmp_path, url).refused("shop", says=says)
    assert list(tmp_path.iterdir()) == []


def test_an_endpoint_of_the_environment(api, aws):
    arguments = ["aws", "shop", "--rounds", "1", "-o", aws.output]
    done = invoke(*arguments, env={**aws.env, "AWS_ENDPOINT_URL_LAMBDA": api.url + "/"})
    assert done.returncode == 0, done.stderr
    assert keys(aws.rounds()) == schedule(1, 1, 2)


@pytest.fixture
def nobody():
    """The address of a port that is taken, and where nobody listens."""
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        yield f"http://127.0.0.1:{taken.getsockname()[1]}"


def test_nobody_at_the_endpoint(api, tmp_path, nobody):
    """Refused connections are tried again for a while: an interrupt ends that."""
    aws = Aws(api, tmp_path, nobody)
    with aws.going("shop", "--force-cold") as process:
        wait_for(aws.part.exists, "the journal")
        end_with(process, signal.SIGINT, 4)
    assert list(tmp_path.iterdir()) == []


def test_no_proxy_on_the_way_to_this_machine(aws, nobody):
    aws.run("shop", "--rounds", 1, env={name: nobody for name in ("http_proxy", "all_proxy", "ALL_PROXY")})
    assert [one["attempts"] for one in aws.rounds()] == [1, 1]


@pytest.mark.parametrize(
    "name, text", [("e.json", "{"), ("e.json", ""), ("e.jsonl", '{}\n{"a":\n'), ("e.json", "\xff")]
)
def test_events_that_are_wrong(api, aws, tmp_path, name, text):
    before = len(api.requests())
    (tmp_path / name).write_bytes(text.encode("latin-1"))
    aws.refused("shop", "--events", tmp_path / name, code=3, says=name)
    assert len(api.requests()) == before and not aws.part.exists()
