"""What settings leave open, decided when a run begins."""

from __future__ import annotations

from dataclasses import Field, replace
from typing import Any, ClassVar, Protocol, TypeVar

import torch

from nlp_architect_ext.data.corpus import Corpus
from nlp_architect_ext.settings.data import DevSettings
from nlp_architect_ext.settings.run import DeviceSettings


class Open(Protocol):
    """Settings with the groups that leave something open."""

    __dataclass_fields__: ClassVar[dict[str, Field[Any]]]

    @property
    def dev(self) -> DevSettings:
        """Where dev comes from."""
        ...

    @property
    def device(self) -> DeviceSettings:
        """Where it computes."""
        ...


Settings = TypeVar("Settings", bound=Open)


def decided(settings: Settings, corpus: Corpus, device: torch.device) -> Settings:
    """The settings with device, threads and dev as they are: a continued run computes so too."""
    fraction = settings.dev.dev_fraction if corpus.dev_is_split else 0.0
    threads = torch.get_num_threads()
    return replace(
        settings,
        dev=replace(settings.dev, dev_fraction=fraction),
        device=replace(settings.device, device=str(device), no_cuda=False, threads=threads),
    )
