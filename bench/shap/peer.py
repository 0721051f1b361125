"""Explains rows as asked, line by line on stdin, and answers each with the CPU seconds it took: the peers of bench/shap.ts."""

import json
import sys
import time
import warnings

import lightgbm
import numpy
import shap
import sklearn
from sklearn.ensemble import HistGradientBoostingClassifier

warnings.filterwarnings("ignore")
folder, count, columns, explained = sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4])
X = numpy.fromfile(f"{folder}/columns.f64").reshape(columns, count).T.copy()
y = numpy.fromfile(f"{folder}/target.f64")
rows = X[:explained].copy()

same = lightgbm.Booster(model_file=f"{folder}/model.txt")
own = lightgbm.LGBMClassifier(n_estimators=100, num_leaves=31, n_jobs=1, verbose=-1).fit(X, y)
hist = HistGradientBoostingClassifier(max_iter=100, max_leaf_nodes=31, early_stopping=False).fit(X, y)
on_lightgbm = shap.TreeExplainer(own, feature_perturbation="tree_path_dependent")
on_sklearn = shap.TreeExplainer(hist, feature_perturbation="tree_path_dependent")

peers = {
    "pred_contrib_of_our_model": lambda: same.predict(rows, pred_contrib=True, num_threads=1),
    "lightgbm_pred_contrib": lambda: own.booster_.predict(rows, pred_contrib=True, num_threads=1),
    "shap_of_lightgbm": lambda: on_lightgbm.shap_values(rows),
    "shap_of_scikit_learn": lambda: on_sklearn.shap_values(rows),
}

same.predict(rows, pred_contrib=True, num_threads=1).astype(numpy.float64).tofile(f"{folder}/contributions.f64")
versions = {"python": sys.version.split()[0], "lightgbm": lightgbm.__version__, "shap": shap.__version__, "scikit-learn": sklearn.__version__}
print(json.dumps({"versions": versions, "peers": list(peers)}), flush=True)
for line in sys.stdin:
    started = time.process_time()
    peers[line.strip()]()
    print(json.dumps({"cpu": time.process_time() - started}), flush=True)
