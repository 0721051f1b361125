"""One fit of LightGBM in a process of its own, as fit.probe.ts. Arguments: table, test table, scores, threads."""

import json
import resource
import sys
import time

import lightgbm
import numpy


def read(path):
    values = numpy.fromfile(path).reshape(-1, 29)
    return numpy.ascontiguousarray(values[:, :28]), values[:, 28].copy()


def cpu():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


table, test, out, threads = sys.argv[1:5]
part = numpy.memmap(table, dtype=numpy.float64, mode="r").reshape(-1, 29)
X, y = numpy.array(part[:, :28], order="C"), numpy.array(part[:, 28])
del part
params = {"objective": "binary", "num_threads": int(threads), "verbosity": -1}
before, started = cpu(), time.perf_counter()
model = lightgbm.train(params, lightgbm.Dataset(X, y, params=params), 100)
spent, wall = cpu() - before, time.perf_counter() - started
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
unseen, _ = read(test)
model.predict(unseen, num_threads=1).tofile(out)
versions = {"python": sys.version.split()[0], "lightgbm": lightgbm.__version__, "numpy": numpy.__version__}
print(json.dumps({"cpu": spent, "wall": wall, "peak_mb": peak, "versions": versions}))
