"""Predicts by a LightGBM model for the rows of a CSV file that ships with the function.

LightGBM loads its library by ctypes, and brings scikit-learn and SciPy with it.
"""

import os

import lightgbm as lgb
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
booster = lgb.Booster(model_file=os.path.join(HERE, "model.txt"))


def read_rows():
    return np.loadtxt(os.path.join(HERE, "rows.csv"), delimiter=",", skiprows=1)


def handler(event, context):
    rows = read_rows()
    if event.get("importance"):
        gains = booster.feature_importance(importance_type="split")
        return {"features": booster.num_feature(), "splits": gains.tolist()}
    chances = booster.predict(rows, num_threads=1)
    threshold = float(event["threshold"])
    return {
        "positive": int((chances >= threshold).sum()),
        "rows": len(rows),
        "first": [round(float(chance), 4) for chance in chances[:5]],
    }
