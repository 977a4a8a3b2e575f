"""The part of a student that ONNX Runtime computes: from features of words to emissions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from nlp_architect_ext.core.errors import UserError
from nlp_architect_ext.core.hub import first_line
from nlp_architect_ext.data.vocabulary import PADDING
from nlp_architect_ext.runtime.onnx_bytes import has_external_data

Inputs = dict[str, NDArray[Any]]  # features (batch, words, width) and lengths (batch,)


class Session:
    """ONNX Runtime with one graph; several threads may call it at once.

    Args:
        graph: its bytes.
        threads: that share the sentences of a call; one sentence alone is faster without.

    Raises:
        ValueError: not a graph that ONNX Runtime can run.
        UserError: ONNX Runtime isn't installed.
    """

    def __init__(self, graph: bytes, threads: int = 1) -> None:
        self._session = _onnx_session(graph, threads)

    def check(self, width: int, labels: int) -> None:
        """Whether the graph makes scores of so many labels of features so wide: it's tried.

        Raises:
            ValueError: it doesn't.
        """
        words = 2
        features = np.zeros((1, words, width), np.float32)
        try:
            found = self._session.run(
                None, {"features": features, "lengths": np.array([words], np.int32)}
            )
        except Exception as error:  # see `_onnx_session`
            raise ValueError(f"the graph can't compute: {first_line(error)}") from error
        shapes = [np.shape(one) for one in found]
        if shapes != [(1, words, labels)] or found[0].dtype != np.float32:
            raise ValueError(
                f"the graph makes {shapes} of {words} words; expected scores of {labels} labels"
            )

    def emissions(
        self, table: NDArray[np.float32], rows: Sequence[Sequence[int]]
    ) -> tuple[NDArray[np.float32], NDArray[np.int64]]:
        """Emissions (batch, words, labels), of any value beyond the lengths, and lengths (batch,).

        Args:
            table: features of words (rows, width); row 0 is padding's.
            rows: the rows of each sentence's words, at least one.
        """
        inputs, lengths = self.inputs(table, rows)
        return self.run(inputs), lengths

    def inputs(
        self, table: NDArray[np.float32], rows: Sequence[Sequence[int]]
    ) -> tuple[Inputs, NDArray[np.int64]]:
        """What the graph reads, and lengths (batch,); arguments as in `emissions`."""
        lengths = np.array([len(sentence) for sentence in rows], np.int64)
        if len(rows) == 1:
            padded = np.array(rows, np.int64)
        else:
            padded = np.full((len(rows), int(lengths.max())), PADDING, np.int64)
            padded[np.arange(padded.shape[1]) < lengths[:, None]] = [
                row for sentence in rows for row in sentence
            ]
        return {"features": table[padded], "lengths": lengths.astype(np.int32)}, lengths

    def run(self, inputs: Inputs) -> NDArray[np.float32]:
        """Emissions (batch, words, labels)."""
        try:
            (emissions,) = self._session.run(None, inputs)
        except Exception as error:  # see `_onnx_session`
            raise UserError(
                where="ONNX Runtime",
                wrong=f"can't compute the graph ({first_line(error)})",
                expected="a graph as nlp-train export writes it",
                remedy="export it again",
            ) from error
        array: NDArray[np.float32] = emissions
        return array


def _onnx_session(graph: bytes, threads: int) -> Any:
    if has_external_data(graph):
        raise ValueError("the graph keeps numbers in other files, which could be any")
    try:
        import onnxruntime  # an extra: training and tagging in torch do without
    except ImportError as error:
        raise UserError(
            where="onnxruntime",
            wrong=f"can't be imported ({error})",
            expected="ONNX Runtime, which runs exports",
            remedy="call pip install 'nlp-architect-ext[onnx]'",
        ) from error
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3  # errors; warnings would go to standard output
    try:
        return onnxruntime.InferenceSession(graph, options, providers=["CPUExecutionProvider"])
    except Exception as error:  # it has a dozen classes without a common base
        raise ValueError(f"ONNX Runtime refuses the graph: {first_line(error)}") from error
