"""The CSV file and the model, from scikit-learn's own data about breast cancer."""

import pathlib
import sys

import lightgbm as lgb
import numpy as np
from sklearn.datasets import load_breast_cancer

package = pathlib.Path(sys.argv[1])
data = load_breast_cancer()
values = data.data[:, :8]
settings = {"objective": "binary", "num_leaves": 7, "verbose": -1, "seed": 10, "num_threads": 1, "deterministic": True}
model = lgb.train(settings, lgb.Dataset(values[100:], data.target[100:]), num_boost_round=8)
model.save_model(str(package / "model.txt"))
header = ",".join(name.replace(" ", "_") for name in data.feature_names[:8])
np.savetxt(package / "rows.csv", values[:100], delimiter=",", header=header, comments="", fmt="%.6g")
