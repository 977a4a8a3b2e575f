"""Losses, objectives, the one training loop, its checkpoints."""
