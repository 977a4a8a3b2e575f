"""From sentences to tensors: encoding, batches, streams of batches."""
