"""Pictures that lie in S3: drawn here, written as PPM and PNG by hand (the packages bring no other encoder)."""

import pathlib
import struct
import sys
import zlib


def pixels(width, height):
    """A gradient with a bar across it."""
    for y in range(height):
        yield bytes(v for x in range(width) for v in (255 * x // width, 255 * y // height, 255 if x == y else 64))


def ppm(width, height):
    return b"P6 %d %d 255\n" % (width, height) + b"".join(pixels(width, height))


def png(width, height):
    def chunk(kind, data):
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    rows = b"".join(b"\0" + row for row in pixels(width, height))
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    parts = [chunk(b"IHDR", header), chunk(b"IDAT", zlib.compress(rows)), chunk(b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(parts)


bucket = pathlib.Path(sys.argv[2]) / "s3" / "uploads"
(bucket / "2022").mkdir(parents=True)
(bucket / "2022" / "a photo.ppm").write_bytes(ppm(320, 200))
(bucket / "drawing.png").write_bytes(png(200, 300))
(bucket / "tiny.png").write_bytes(png(20, 10))
thumbnails = bucket.parent / "thumbnails"
thumbnails.mkdir()
