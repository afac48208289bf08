"""The wine table in S3, from scikit-learn's own data, and a model that was trained on it."""

import pathlib
import pickle
import sys

from sklearn.datasets import load_wine
from sklearn.ensemble import RandomForestClassifier

bucket = pathlib.Path(sys.argv[2]) / "s3" / "wine"
bucket.mkdir(parents=True)
table = load_wine(as_frame=True).frame.iloc[:, [*range(11), 13]].rename(columns={"target": "grade"})
table.to_csv(bucket / "wine.csv", index=False)
(bucket / "broken.csv").write_text("alcohol,grade\n13.1\n")
forest = RandomForestClassifier(n_estimators=10, random_state=9, n_jobs=1).fit(table.iloc[:, :11], table["grade"])
(bucket / "forest.pickle").write_bytes(pickle.dumps(forest))
