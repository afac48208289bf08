"""Resizes an image that was put into S3 and stores the small one in another bucket.

ImageMagick does the work, through ctypes: Wand declares hundreds of its functions when it is imported.
"""

import os
import posixpath
from urllib.parse import unquote_plus

import boto3
from wand.image import Image

SIZES = {"small": (64, 64), "medium": (160, 120)}
s3 = boto3.client("s3", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))


def shrink(data, width, height):
    """The picture within a box, as (bytes, (width, height), format)."""
    with Image(blob=data) as image:
        image.transform(resize=f"{width}x{height}>")
        if image.format == "PNG":
            image.alpha_channel = "remove"
            image.format = "JPEG"
        image.compression_quality = 80
        return image.make_blob(), image.size, image.format


def name_of(label, key):
    return posixpath.join(label, posixpath.splitext(key)[0] + ".jpg")


def forget(key):
    """Removes the small pictures of one that was removed."""
    names = [{"Key": name_of(label, key)} for label in SIZES]
    answer = s3.delete_objects(Bucket=os.environ["THUMBNAIL_BUCKET"], Delete={"Objects": names})
    return sorted(entry["Key"] for entry in answer["Deleted"])


def handle_resize(event, context):
    done = []
    for record in event["Records"]:
        bucket = record["s3"]["bucket"]["name"]
        key = unquote_plus(record["s3"]["object"]["key"])
        if record["eventName"].startswith("ObjectRemoved:"):
            done.append({"removed": forget(key)})
            continue
        body = s3.get_object(Bucket=bucket, Key=key)["Body"].read()
        for label, (width, height) in SIZES.items():
            data, size, kind = shrink(body, width, height)
            name = name_of(label, key)
            s3.put_object(Bucket=os.environ["THUMBNAIL_BUCKET"], Key=name, Body=data, ContentType="image/jpeg")
            done.append({"key": name, "size": list(size), "format": kind})
    return {"resized": done}
