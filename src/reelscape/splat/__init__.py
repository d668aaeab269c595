"""Gaussian splats: the kernel, its readable twin, and the trainer."""
