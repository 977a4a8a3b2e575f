"""Compact networks that learn to tag: one file a student."""
