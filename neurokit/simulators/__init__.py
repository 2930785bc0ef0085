"""People and patients who are not there, and what spoils their recordings."""
