"""Both workloads, each CPython: what was traced, what the package holds, and that it does what the original does."""

import json

import pytest
from machine import BUILD, assert_same_answers, python_or_skip, run_python, succeed, tree

# Calls each event as a serverless runtime would and prints the outcomes and the modules that the import loaded.
CALL_EVENTS = """
import json, pathlib, importlib
module, _, name = sys.argv[1].rpartition(".")
handler = getattr(importlib.import_module(module), name)
loaded = sorted(sys.modules)
outcomes = {}
for path in sorted(pathlib.Path(sys.argv[2]).glob("*.json")):
    try:
        outcomes[path.stem] = handler(json.loads(path.read_text()), None)
    except Exception as error:
        outcomes[path.stem] = [type(error).__name__, str(error)]
print(json.dumps({"outcomes": outcomes, "modules": loaded}))
"""

# What no event did: each line alone, in a fresh process, on the original and on the rewritten package.
OTHER_CALLS = {
    "app03_dataframe": [
        "main.correlation(pd.DataFrame({'a': [1, 2, 4], 'b': [3, 1, 0]})).round(6).to_dict()",
        "pd.read_csv(io.StringIO('a,b\\n1,x\\n2,y')).to_dict('records')",
        "pd.DataFrame({'k': [1, 2], 'v': [3, 4]}).merge(pd.DataFrame({'k': [2], 'w': [5]}), on='k').to_dict('list')",
        "pd.DataFrame({'k': list('aab'), 'v': [1, 2, 3]}).groupby('k').v.sum().to_dict()",
        "pd.date_range('2022-01-31', periods=3, freq='D').strftime('%Y-%m-%d').tolist()",
        "pd.to_datetime(['2022-05-01', '2022-05-03']).to_series().diff().dt.days.fillna(0).tolist()",
        "pd.Series([1.0, None, 3.0]).interpolate().rolling(2).mean().fillna(-1).tolist()",
        "pd.Series(list('abca')).astype('category').cat.codes.tolist()",
        "pd.DataFrame({'a': [1, 2]}).to_html()",
        "pd.pivot_table(pd.DataFrame({'r': [1, 1], 'c': [1, 2], 'v': [5, 6]}), values='v', index='r', columns='c')"
        ".to_numpy().tolist()",
        "pd.Series(['a1', 'b2']).str.extract(r'([a-z])(\\d)').to_numpy().tolist()",
        "pd.Timestamp('2022-03-27 01:30', tz='UTC').tz_convert('Europe/Berlin').isoformat()",
        "pd.concat([pd.Series([1]), pd.Series([2])], ignore_index=True).tolist()",
        "pd.DataFrame({'a': [1]}).loc['missing']",
        "pd.read_csv('/nonexistent.csv')",
        "np.linalg.inv(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()",
        "np.random.RandomState(7).randint(0, 100, 5).tolist()",
        "np.fft.fft([1, 0, 0, 0]).real.tolist()",
        "np.polynomial.Polynomial([1, 2])(3)",
        "np.ma.masked_array([1, 2], [True, False]).sum().item()",
    ],
    "app20_random_user": [
        "main.read_request(flask.Request.from_values('/?seed=x'))",
        "main.read_request(7)",
        "main.getUserDetails(flask.Request.from_values('/?id=3'))",
        "requests.Request('GET', 'http://a/b', params={'q': [1, 2]}).prepare().url",
        "requests.post(url, data={'a': 1}).status_code",
        "requests.Session().get(url, params={'id': 4}, headers={'X': 'y'}).json()",
        "requests.get('http://127.0.0.1:9/', timeout=1)",
        "requests.get('nonsense')",
        "requests.get(url, auth=('a', 'b')).json()['results'][0]['nat']",
        "requests.cookies.cookiejar_from_dict({'a': 'b'}).get_dict()",
        "requests.utils.quote('a b/ü')",
        "requests.packages.urllib3 is __import__('urllib3')",
        "requests.status_codes.codes.teapot",
        "requests.exceptions.ConnectTimeout.__mro__[1].__name__",
        "flask.Flask('x').test_client().get('/').status_code",
        "flask.render_template_string('{{ 1 + 1 }}')",
        "flask.Flask('x').test_request_context('/?a=1').request.args.to_dict()",
        "flask.json.dumps({'a': [1]})",
        "__import__('jinja2').Template('{% for i in x %}{{ i }},{% endfor %}').render(x=[1, 2])",
        "__import__('werkzeug.security').security.check_password_hash('x', 'y')",
        "__import__('click').style('x', fg='red')",
    ],
}

