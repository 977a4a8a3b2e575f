"""Compact sequence taggers distilled from large transformers."""

__version__ = "0.1.0"
