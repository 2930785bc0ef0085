"""scikit-learn estimators, and the named pipelines that are built of them."""
