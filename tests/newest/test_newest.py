"""The newest pandas, boto3 and SQLAlchemy on the newest CPython: traced, rewritten, verified, and called as no event called them."""

import threading

import pytest
from machine import ROOT, assert_same_answers, python_or_skip, report, succeed, trace
from newest.service import serve
from stored import install

HERE = ROOT / "tests/newest"
# The requirements are wheels for this one.
MINOR = "3.13"
NAMES = {
    "pandas": "import io, datetime\nimport numpy as np, pandas as pd\nimport main\n",
    "boto3": "import io\nimport boto3, botocore, main\n",
    "sqlalchemy": "import datetime\nimport main\nimport sqlalchemy as sa\nfrom sqlalchemy import orm\n",
}
OTHER_CALLS = {
    "pandas": [
        "pd.read_csv(io.StringIO('a,b\\n1,x\\n2,y')).to_dict('records')",
        "pd.DataFrame({'k': [1, 2], 'v': [3, 4]}).merge(pd.DataFrame({'k': [2], 'w': [5]}), on='k').to_dict('list')",
        "pd.DataFrame({'a': [1, None, 3]}).describe().round(3).to_dict()",
        "pd.date_range('2026-01-31', periods=3, freq='ME').strftime('%Y-%m-%d').tolist()",
        "pd.Series([1.0, None, 3.0]).interpolate().rolling(2).mean().fillna(-1).tolist()",
        "pd.Series(list('abca')).astype('category').cat.codes.tolist()",
        "pd.DataFrame({'a': [1, 2]}).to_html()",
        "pd.DataFrame({'a': [1, 2], 'b': ['x', 'y']}).to_json(orient='records')",
        "pd.read_json(io.StringIO('[{\"a\": 1}]')).to_dict()",
        "pd.pivot_table(pd.DataFrame({'r': [1, 1], 'c': [1, 2], 'v': [5, 6]}), values='v', index='r', columns='c')"
        ".to_numpy().tolist()",
        "pd.Series(['a1', 'b2']).str.extract(r'([a-z])(\\d)').to_numpy().tolist()",
        "pd.Timestamp('2026-03-29 01:30', tz='UTC').tz_convert('Europe/Berlin').isoformat()",
        "pd.concat([pd.Series([1]), pd.Series([2])], ignore_index=True).tolist()",
        "pd.cut(pd.Series([1, 5, 9]), 3, labels=False).tolist()",
        "pd.MultiIndex.from_product([[1, 2], ['a']]).tolist()",
        "pd.DataFrame({'a': [3, 1]}).eval('a * 2').tolist()",
        "pd.arrays.IntegerArray(np.array([1, 2]), np.array([False, True])).sum()",
        "pd.DataFrame({'a': [1]}).loc['missing']",
        "pd.read_csv('/nonexistent.csv')",
        "pd.DataFrame({'a': [1]}).style",
        "pd.DataFrame({'a': [1]}).to_parquet('/nonexistent.parquet')",
        "np.linalg.inv(np.array([[2.0, 0.0], [0.0, 4.0]])).tolist()",
        "pd.testing.assert_frame_equal(pd.DataFrame({'a': [1]}), pd.DataFrame({'a': [2]}))",
        "pd.io.formats.format.format_percentiles([0.1, 0.25])",
    ],
    "boto3": [
        "boto3.client('dynamodb').list_tables()['TableNames']",
        "boto3.client('s3').list_buckets()['Buckets'][0]['CreationDate'].isoformat()",
        "main.s3.get_object(Bucket='pictures', Key='gone')",
        "main.s3.download_fileobj('pictures', 'gone', io.BytesIO())",
        "main.s3.get_object(Bucket='pictures')",
        "list(boto3.client('dynamodb').get_paginator('list_tables').paginate().search('TableNames'))",
        "boto3.client('s3').meta.service_model.operation_model('PutObject').http",
        "sorted(boto3.session.Session().get_available_resources())",
        "len(boto3.session.Session().get_available_services()) > 200",
        "boto3.session.Session().get_partition_for_region('eu-west-1')",
        "boto3.client('sqs').meta.endpoint_url == main.s3.meta.endpoint_url",
        "boto3.client('nonsense')",
        "boto3.resource('s3').Bucket('pictures').Object('a/b').key",
        "boto3.resource('dynamodb').Table('products').get_item(Key={'id': 'chair'})['Item']['price']",
        "boto3.dynamodb.types.TypeSerializer().serialize({'a': [1, {'b'}]})",
        "boto3.dynamodb.conditions.Key('id').eq('x') & boto3.dynamodb.conditions.Attr('n').gt(1) and 'built'",
        "boto3.client('s3').get_waiter('object_exists').config.max_attempts",
        "boto3.client('sts').exceptions.ExpiredTokenException.__name__",
        "boto3.client('s3', config=botocore.config.Config(signature_version=botocore.UNSIGNED))"
        ".generate_presigned_url('get_object', Params={'Bucket': 'b', 'Key': 'k'}).rpartition('/')[2]",
        "sorted(boto3.client('s3').generate_presigned_post('b', 'k')['fields'])",
        "botocore.exceptions.NoCredentialsError().args",
        "botocore.awsrequest.AWSRequest('GET', 'http://a/', params={'q': 'ü'}).prepare().url",
    ],
    "sqlalchemy": [
        "str(sa.select(main.Order).join(main.Customer).where(main.Customer.name.like('A%')).limit(3))",
        "str(sa.insert(main.Order).values(product='x').compile(dialect=sa.create_mock_engine('mysql://', None).dialect))",
        "str(orm.CreateTable(main.Order.__table__))",
        "str(sa.schema.CreateTable(main.Order.__table__).compile(dialect=sa.dialects.postgresql.dialect()))",
        "sa.inspect(main.engine).get_table_names()",
        "[str(key) for key in sa.inspect(main.Order).relationships]",
        "sa.create_engine('nonsense://')",
        "sa.create_engine('postgresql://host/db')",
        "orm.Session(main.engine).execute(sa.text('select 1 + :a'), {'a': 2}).scalar()",
        "orm.Session(main.engine).execute(sa.text('select from')).all()",
        "orm.Session(main.engine).get(main.Order, 7)",
        "orm.Session(main.engine).query(main.Customer).filter_by(name='nobody').one()",
        "sa.event.contains(main.Customer, 'load', print)",
        "sa.event.listen(main.Order, 'nonsense', print)",
        "main.Customer(nonsense=1)",
        "sa.Table('t', sa.MetaData(), sa.Column('a', sa.Enum('x', 'y')), sa.CheckConstraint('a > 1')).constraints and 1",
        "str(sa.case((sa.column('a') == 1, 'one'), else_=sa.cast(2, sa.Numeric(4, 2))))",
        "str(sa.func.coalesce(sa.column('a'), sa.null()).over(partition_by=sa.column('b')))",
        "sa.types.DateTime().dialect_impl(main.engine.dialect).literal_processor(main.engine.dialect)"
        "(datetime.datetime(2026, 1, 2))",
        "orm.aliased(main.Order, name='o').product.key",
        "str(sa.union(sa.select(sa.literal(1)), sa.select(sa.literal(2))).cte('both').select())",
        "sa.orm.configure_mappers() or main.Base.registry.mappers and len(main.Base.registry.mappers)",
        "sa.engine.make_url('mysql+pymysql://u:p@h/d?x=1').query",
        "type('Late', (main.Base,), {'__tablename__': 'customer'})",
    ],
}


