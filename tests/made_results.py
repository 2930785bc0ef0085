"""Results made of nothing but a seed, in the columns of neurokit.studies.results."""

import numpy as np
import pandas as pd
from sklearn.metrics import get_scorer


def predict(random, n, *, skill=1.0, n_classes=2, shift=0.0):
    """Predictions of a fold of n trials by a decoder of that skill."""
    y_true = random.permutation(np.arange(n) % n_classes)
    scores = random.standard_normal((n, n_classes))
    scores[np.arange(n), y_true] += skill
    scores[:, 0] += shift
    y_score = scores[:, 1] - scores[:, 0] if n_classes == 2 else scores
    return {
        "y_true": y_true,
        "y_pred": scores.argmax(axis=1),
        "y_score": y_score,
        "classes": np.arange(n_classes),
    }


def make_results(
    pipelines=("ts+lr",),
    *,
    datasets=("simulated",),
    people=3,
    sessions=1,
    folds=5,
    n=40,
    skills=(1.0,),
    n_classes=2,
    scorer="accuracy",
    evaluation="within-session",
    talent=0.3,
    seed=0,
):
    """Frame of folds, and the function that gives their predictions."""
    random, rows, stored = np.random.default_rng(seed), [], {}
    score = get_scorer(scorer)
    takes_labels = score._response_method == "predict"
    for dataset in datasets:
        for person in range(1, people + 1):
            gift = random.normal(0, talent)
            for session in range(sessions):
                for pipeline, skill in zip(pipelines, skills, strict=True):
                    for fold in range(folds):
                        key = f"{dataset}/{person}/{session}/{pipeline}/{fold}"
                        size = n // folds
                        made = predict(random, size, skill=skill + gift, n_classes=n_classes)
                        made["test"] = fold * size + np.arange(size)
                        stored[key] = made
                        answer = made["y_pred"] if takes_labels else made["y_score"]
                        rows.append(
                            {
                                "dataset": dataset,
                                "subject": str(person),
                                "session": str(session),
                                "evaluation": evaluation,
                                "pipeline": pipeline,
                                "fold": fold,
                                "score": score._score_func(made["y_true"], answer),
                                "scorer": scorer,
                                "n_train": n - size,
                                "n_test": size,
                                "seconds": 0.1 + random.random(),
                                "chosen": {"order": int(random.integers(1, 5)), "lag": 2},
                                "seed": seed,
                                "error": None,
                                "key": key,
                                "paradigm": "left-right",
                                "peak_memory_mb": 200.0,
                                "versions": {"neurokit": "0.1.0", "numpy": np.__version__},
                                "ended": "2026-11-24T08:00:00+00:00",
                                "settings": {"band": [8.0, 35.0], "folds": folds},
                            }
                        )
    return pd.DataFrame(rows), stored.__getitem__
