"""Reads an item from a DynamoDB table and signs a link to its picture in S3."""

from urllib.parse import parse_qsl, urlsplit

import boto3
from botocore.exceptions import ClientError

table = boto3.resource("dynamodb").Table("products")
s3 = boto3.client("s3")


def handler(event, context):
    try:
        item = table.get_item(Key={"id": event["id"]})["Item"]
    except ClientError as error:
        return {"error": error.response["Error"]["Code"]}
    link = urlsplit(s3.generate_presigned_url("get_object", Params={"Bucket": "pictures", "Key": item["picture"]}))
    return {
        "name": item["name"],
        "price": str(item["price"]),
        "picture": link.path,
        "signed": sorted(name for name, _ in parse_qsl(link.query)),
    }
