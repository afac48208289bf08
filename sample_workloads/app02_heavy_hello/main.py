"""Says hello. What it once was for (checks of an AWS account's security) is still imported; no event needs it."""

import json

import boto3
import netaddr
import requests
from opinel.utils.globals import manage_dictionary
from PIL import Image


def handler(event, context):
    body = {"message": f"Hello, {event.get('name', 'world')}!"}
    if "network" in event:
        body["hosts"] = netaddr.IPNetwork(event["network"]).size
    if event.get("versions"):
        body["versions"] = {"boto3": boto3.__version__, "requests": requests.__version__, "Pillow": Image.__version__}
    manage_dictionary(body, "source", event.get("source", "none"))
    return {"statusCode": 200, "body": json.dumps(body, sort_keys=True)}
