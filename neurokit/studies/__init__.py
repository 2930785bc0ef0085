"""Batch evaluations: the plan, its folds, where they run, results and reports."""
