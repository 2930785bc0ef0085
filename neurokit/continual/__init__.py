"""Learning that goes on: streams of episodes, what is measured of them, runs and reports."""
