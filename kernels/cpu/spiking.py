"""Spiking layers; for now as the reference has them."""

from neurokit.kernels.reference.spiking import gradients, simulate

__all__ = ["gradients", "simulate"]
