"""Carts of a shop in DynamoDB: read one, put things into it, list a customer's."""

import boto3
from boto3.dynamodb.conditions import Key
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table("carts")


def plain(item):
    return {**item, "count": int(item["count"])}


def handler(event, context):
    action = event["action"]
    if action == "read":
        found = table.get_item(Key={"customer": event["customer"], "sku": event["sku"]})
        return plain(found["Item"]) if "Item" in found else None
    if action == "put":
        item = {"customer": event["customer"], "sku": event["sku"], "count": event["count"]}
        table.put_item(Item=item)
        return {"stored": item["sku"]}
    if action == "list":
        found = table.query(KeyConditionExpression=Key("customer").eq(event["customer"]))
        return {"items": [plain(item) for item in found["Items"]], "count": found["Count"]}
    try:
        table.put_item(
            Item={"customer": event["customer"], "sku": event["sku"], "count": 1},
            ConditionExpression="attribute_not_exists(sku)",
        )
    except ClientError as error:
        raise RuntimeError(f"refused: {error.response['Error']['Code']}") from error
    return {"stored": event["sku"]}
