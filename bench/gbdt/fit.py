"""One fit of LightGBM in a process of its own, as fit.probe.ts. Arguments: table, test table, scores, threads."""

import json
import os
import resource
import sys
import time

import lightgbm
import numpy


def read(path):
    """A part at a time: the file is never in memory as a whole."""
    count = os.path.getsize(path) // (8 * 29)
    X, y = numpy.empty((count, 28)), numpy.empty(count)
    with open(path, "rb") as file:
        for start in range(0, count, 50_000):
            part = numpy.fromfile(file, count=29 * min(50_000, count - start)).reshape(-1, 29)
            X[start : start + len(part)], y[start : start + len(part)] = part[:, :28], part[:, 28]
    return X, y


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


table, test, out, threads = sys.argv[1:5]
X, y = read(table)
params = {"objective": "binary", "num_threads": int(threads), "verbosity": -1}
before, started = cpu(), time.perf_counter()
model = lightgbm.train(params, lightgbm.Dataset(X, y, params=params), 100)
spent, wall = cpu() - before, time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
unseen, _ = read(test)
model.predict(unseen, num_threads=1).tofile(out)
versions = {"python": sys.version.split()[0], "lightgbm": lightgbm.__version__, "numpy": numpy.__version__}
print(json.dumps({"cpu": spent, "wall": wall, "peak_mb": peak, "versions": versions}))
