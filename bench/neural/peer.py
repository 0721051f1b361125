"""scikit-learn's multilayer perceptron on the same numbers: fits once for each seed on stdin, answers with seconds and test AUC."""

import json
import sys
import time
import warnings

import numpy
import sklearn
from sklearn.metrics import roc_auc_score
from sklearn.neural_network import MLPClassifier

folder, width, settings = sys.argv[1], int(sys.argv[2]), json.loads(sys.argv[3])
warnings.filterwarnings("ignore")


def read(name):
    matrix = numpy.fromfile(f"{folder}/{name}.f64").reshape(width + 1, -1)
    # float32, as our side calculates, and row by row.
    return numpy.ascontiguousarray(matrix[:width].T, dtype=numpy.float32), matrix[width]


def timed(work):
    cpu, wall = time.process_time(), time.perf_counter()
    result = work()
    return result, {"cpu": time.process_time() - cpu, "wall": time.perf_counter() - wall}


train, test = read("train"), read("test")
versions = {"python": sys.version.split()[0], "scikit-learn": sklearn.__version__, "numpy": numpy.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    network = MLPClassifier(
        hidden_layer_sizes=settings["hidden_layers"],
        alpha=settings["alpha"],
        batch_size=settings["batch_size"],
        learning_rate_init=settings["learning_rate"],
        max_iter=settings["max_epochs"],
        n_iter_no_change=10_000,
        random_state=int(line),
    )
    _, fit = timed(lambda: network.fit(*train))
    scores, predict = timed(lambda: network.predict_proba(test[0])[:, 1])
    print(json.dumps({"fit": fit, "predict": predict, "auc": roc_auc_score(test[1], scores)}), flush=True)
