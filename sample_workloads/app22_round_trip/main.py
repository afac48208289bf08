"""Takes values through NumPy and pandas and back, and tells whether they came back as they were."""

import numpy as np
import pandas as pd


def handler(request, context=None):
    array = np.asarray(request["values"])
    if request.get("shuffle") is not None:
        array = np.random.RandomState(request["shuffle"]).permutation(array)
    frame = pd.DataFrame({"value": array, "double": array * 2})
    if request.get("csv"):
        return {"csv": frame.to_csv(index=False), "memory": int(frame.memory_usage(index=False).sum())}
    back = frame["value"].to_numpy()
    return {
        "same": bool((back == array).all()),
        "dtype": str(back.dtype),
        "values": back.tolist(),
        "double": frame["double"].sum().item(),
    }
