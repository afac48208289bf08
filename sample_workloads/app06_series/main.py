"""Arithmetic on a pandas Series: the values of the event, and noise that its seed makes."""

import numpy as np
import pandas as pd


def handler(event, context):
    values = pd.Series(event["values"], dtype="float64")
    if event.get("rank"):
        return {"ranks": values.rank(method="average").tolist(), "quantile": values.quantile(0.9)}
    noise = np.random.RandomState(event.get("seed", 0)).uniform(-1, 1, len(values))
    result = values * 2 + pd.Series(noise, index=values.index)
    return {
        "sum": round(float(result.sum()), 6),
        "mean": round(float(result.mean()), 6),
        "above": int((result > result.mean()).sum()),
        "values": result.round(4).tolist(),
    }
