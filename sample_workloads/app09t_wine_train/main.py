"""Grades wines by a random forest: train_model makes it from a CSV file in S3, do_main asks it. Both functions are
deployed from this one package."""

import io
import json
import os
import pickle

import boto3
import numpy as np
import pandas as pd
from sklearn.ensemble import RandomForestClassifier
from sklearn.metrics import accuracy_score
from sklearn.model_selection import train_test_split

FEATURES = (
    "alcohol malic_acid ash alcalinity_of_ash magnesium total_phenols flavanoids nonflavanoid_phenols "
    "proanthocyanins color_intensity hue"
).split()
BUCKET = os.environ.get("WINE_BUCKET", "wine")
s3 = boto3.client("s3", endpoint_url=os.environ.get("AWS_ENDPOINT_URL"))
models = {}


def train_model(event, context):
    body = s3.get_object(Bucket=event["bucket"], Key=event["key"])["Body"].read()
    table = pd.read_csv(io.BytesIO(body))
    if event.get("summary"):
        return json.loads(table.groupby("grade").mean().round(2).to_json())
    train, test = train_test_split(table, test_size=0.25, random_state=9)
    forest = RandomForestClassifier(n_estimators=event.get("trees", 10), random_state=9, n_jobs=1)
    forest.fit(train[FEATURES], train["grade"])
    name = event.get("model", "forest.pickle")
    s3.put_object(Bucket=event["bucket"], Key=name, Body=pickle.dumps(forest))
    return {"model": name, "accuracy": round(float(accuracy_score(test["grade"], forest.predict(test[FEATURES]))), 3)}


def get_model(name):
    """The model of this name; kept for the next call."""
    if name not in models:
        models[name] = pickle.loads(s3.get_object(Bucket=BUCKET, Key=name)["Body"].read())
    return models[name]


def do_main(event, context):
    row = pd.DataFrame([[float(event[name]) for name in FEATURES]], columns=FEATURES)
    forest = get_model(event.get("model", "forest.pickle"))
    if event.get("importances"):
        order = np.argsort(forest.feature_importances_)[::-1]
        return {"most": [FEATURES[i] for i in order[:3]]}
    chances = forest.predict_proba(row)[0]
    return {"grade": int(forest.predict(row)[0]), "chances": [round(float(chance), 3) for chance in chances]}
