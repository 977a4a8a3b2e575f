"""Pretrained transformers: found, loaded, aligned with words."""
