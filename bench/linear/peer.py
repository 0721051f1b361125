"""Fits and predicts as asked, line by line on stdin, and answers each with the seconds it took: the peers of bench/linear.ts."""

import json
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.linear_model import Lasso, LogisticRegression, Ridge
from sklearn.naive_bayes import GaussianNB
from sklearn.neighbors import KNeighborsClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import OneHotEncoder, StandardScaler

warnings.filterwarnings("ignore")
folder, tables = sys.argv[1], json.loads(sys.argv[2])


def scaled(model):
    return make_pipeline(StandardScaler(), model)


def one_hot(model):
    return make_pipeline(OneHotEncoder(handle_unknown="ignore"), model)


peers = {
    "ridge": lambda: scaled(Ridge(alpha=1.0)),
    "lasso": lambda: scaled(Lasso(alpha=0.05)),
    "logistic": lambda: scaled(LogisticRegression(C=1.0)),
    "logistic_l1": lambda: scaled(LogisticRegression(C=0.01, l1_ratio=1, solver="liblinear")),
    "softmax": lambda: scaled(LogisticRegression(C=1.0)),
    "naive_bayes": GaussianNB,
    "ridge_one_hot": lambda: one_hot(Ridge(alpha=1.0)),
    "logistic_one_hot": lambda: one_hot(LogisticRegression(C=1.0)),
    "neighbours": lambda: scaled(KNeighborsClassifier(n_neighbors=5, n_jobs=1)),
}


def read(name):
    columns = numpy.fromfile(f"{folder}/{name}.columns.f64").reshape(tables[name]["columns"], -1).T.copy()
    target = numpy.fromfile(f"{folder}/{name}.target.f64")
    return columns.astype(int) if tables[name]["categories"] else columns, target


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


versions = {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    name, table = line.split()
    X, y = read(table)
    model, fit = timed(lambda: peers[name]().fit(X, y))
    scores, predict = timed(lambda: model.predict_proba(X) if hasattr(model, "predict_proba") else model.predict(X))
    scores.astype(numpy.float64).tofile(f"{folder}/scores.f64")
    print(json.dumps({"fit": fit, "predict": predict}), flush=True)
