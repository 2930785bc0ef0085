"""What happens in a visit: calibration, exploration, training, feedback, the report."""
