"""Whatever labels text for the student, how it learns, and the store of its answers."""
