"""Students whose recurrence has no matrix from state to state."""
