"""Builds a DataFrame from the columns of the event and describes it."""

import json

import numpy as np
import pandas as pd


def lambda_handler(event, context):
    frame = pd.DataFrame(event["columns"])
    summary = frame.describe()
    return {
        "rows": len(frame),
        "columns": {name: str(kind) for name, kind in frame.dtypes.items()},
        "missing": int(frame.isna().to_numpy().sum()),
        # to_json writes what JSON has no word for (NaN) as null.
        "summary": json.loads(summary.to_json()),
    }


def correlation(frame):
    """Correlations of the numeric columns, for callers that ask for it: no event does."""
    numbers = frame.select_dtypes(include=[np.number])
    return pd.DataFrame(np.corrcoef(numbers.to_numpy(), rowvar=False), numbers.columns, numbers.columns)
