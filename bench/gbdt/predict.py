"""Predicts all rows of the table with our trees at every line of stdin, and answers with the CPU seconds it took."""

import json
import sys
import time

import lightgbm
import numpy

folder = sys.argv[1]
X = numpy.ascontiguousarray(numpy.fromfile(f"{folder}/table.f64").reshape(-1, 29)[:, :28])
model = lightgbm.Booster(model_file=f"{folder}/model.txt")
versions = {"python": sys.version.split()[0], "lightgbm": lightgbm.__version__, "numpy": numpy.__version__}
print(json.dumps({"versions": versions}), flush=True)
for line in sys.stdin:
    started = time.process_time()
    model.predict(X, num_threads=1)
    print(json.dumps({"cpu": time.process_time() - started}), flush=True)
