"""Estimates a house's price by a support vector regression.

The model is a joblib file that is loaded at import: its classes are named in the pickle alone.
"""

import json
import os

import joblib
import numpy as np
from sklearn import svm

FEATURES = ("medInc", "houseAge", "aveRooms", "aveBedrms", "population", "aveOccup", "latitude", "longitude")
model = joblib.load(os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.joblib"))


def reply(status, body):
    return {"statusCode": status, "headers": {"Content-Type": "application/json"}, "body": json.dumps(body)}


def do_main(event, context):
    query = event["queryStringParameters"]
    if query.get("explain"):
        regression = model.named_steps["svr"]
        if not isinstance(regression, svm.SVR):
            return reply(500, {"error": "not a support vector regression"})
        return reply(200, {"kernel": regression.kernel, "supportVectors": int(regression.n_support_.sum())})
    row = np.array([[float(query[name]) for name in FEATURES]])
    return reply(200, {"price": round(float(model.predict(row)[0]), 3)})
