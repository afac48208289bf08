"""Makes a thumbnail of the JPEG in the event, turned as its EXIF data says, and keeps who took it."""

import base64
import io

import piexif
from PIL import Image, ImageFilter, ImageOps

LARGEST = (48, 48)


def read_exif(data):
    try:
        return piexif.load(data)
    except piexif.InvalidImageDataError:
        return {"0th": {}}


def handler(event, context):
    data = base64.b64decode(event["image"])
    exif = read_exif(data)
    image = Image.open(io.BytesIO(data))
    kind = image.format
    turned = ImageOps.exif_transpose(image)
    if event.get("grey"):
        turned = ImageOps.autocontrast(ImageOps.grayscale(turned)).filter(ImageFilter.GaussianBlur(1))
    turned.thumbnail(LARGEST)
    artist = exif["0th"].get(piexif.ImageIFD.Artist, b"").decode()
    out = io.BytesIO()
    kept = {"0th": {piexif.ImageIFD.Artist: artist.encode()}} if artist else {}
    turned.save(out, "JPEG", quality=85, exif=piexif.dump(kept))
    again = Image.open(io.BytesIO(out.getvalue()))
    return {
        "format": kind,
        "size": list(again.size),
        "mode": again.mode,
        "artist": artist,
        "corner": again.getpixel((0, 0)),
    }
