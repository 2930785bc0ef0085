"""Signals as they come: sources, the recorder's process, the ring, decoding and feedback."""
