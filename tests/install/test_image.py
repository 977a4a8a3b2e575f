"""The image's files, made here by the instructions of its Dockerfile, and the service in them."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from dockerfile import ROOT, copied, stages
from served import URL
from test_tagger import SOFTMAX

pytestmark = pytest.mark.install

BUILD, IMAGE = stages()
MEGABYTE = 1_000_000
# What `docker images` says of python:3.11-slim on amd64: base, certificates and Python.
BASE = 131 * MEGABYTE
MOST = 250 * MEGABYTE
HEAVY = ("torch", "transformers", "spacy", "seqeval", "matplotlib")


def run(command: str, packages: Path, sources: Path) -> None:
    """A RUN instruction of the build stage, its folders elsewhere."""
    line = command.replace("/packages", str(packages)).replace("pip ", f"{sys.executable} -m pip ")
    subprocess.run(["bash", "-euc", line], check=True, cwd=sources)


@pytest.fixture(scope="module")
def packages(tmp_path_factory):
    """What the image has beside Python."""
    sources, packages = (
        tmp_path_factory.mktemp("src"),
        tmp_path_factory.mktemp("image") / "packages",
    )
    for path in copied(BUILD):
        place = sources / Path(path).name
        copy = shutil.copytree if (ROOT / path).is_dir() else shutil.copy
        copy(ROOT / path, place)
    for one in BUILD:
        if one.name == "RUN":
            run(one.text, packages, sources)
    yield packages
    shutil.rmtree(packages)


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    folder = tmp_path_factory.mktemp("model") / "model"
    SOFTMAX.export(folder, "int8")
    return folder


def size(folder: Path) -> int:
    return sum(path.stat().st_size for path in folder.rglob("*") if path.is_file())


def test_it_is_small_and_has_nothing_of_training(packages):
    assert not [name for name in HEAVY if (packages / name).exists()]
    total = BASE + size(packages)
    assert total < MOST, f"{size(packages) / MEGABYTE:.1f} MB beside Python's image"


def test_it_serves_and_its_health_check_tells(packages, model, tmp_path):
    def word(text: str) -> str:
        return text.replace("/packages", str(packages)).replace("/model", str(model))

    entry = next(one for one in IMAGE if one.name == "ENTRYPOINT").words
    arguments = next(one for one in IMAGE if one.name == "CMD").words
    places = {"--host": "127.0.0.1", "--port": "0"}
    command = [sys.executable, "-s", *map(word, entry[1:])]
    for flag, value in zip(["", *arguments], arguments, strict=False):
        command.append(places.get(flag) or word(value))
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(packages), "PYTHONDONTWRITEBYTECODE": "1"}
    # -S would hide this environment's own packages, so that only those of the image are found.
    command.insert(1, "-S")
    log = tmp_path / "log"
    with log.open("wb") as file:
        process = subprocess.Popen(command, stderr=file, env=env, cwd=tmp_path)
    try:
        while not (found := URL.search(log.read_text())):
            assert process.poll() is None, log.read_text()
            time.sleep(0.1)
        check = next(one for one in IMAGE if one.name == "HEALTHCHECK").words
        check[-1] = check[-1].replace(":8000", f":{found[2]}")
        assert subprocess.run([sys.executable, *check[1:]]).returncode == 0
        request = urllib.request.Request(
            f"{found[0]}/predict", b'{"text": "Anna met Bo"}', {"Content-Type": "application/json"}
        )
        assert json.load(urllib.request.urlopen(request))["words"] == [[0, 4], [5, 8], [9, 11]]
    finally:
        process.terminate()
        code = process.wait(30)
    assert code == 0
    assert subprocess.run([sys.executable, *check[1:]], stderr=subprocess.DEVNULL).returncode != 0
