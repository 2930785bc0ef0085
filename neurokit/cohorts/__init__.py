"""Cohorts of people with scans: maps, splits, scores, the report."""
