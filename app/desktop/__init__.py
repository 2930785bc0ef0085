"""The window: state in ``session``, and thin panels that draw it."""
