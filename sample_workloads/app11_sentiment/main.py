"""Tells whether a text is friendly, by naive Bayes on word counts.

The pickle is loaded at import: it alone names scikit-learn's classes.
"""

import os
import pickle
import re

import pandas as pd

with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "model.pickle"), "rb") as file:
    vectorizer, classifier = pickle.load(file)


def clean(text):
    return re.sub(r"[^a-z' ]+", " ", text.lower())


def lambda_handler(event, context):
    texts = event["text"] if isinstance(event["text"], list) else [event["text"]]
    counts = vectorizer.transform([clean(text) for text in texts])
    if event.get("detail"):
        chances = pd.DataFrame(classifier.predict_proba(counts), columns=classifier.classes_).round(3)
        return {"chances": chances.to_dict(orient="records"), "mean": chances.mean().round(3).to_dict()}
    return {"sentiment": [str(label) for label in classifier.predict(counts)]}
