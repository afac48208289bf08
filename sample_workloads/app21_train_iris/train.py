"""Trains a linear discriminant analysis on irises and saves it in bentoml's model store.

Google's functions may write to the temporary folder alone, so the store's home is there.
"""

import os
import tempfile

os.environ.setdefault("BENTOML_HOME", os.path.join(tempfile.gettempdir(), "bentoml"))
os.environ.setdefault("BENTOML_DO_NOT_TRACK", "True")

import bentoml
import numpy as np
from sklearn import datasets
from sklearn.discriminant_analysis import LinearDiscriminantAnalysis
from sklearn.model_selection import cross_val_score

NAME = "iris_lda"


def main(request, context=None):
    irises = datasets.load_iris()
    model = LinearDiscriminantAnalysis(solver=request.get("solver", "svd"))
    if request.get("check"):
        scores = cross_val_score(model, irises.data, irises.target, cv=int(request["check"]))
        return {"scores": np.round(scores, 3).tolist()}
    model.fit(irises.data, irises.target)
    saved = bentoml.sklearn.save_model(NAME, model, labels={"owner": request.get("owner", "nobody")})
    try:
        loaded = bentoml.sklearn.load_model(saved.tag)
        return {
            "name": saved.tag.name,
            "labels": saved.info.labels,
            "right": int((loaded.predict(irises.data) == irises.target).sum()),
        }
    finally:
        # The tag is random: what stays would differ from run to run.
        bentoml.models.delete(saved.tag)
