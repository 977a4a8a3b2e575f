"""Smaller encoders and taggers, made before a task is known or for a budget."""
