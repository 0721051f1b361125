"""scikit-learn's forests on the same matrix: fits as asked, line by line on stdin, and answers with seconds and test scores."""

import json
import sys
import time

import numpy
import sklearn
from sklearn.ensemble import ExtraTreesClassifier, RandomForestClassifier
from sklearn.metrics import roc_auc_score

folder, width, trees = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
forests = {"random_forest": RandomForestClassifier, "extra_trees": ExtraTreesClassifier}


def read(name):
    matrix = numpy.fromfile(f"{folder}/{name}.f64").reshape(width + 1, -1)
    # Its own type and layout, so that fitting converts nothing.
    return numpy.ascontiguousarray(matrix[:width].T, dtype=numpy.float32), matrix[width]


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


train, test = read("train"), read("test")
versions = {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    name, seed = line.split()
    forest = forests[name](n_estimators=trees, n_jobs=1, random_state=int(seed))
    _, fit = timed(lambda: forest.fit(*train))
    scores, predict = timed(lambda: forest.predict_proba(test[0])[:, 1])
    leaves = sum(tree.get_n_leaves() for tree in forest.estimators_) / trees
    print(json.dumps({"fit": fit, "predict": predict, "auc": roc_auc_score(test[1], scores), "leaves": leaves}), flush=True)
