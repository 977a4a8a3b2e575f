"""Taggers that compute with torch, their folders, their export."""
