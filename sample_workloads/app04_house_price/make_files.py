"""The model: trained on a table of invented houses, since no package ships a table of real ones."""

import pathlib
import sys

import joblib
import numpy as np
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVR

pick = np.random.RandomState(4)
low = np.array([0.5, 1, 2, 0.8, 100, 1.5, 32.5, -124.3])
high = np.array([12, 52, 9, 1.6, 5000, 5, 42, -114.3])
houses = low + (high - low) * pick.rand(300, 8)
price = 0.4 * houses[:, 0] + 0.1 * houses[:, 2] - 0.2 * np.abs(houses[:, 6] - 37.7) + 0.1 * pick.randn(300)
model = make_pipeline(StandardScaler(), SVR(C=2.0, epsilon=0.1)).fit(houses, price)
joblib.dump(model, pathlib.Path(sys.argv[1]) / "model.joblib")