# What the calls name. numpy and pandas are not in app20, flask and requests not in app03.
NAMES = """
import importlib, io, os
import main
for name in ("flask", "requests", "numpy", "pandas"):
    try:
        globals()[{"numpy": "np", "pandas": "pd"}.get(name, name)] = importlib.import_module(name)
    except ImportError:
        pass
url = os.environ.get("RANDOM_USER_URL")
"""


def outcomes(pipeline, app, **options):
    return run_python(
        options.pop("python", pipeline.python),
        CALL_EVENTS,
        app=app,
        env=pipeline.env,
        arguments=[pipeline.handler, pipeline.events],
        **options,
    )


def test_trace_sees_every_event(pipeline):
    seen = {event["name"]: event["outcome"] for event in pipeline.report["events"]}
    names = {path.stem for path in pipeline.events.glob("*.json")}
    assert set(seen) == names
    raised = {name for name, outcome in seen.items() if outcome == "raised"}
    assert raised == ({"ragged"} if pipeline.name == "app03_dataframe" else {"unknown"})
    assert pipeline.report["truncated"] is None
    assert pipeline.report["python"].startswith(pipeline.minor + ".")


def test_report_counts_hold_together(pipeline):
    total = pipeline.report["totals"]
    assert 0 < total["entered"] <= total["reachable"] <= total["functions"]
    assert 0 < total["entered_of_reachable"] <= 1
    assert total["code_bytes_after"] < total["code_bytes_before"]
    assert total["modules_after"] < total["modules_before"]
    # The totals of functions are the application's own: without the standard library's packages.
    ours = {path.stem for path in pipeline.app.iterdir()}
    rows = [row for row in pipeline.report["modules"] if row["name"].partition(".")[0] in ours]
    assert total["functions"] == sum(row["functions"] for row in rows)
    assert total["entered"] == sum(row["entered"] for row in rows)


def test_report_names_what_became_lazy_and_why(pipeline):
    plan = pipeline.report["plan"]
    assert plan["verified"]
    assert plan["lazy_trees"] and all(tree["cause"]["text"] for tree in plan["lazy_trees"])
    stayed = [row for row in pipeline.report["modules"] if row["chain"]]
    assert stayed and all(row["chain"][0]["module"] for row in stayed)
    if pipeline.name == "app20_random_user":
        assert "flask" in {tree["module"] for tree in plan["lazy_trees"]}


def test_package_does_what_the_original_does(pipeline, tmp_path):
    original = outcomes(pipeline, pipeline.app)
    # Another working folder: the package must not need its own.
    rewritten = outcomes(pipeline, pipeline.out, cwd=tmp_path)
    assert rewritten["outcomes"] == original["outcomes"]
    assert len(rewritten["modules"]) < 0.8 * len(original["modules"])
    if pipeline.name == "app20_random_user":
        assert not {"flask", "jinja2", "werkzeug", "click"} & set(rewritten["modules"])


def test_calls_that_no_event_made(pipeline):
    calls = OTHER_CALLS[pipeline.name]
    assert_same_answers(pipeline.python, calls, app=pipeline.app, out=pipeline.out, names=NAMES, env=pipeline.env)


def test_sources_stay_byte_for_byte(pipeline):
    before, after = tree(pipeline.app), tree(pipeline.out)
    changed = [name for name, data in before.items() if after.get(name) != data]
    assert changed == []
    added = {name for name in after if name not in before and "__pycache__" not in name}
    assert added == {"_faaslight.py", "_faaslight.pack", "faaslight.plan"}


def test_second_run_gives_the_same_bytes(pipeline, tmp_path):
    for folder in ("one", "two"):
        succeed("faaslight-rewrite", pipeline.app, "--trace", pipeline.trace, "-o", tmp_path / folder, "--no-verify")
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


# Without extension modules that must load, and with the same pins on both.
@pytest.mark.parametrize(("pipeline", "other"), [(("app20_random_user", "3.9"), "3.10")], indirect=["pipeline"])
def test_another_cpython_runs_the_original(pipeline, other):
    python = python_or_skip(other)
    assert outcomes(pipeline, pipeline.out, python=python) == outcomes(pipeline, pipeline.app, python=python)


def test_text_report_reads_well(pipeline):
    text = succeed("faaslight-report", pipeline.trace, "--plan", pipeline.out / "faaslight.plan").stdout
    assert pipeline.handler in text
    assert all(len(line) <= 140 for line in text.splitlines())


def test_tracer_is_there_for_each_cpython(pipeline):
    assert (BUILD / "libexec/faaslight" / f"tracer-{pipeline.minor}").exists()


def test_json_report_is_versioned(pipeline):
    assert pipeline.report["format"] == "faaslight-report"
    assert pipeline.report["version"] == 1
    json.dumps(pipeline.report, allow_nan=False)