@pytest.fixture(scope="module")
def environment():
    server = serve()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield {
        "AWS_ENDPOINT_URL": f"http://127.0.0.1:{server.server_port}",
        "AWS_ACCESS_KEY_ID": "for-tests",
        "AWS_SECRET_ACCESS_KEY": "for-tests",
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_EC2_METADATA_DISABLED": "true",
    }
    server.shutdown()
    server.server_close()


def newest(name):
    """The CPython for one of the samples, and its runnable folder."""
    python = python_or_skip(MINOR)
    app = install(f"newest-{name}", python, [HERE / name / "requirements.txt"])
    (app / "main.py").write_text((HERE / name / "main.py").read_text())
    return python, app


@pytest.mark.parametrize("name", sorted(OTHER_CALLS))
def test_newest(name, environment, tmp_path):
    python, app = newest(name)
    recorded = trace(
        app, "main.handler", tmp_path / "app.trace", python=python, events=[HERE / name / "events"], env=environment
    )
    out = tmp_path / "out"
    succeed("faaslight-rewrite", app, "--trace", recorded, "-o", out, "--no-repair")

    reported = report(recorded, out / "faaslight.plan")
    assert reported["plan"]["verified"]
    totals = reported["totals"]
    # Of SQLAlchemy nearly every module registers something with another one: its functions are what becomes lazy.
    assert totals["modules_after"] < (1 if name == "sqlalchemy" else 0.8) * totals["modules_before"]
    assert totals["lazy_functions"] > 0.2 * totals["functions"]

    assert_same_answers(python, OTHER_CALLS[name], app=app, out=out, names=NAMES[name], env=environment)
