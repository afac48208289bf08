"""The table of carts that DynamoDB holds."""

import json
import pathlib
import sys

keys = [("customer", "HASH"), ("sku", "RANGE")]
table = {
    "TableName": "carts",
    "KeySchema": [{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    "AttributeDefinitions": [{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
    "BillingMode": "PAY_PER_REQUEST",
}
carts = [("ada", "pen-1", 2), ("ada", "ink-7", 1), ("alan", "pad-3", 5)]
items = [{"customer": {"S": c}, "sku": {"S": sku}, "count": {"N": str(count)}} for c, sku, count in carts]
(pathlib.Path(sys.argv[2]) / "dynamodb.json").write_text(json.dumps([{"table": table, "items": items}]))
