"""Taggers at work: files and streams, in one process or several."""
