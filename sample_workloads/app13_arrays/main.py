"""A few sums on the arrays of the event."""

import numpy as np


def testfunctions(event, context):
    values = np.array(event["values"], dtype=float)
    if "right" in event:
        return {"solution": np.linalg.solve(values, np.array(event["right"], dtype=float)).round(6).tolist()}
    grown = np.vstack([values, values * 2]) if values.ndim == 1 else values
    return {
        "shape": list(grown.shape),
        "sum": float(grown.sum()),
        "mean": round(float(grown.mean()), 6),
        "squares": np.square(values).ravel()[:10].tolist(),
        "product": np.dot(grown, grown.T).round(6).tolist(),
    }
