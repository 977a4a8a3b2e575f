"""Slow and obvious versions of what the library computes fast."""

from itertools import pairwise, product

import numpy as np
import torch


def sequence_score(emissions, labels, transitions, start, end):
    """Score of one label sequence; emissions (words, labels)."""
    score = start[labels[0]] + end[labels[-1]]
    score += sum(emissions[word, label] for word, label in enumerate(labels))
    return score + sum(transitions[pair] for pair in pairwise(labels))


def all_scores(emissions, transitions, start, end):
    """Every label sequence of a sentence with its score; emissions (words, labels)."""
    words, labels = emissions.shape
    return {
        sequence: sequence_score(emissions, sequence, transitions, start, end)
        for sequence in product(range(labels), repeat=words)
    }


def log_partition(emissions, transitions, start, end):
    """Logarithm of the sum of exponentials over all label sequences."""
    return np.logaddexp.reduce(list(all_scores(emissions, transitions, start, end).values()))


def best_sequence(emissions, transitions, start, end):
    """The label sequence of the highest score."""
    scores = all_scores(emissions, transitions, start, end)
    return max(scores, key=scores.get)


def label_probabilities(emissions, transitions, start, end):
    """Probability of each label at each word (words, labels), by enumeration of all sequences."""
    total = log_partition(emissions, transitions, start, end)
    probabilities = np.zeros(emissions.shape)
    for sequence, score in all_scores(emissions, transitions, start, end).items():
        for word, label in enumerate(sequence):
            probabilities[word, label] += np.exp(score - total)
    return probabilities


def is_legal(sequence, labels):
    """Whether a sequence of label ids is one that the label set's scheme allows."""
    return bool(labels.legal_start[sequence[0]]) and all(
        labels.legal[pair] for pair in pairwise(sequence)
    )


def softmax(logits):
    """Probabilities of one word's logits (labels,)."""
    exponentials = np.exp(logits - logits.max())
    return exponentials / exponentials.sum()


def character_features(character_cnn, characters):
    """Features of one word, convolved on its own; characters: a list of ids without padding."""
    embedded = character_cnn.embedding(torch.tensor([characters])).transpose(1, 2)
    return character_cnn.convolution(embedded).relu().amax(dim=2)[0]


def packed_bilstm(layers, features, lengths):
    """The output (batch, words, 2 · width) of torch's packed LSTM with the same weights."""
    for layer in layers:
        reversed_weights = {
            f"{name}_reverse": tensor for name, tensor in layer.leftward.state_dict().items()
        }
        width = layer.rightward.hidden_size
        lstm = torch.nn.LSTM(
            layer.rightward.input_size, width, batch_first=True, bidirectional=True
        )
        lstm.load_state_dict({**layer.rightward.state_dict(), **reversed_weights})
        words = features.shape[1]
        packed = torch.nn.utils.rnn.pack_padded_sequence(
            features, lengths, batch_first=True, enforce_sorted=False
        )
        features, _ = torch.nn.utils.rnn.pad_packed_sequence(
            lstm(packed)[0], batch_first=True, total_length=words
        )
    return features
