"""Reports what Pillow and OpenCV in the package can do."""

import cv2
import numpy as np
import PIL
from PIL import Image, features


def handler(event, context):
    report = {"pillow": PIL.__version__, "opencv": cv2.__version__}
    for name in event.get("features", ()):
        report[name] = features.check(name)
    if "box" in event:
        width, height = event["box"]
        image = np.asarray(Image.new("RGB", (width, height), event.get("colour", "red")))
        grey = cv2.cvtColor(image, cv2.COLOR_RGB2GRAY)
        report["grey"] = int(grey[0, 0])
    return report
