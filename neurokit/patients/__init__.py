"""The workspace: patients, visits, runs, models, and what enters and leaves it."""
