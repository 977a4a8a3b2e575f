"""The check of what an exportable student writes as ONNX."""

from __future__ import annotations

import torch
from torch import nn

from nlp_architect_ext.batches.batch import collate
from nlp_architect_ext.batches.encoding import EncodedSentence
from nlp_architect_ext.students.base import Exportable
from nlp_architect_ext.testing.fixtures import LABEL_COUNT, emissions_of, require_close


def check_export(student: Exportable, sentences: list[EncodedSentence]) -> None:
    """ONNX Runtime computes the student's emissions from the words' features."""
    from nlp_architect_ext.layers.onnx_graph import FEATURES, LENGTHS, OnnxGraph
    from nlp_architect_ext.runtime.session import Session

    assert isinstance(student, nn.Module)
    for some in (sentences, sentences[:1]):
        batch = collate(some)
        graph = OnnxGraph()
        with torch.no_grad():
            words = student.word_embedding.read(batch)
            characters = student.character_cnn(batch.characters)
        # shape: (batch, words, width)
        features = torch.cat([words, characters], dim=2)
        emissions = student.write_onnx(graph, FEATURES, LENGTHS)
        model = graph.finish(emissions, features.shape[2], LABEL_COUNT)
        # shape: (batch · words, width)
        table = features.flatten(0, 1)
        rows = torch.arange(len(table)).view(batch.words.shape)
        lengths = batch.lengths.tolist()
        given = [row[:length].tolist() for row, length in zip(rows, lengths, strict=True)]
        found, _ = Session(model.SerializeToString()).emissions(table.numpy(), given)
        expected = emissions_of(student, batch)[batch.mask]
        require_close(torch.from_numpy(found)[batch.mask], expected, "as ONNX; correct write_onnx")
