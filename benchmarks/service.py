"""How many requests does the HTTP service answer, how fast, and does its memory grow?

Clients that each keep one connection and ask again as soon as they have their answer, against
`nlp-inference serve` on loopback, on the same cores; then the same model called in a loop.

python benchmarks/service.py --model out --texts notes.txt --seconds 600
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path

from nlp_architect_ext import load

URL = re.compile(r"http://([\d.]+):(\d+)")
EVERY = 5.0  # seconds between two looks at the server's memory
EDGE = 12  # looks at the beginning, and at the end, that are compared: a minute

Process = subprocess.Popen[str]
Place = tuple[str, int]


@dataclass
class Seen:
    """What the clients saw."""

    latencies: list[float] = field(default_factory=list)  # s
    statuses: Counter[str] = field(default_factory=Counter)
    memory: list[float] = field(default_factory=list)  # MB


def started(options: argparse.Namespace) -> tuple[Process, Place]:
    """The service as its own process, with its address."""
    program = str(Path(sys.executable).with_name("nlp-inference"))
    arguments = ["serve", "--model_dir", str(options.model), "--port", "0", "--drain_s", "0"]
    with options.log.open("w") as log:
        process = subprocess.Popen([program, *arguments, *options.flags.split()], stderr=log)
    while True:
        found = URL.search(options.log.read_text())
        if found:
            return process, (found[1], int(found[2]))
        if process.poll() is not None:
            raise SystemExit(options.log.read_text())
        time.sleep(0.1)


def memory(process: Process) -> float:
    """What the process holds, in MB."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return int(re.search(r"VmRSS:\s+(\d+)", status)[1]) / 1024


def request(text: str) -> bytes:
    """A request as it goes over the wire."""
    body = json.dumps({"text": text}).encode()
    head = "POST /predict HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\n"
    return f"{head}Content-Length: {len(body)}\r\n\r\n".encode() + body


async def client(place: Place, ask: Callable[[], bytes], end: float, seen: Seen) -> None:
    """One client: the next request as soon as the last is answered."""
    reader, writer = await asyncio.open_connection(*place)
    while time.monotonic() < end:
        began = time.perf_counter()
        writer.write(ask())
        head = await reader.readuntil(b"\r\n\r\n")
        length = re.search(rb"content-length: (\d+)", head, re.IGNORECASE)
        await reader.readexactly(int(length[1]))
        seen.latencies.append(time.perf_counter() - began)
        seen.statuses[head[9:12].decode()] += 1
    writer.close()


async def attack(
    place: Place, requests: list[bytes], clients: int, seconds: float, process: Process
) -> Seen:
    """All clients at once."""
    seen, turn, end = Seen(), count(), time.monotonic() + seconds

    def ask() -> bytes:
        return requests[next(turn) % len(requests)]

    async def watch() -> None:
        while time.monotonic() < end:
            seen.memory.append(memory(process))
            await asyncio.sleep(EVERY)

    await asyncio.gather(watch(), *(client(place, ask, end, seen) for _ in range(clients)))
    seen.memory.append(memory(process))
    return seen


def row(name: str, latencies: list[float], seconds: float, words: float) -> str:
    """A line of the table."""
    median = 1000 * statistics.median(latencies)
    late = 1000 * statistics.quantiles(latencies, n=100)[98]
    rate = len(latencies) / seconds
    return f"| {name} | {rate:,.0f} | {rate * words:,.0f} | {median:.1f} ms | {late:.1f} ms |"


def looped(options: argparse.Namespace, texts: list[str]) -> list[float]:
    """Seconds of each text, one after the other, in this process."""
    tagger = load(options.model)
    for text in texts:  # as warm as the service is
        tagger(text)
    latencies, end = [], time.monotonic() + options.loop_seconds
    for place in count():
        began = time.perf_counter()
        tagger(texts[place % len(texts)])
        latencies.append(time.perf_counter() - began)
        if time.monotonic() > end:
            return latencies
    raise AssertionError


def main() -> None:
    """Measure, and print a table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", type=Path, default=Path("demo/distilled"))
    parser.add_argument(
        "--texts", type=Path, default=Path("../shared/data/unlabelled/wikisplit.txt")
    )
    parser.add_argument("--most", type=int, default=5000, help="texts that are sent in turn")
    parser.add_argument("--clients", type=int, default=200)
    parser.add_argument("--seconds", type=float, default=600)
    parser.add_argument("--loop_seconds", type=float, default=30)
    parser.add_argument("--flags", default="", help="further flags of nlp-inference serve")
    parser.add_argument("--log", type=Path, default=Path("build/service.log"))
    options = parser.parse_args()
    options.log.parent.mkdir(parents=True, exist_ok=True)
    lines = options.texts.read_text(encoding="utf-8").splitlines()
    texts = [line for line in lines if line.strip()][: options.most]
    words = statistics.mean(len(text.split()) for text in texts)
    alone = looped(options, texts)
    process, place = started(options)
    try:
        requests = [request(text) for text in texts]
        # Every word is known before memory is looked at for the first time.
        asyncio.run(attack(place, requests, options.clients, 30, process))
        seen = asyncio.run(attack(place, requests, options.clients, options.seconds, process))
    finally:
        process.terminate()
    edge = min(EDGE, len(seen.memory) // 2)
    first, last = (statistics.median(part) for part in (seen.memory[:edge], seen.memory[-edge:]))
    print(
        f"{len(texts):,} texts of {words:.1f} words; {options.clients} clients, "
        f"{options.seconds:.0f} s; exit code {process.wait()}"
    )
    print("| | texts/s | words/s | median | 99th percentile |\n|---|---|---|---|---|")
    print(row("in a loop", alone, options.loop_seconds, words))
    print(row("service", seen.latencies, options.seconds, words))
    print(
        f"answers: {dict(seen.statuses)}; memory {first:.1f} MB in the first minute, "
        f"{last:.1f} MB in the last: {100 * (last / first - 1):+.1f} %, at most "
        f"{max(seen.memory):.1f} MB"
    )
    raise SystemExit(any(status[0] == "5" for status in seen.statuses) or last > 1.05 * first)


if __name__ == "__main__":
    main()
