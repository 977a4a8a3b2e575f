"""Requests and answers of the service's own endpoints, as pydantic models and as OpenAPI."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BaseModel, ConfigDict, Discriminator, Field, Tag
from pydantic_core import PydanticCustomError


def _unicode(text: str) -> str:
    """A text that UTF-8 can write: JSON may hold half of a surrogate pair, which is no character.

    Raises:
        PydanticCustomError: it can't.
    """
    try:
        text.encode()
    except UnicodeEncodeError as error:
        message = "a lone surrogate at character {place}; expected Unicode"
        raise PydanticCustomError("surrogate", message, {"place": error.start}) from error
    return text


Text = Annotated[str, AfterValidator(_unicode)]

Threshold = Annotated[
    float | None,
    Field(
        ge=0,
        le=1,
        allow_inf_nan=False,
        description="Entities that score below are left out; the server's own if not given.",
    ),
]
Offset = Annotated[int, Field(ge=0, description="In Unicode code points.")]
Range = Annotated[
    list[Offset],
    Field(min_length=2, max_length=2, description="Start and end, in Unicode code points."),
]


class Request(BaseModel):
    """What both kinds of requests have; anything else is refused."""

    model_config = ConfigDict(strict=True, extra="forbid")

    teacher: bool = Field(False, description="Whether to ask the model's teacher too.")
    threshold: Threshold = None


class TextRequest(Request):
    """One text."""

    text: Text = Field(description="Any text; its offsets count Unicode code points.")


class TextsRequest(Request):
    """Several texts."""

    texts: list[Text] = Field(description="Any texts; each is answered for itself.")


def _kind(body: Any) -> str:
    has_texts = isinstance(body, dict) and "texts" in body
    return "texts" if has_texts or isinstance(body, TextsRequest) else "text"


PredictRequest = Annotated[
    Annotated[TextRequest, Tag("text")] | Annotated[TextsRequest, Tag("texts")],
    Discriminator(_kind),
]


class EntityOut(BaseModel):
    """An entity, in the keys of Hugging Face's pipelines."""

    entity_group: str = Field(description="The type, for example PER.")
    score: float = Field(ge=0, description="How sure the model is.")
    word: str = Field(description="`text[start:end]`")
    start: Offset = Field(description="First character, in Unicode code points.")
    end: Offset = Field(description="Behind the last character, in Unicode code points.")


class TextResult(BaseModel):
    """A text and what was found in it."""

    text: str
    entities: list[EntityOut]
    words: list[Range] = Field(description="The words that the model saw.")
    teacher_entities: list[EntityOut] | None = Field(
        description="What the teacher finds; null where it isn't asked or isn't served."
    )


class TextsResult(BaseModel):
    """Texts in their order, and what was found in them."""

    results: list[TextResult]


class ModelOut(BaseModel):
    """A model that is served."""

    name: str
    labels: list[str] = Field(description="The types of entities that it finds.")
    scheme: Literal["IOB2", "plain"] = Field(description="plain: each word has a label of its own.")
    language: str
    engine: Literal["native", "onnx", "torch"]
    teacher: bool = Field(description="Whether its teacher can be asked.")


class ModelsOut(BaseModel):
    """All models; the first one answers `/predict`."""

    models: list[ModelOut]


class SuspectOut(BaseModel):
    """Labels of neighbouring words that are probably wrong."""

    start: int = Field(ge=0, description="The first word, from 0.")
    end: int = Field(ge=1, description="Behind the last word.")
    kind: str = Field(description="missed, invented, boundary or type.")
    given: list[str] = Field(description="The labels of these words in the data.")
    suggested: list[str] = Field(description="Labels that are more probable.")
    score: float | None = Field(description="How sure it is that they are wrong, from 0 to 1.")


class LabelledOut(BaseModel):
    """Where a sentence stands in labelled data, and what is suspected there."""

    file: str
    line: int = Field(description="On which the sentence begins.")
    labels: list[str] = Field(description="Those in the data, one a word.")
    suspects: list[SuspectOut]


class QueueItem(BaseModel):
    """A sentence for a person to look at."""

    id: str
    text: str
    words: list[Range]
    entities: list[EntityOut] = Field(description="What the model finds in it now.")
    uncertainty: float | None = Field(description="How unsure the model is, from 0 to 1.")
    labelled: LabelledOut | None = Field(description="For suspicious labels; else null.")


Kind = Literal["uncertain", "suspicious"]


class QueueOut(BaseModel):
    """Sentences for a person to look at, the most pressing first."""

    items: list[QueueItem]
    kind: Kind
    total: int = Field(description="How many there are; more than --queue aren't sent at once.")


class StatusOut(BaseModel):
    """Whether the service is live, or ready."""

    status: Literal["ok", "draining"]


class ErrorOut(BaseModel):
    """Every answer that isn't a success."""

    error: str = Field(description="What was wrong, and what was expected.")
