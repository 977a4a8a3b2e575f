"""The image of the service, as far as that can be told without building it."""

import re
from argparse import ArgumentParser

import pytest
import yaml
from dockerfile import FOLDER, ROOT, copied, is_sent, stages

from nlp_architect_ext.core import registry
from nlp_architect_ext.settings.resolve import resolve
from nlp_architect_ext.settings.serving import ServeSettings

BUILD, IMAGE = stages()
COMPOSE = yaml.safe_load((FOLDER / "compose.yaml").read_text(encoding="utf-8"))
LIGHT = {"fastapi", "httptools", "numpy", "prometheus-client", "uvicorn"}


def of(name, stage=IMAGE):
    return next(one for one in stage if one.name == name)


def served(arguments):
    """The settings of `nlp-inference serve` from a command of the image."""
    parser = ArgumentParser()
    registry.load(registry.INFERENCE, arguments[0]).add_arguments(parser)
    return resolve(ServeSettings, parser.parse_args(arguments[1:]))


@pytest.mark.parametrize("path", copied(BUILD))
def test_what_is_copied_exists_and_is_sent_to_the_builder(path):
    assert (ROOT / path).exists()
    assert is_sent(path)


def test_nothing_else_is_sent_to_the_builder():
    assert not any(
        map(is_sent, (".git", "tests", "docs", "demo", "build", "nlp_architect_ext/x/__pycache__"))
    )
    assert copied(IMAGE) == []


def test_the_requirements_are_those_of_the_runtime_and_of_the_extra():
    def requirements(text):
        return set(re.findall(r"^\s*\"?([a-z-]+>=[\d.]+)", text, re.MULTILINE))

    image = requirements((FOLDER / "requirements.txt").read_text(encoding="utf-8"))
    runtime = requirements((ROOT / "requirements-runtime.txt").read_text(encoding="utf-8"))
    extra = re.search(r'"serve": \[([^]]+)\]', (ROOT / "setup.py").read_text(encoding="utf-8"))
    assert image == runtime | set(re.findall(r'"([^"]+)"', extra[1]))
    assert {re.split("[>=]", line)[0] for line in image} == LIGHT


def test_it_runs_as_nobody_in_particular_and_serves_every_network():
    assert of("USER").text.split(":")[0] not in ("root", "0")
    settings = served(of("CMD").words)
    assert (settings.host, settings.port) == ("0.0.0.0", int(of("EXPOSE").text))  # noqa: S104
    assert f":{settings.port}/health/ready" in of("HEALTHCHECK").text
    assert "curl" not in of("HEALTHCHECK").text


def test_the_compose_file_restricts_it_and_publishes_it_on_loopback():
    (service,) = COMPOSE["services"].values()
    assert served(service["command"]).token_file == "/run/secrets/token"  # noqa: S105
    assert service["read_only"] is True
    assert service["cap_drop"] == ["ALL"]
    assert all(port.startswith("127.0.0.1:") for port in service["ports"])
    assert all(volume["read_only"] for volume in service["volumes"])
    assert (FOLDER / service["build"]["context"]).resolve() == ROOT
    assert (ROOT / service["build"]["dockerfile"]).is_file()
    settings = served(service["command"])
    longest = 2 * settings.limits.timeout_s + settings.drain_s
    assert int(service["stop_grace_period"].removesuffix("s")) > longest
