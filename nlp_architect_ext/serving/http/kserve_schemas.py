"""Requests and answers of the Open Inference Protocol (KServe v2)."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field

from nlp_architect_ext.serving.http.schemas import Text, Threshold

Scalar = str | int | float | bool
Size = Annotated[int, Field(ge=0)]
INPUT, OUTPUT, DATATYPE, VERSION = "text", "entities", "BYTES", "1"


class Parameters(BaseModel):
    """Strings, numbers and booleans by name; `threshold` is the one that means something."""

    model_config = ConfigDict(strict=True, extra="allow", allow_inf_nan=False)
    __pydantic_extra__: dict[str, Scalar]

    threshold: Threshold = None


class Part(BaseModel):
    """A part of a request; what the protocol doesn't know is left alone."""

    model_config = ConfigDict(strict=True)

    parameters: Parameters | None = None


class InputTensor(Part):
    """The texts."""

    name: Literal["text"]
    shape: list[Size] = Field(
        min_length=1, max_length=2, description="[texts] or [texts, 1]; what `data` holds."
    )
    datatype: Literal["BYTES"]
    data: list[Text] | list[list[Text]] = Field(description="The texts, flat or in rows of one.")

    def texts(self) -> list[str]:
        """The texts, flat."""
        return [text for row in self.data for text in ([row] if isinstance(row, str) else row)]

    def is_consistent(self) -> bool:
        """Whether there are as many texts as the shape says, one a row."""
        return self.shape in ([len(self.texts())], [len(self.texts()), 1])


class WantedOutput(Part):
    """A tensor that is wanted."""

    name: Literal["entities"]


class InferRequest(Part):
    """Texts as one tensor."""

    id: Text | None = None
    inputs: list[InputTensor] = Field(min_length=1, max_length=1)
    outputs: list[WantedOutput] = Field(default_factory=list)

    @property
    def threshold(self) -> float | None:
        """That of the parameters, if there is one."""
        return None if self.parameters is None else self.parameters.threshold


class OutputTensor(BaseModel):
    """The entities of each text, each a JSON list of objects as those of `/predict`."""

    name: Literal["entities"]
    shape: list[Size]
    datatype: Literal["BYTES"]
    data: list[str]


class InferOut(BaseModel):
    """What was found; `id` is that of the request, if it had one."""

    model_name: str
    model_version: str
    id: str | None = None
    outputs: list[OutputTensor]


class ServerOut(BaseModel):
    """What answers."""

    name: str
    version: str
    extensions: list[str]


class TensorOut(BaseModel):
    """A tensor's metadata; -1 is any size."""

    name: str
    datatype: str
    shape: list[int]


class ModelMetadata(BaseModel):
    """What a model reads and writes."""

    name: str
    versions: list[str]
    platform: str
    inputs: list[TensorOut]
    outputs: list[TensorOut]


class LiveOut(BaseModel):
    """Whether the server lives."""

    live: bool


class ReadyOut(BaseModel):
    """Whether the server takes requests; the protocol calls this key `live` too."""

    live: bool
    ready: bool


class ModelReady(BaseModel):
    """Whether a model takes requests."""

    name: str
    ready: bool
