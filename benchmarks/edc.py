"""What people wait for, on PostgreSQL: `python -m benchmarks.edc [--subjects 3000] [--tenfold] [--parts …]`.

Fills a private, durable PostgreSQL with study T5 (30 sites, every planned form, a chained trail), serves
the platform with gunicorn, and prints tables, limits beside: the pages of a data manager and of a
data-entry person; entering a form (open, save of each item, submit of both passes) by 1, 10 and 50 people
at once, who take `--pause` seconds for each value (0: as fast as the server answers), beside the bare write
of the same rows; a dry run of 10,000 lines, freezing, verifying, exporting.
`--tenfold` copies the subjects ten times and opens the pages again: what they cost must not grow with them.
"""

import argparse
import json
import os
import random
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import httpx
import psycopg

from scripts.processes import free_port, start, stop, wait_until
from tests.services import postgres

ROOT = Path(__file__).resolve().parent.parent
DURABLE = {
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on", "shared_buffers": "512MB",
    "max_connections": "120", "max_wal_size": "4GB",
}  # fmt: skip
PAGES = (
    "/", "/subjects/", "/subjects/screening/", "/subjects/flow/", "/queries/", "/queries/ageing/",
    "/differences/", "/differences/rates/", "/audit/", "/verification/", "/forms/", "/reviews/", "/locks/",
    "/checks/", "/checks/silent/", "/exports/", "/imports/", "/notifications/", "/people/",
)  # fmt: skip
PAGE_LIMIT, OPEN_LIMIT, SAVE_ALONE, SAVE_TOGETHER = 300, 300, 100, 400
ROUNDS = 7
PARTS = ("pages", "entry", "bulk")
CSRF = "b" * 32


def main() -> int:
    """Print the tables; return 1 where something is over its limit."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=3000)
    parser.add_argument("--tenfold", action="store_true")
    parser.add_argument("--seconds", type=int, default=20, help="of entry, for each number of people")
    parser.add_argument("--pause", type=float, default=2.0, help="mean seconds to read and type a value")
    parser.add_argument("--people", type=int, nargs="*", default=[1, 10, 50])
    parser.add_argument("--parts", nargs="*", default=PARTS, choices=PARTS)
    parser.add_argument("--workers", type=int, default=2)
    told = parser.parse_args()
    postgres.SETTINGS.update(DURABLE)
    over: list[str] = []
    with postgres.running_postgres() as url, tempfile.TemporaryDirectory(prefix="tandem-edc-") as var:
        env = {**os.environ, "DJANGO_SETTINGS_MODULE": "config.settings", "TANDEM_VAR": var}
        env["DATABASE_URL"] = url
        plan = _step(env, var, "fill", told.subjects)
        with _server(env, Path(var), told.workers) as address:
            if "entry" in told.parts:
                over += entry_table(plan, address, url, told)
            pages = page_times(plan, address) if "pages" in told.parts else {}
        if "bulk" in told.parts:
            over += _step(env, var, "bulk", told.subjects)["over"]
            for format_name in ("odm", "csv"):
                again = [sys.executable, "-m", "benchmarks.export", "--measure", format_name]
                subprocess.run(again, check=True, env=env, cwd=ROOT)
        tenfold = {}
        if told.tenfold and pages:
            _step(env, var, "tenfold", told.subjects)
            with _server(env, Path(var), told.workers) as address:
                tenfold = page_times(plan, address)
        over += page_table(pages, tenfold, told.subjects)
    print("\nover the limit: " + ("; ".join(over) if over else "nothing"))
    return int(bool(over))


def _step(env: dict[str, str], var: str, name: str, subjects: int) -> dict:
    """Run one step that needs Django in a process of its own and return what it found."""
    began = time.perf_counter()
    command = [sys.executable, "-m", "benchmarks.edc_steps", name, str(subjects)]
    subprocess.run(command, check=True, env=env, cwd=ROOT)
    print(f"{name}: {time.perf_counter() - began:.0f} s", flush=True)
    return json.loads((Path(var) / f"{name}.json").read_text())


@contextmanager
def _server(env: dict[str, str], var: Path, workers: int) -> Iterator[str]:
    address, log = f"127.0.0.1:{free_port()}", var / "server.log"
    command = [sys.executable, "-m", "gunicorn", "config.wsgi", "--bind", address, "--timeout", "120"]
    # People pause for longer than the two seconds after which it would close their connections.
    command += ["--keep-alive", "75"]
    process = start([*command, "--workers", str(workers), "--threads", "4"], log=log, env=env, cwd=ROOT)
    try:
        wait_until(lambda: _answers(address), process=process, log=log)
        yield f"http://{address}"
    finally:
        stop(process)


def _answers(address: str) -> bool:
    try:
        return httpx.get(f"http://{address}/accounts/login/").status_code == 200
    except httpx.TransportError:
        return False


def _client(address: str, session: str) -> httpx.Client:
    cookies = {"sessionid": session, "csrftoken": CSRF}
    headers = {"X-CSRFToken": CSRF, "Accept-Language": "zh-hans"}
    return httpx.Client(base_url=address, cookies=cookies, headers=headers, timeout=120)


def timed(client: httpx.Client, method: str, url: str, **more: object) -> tuple[float, int]:
    """Return the milliseconds and the status of one request, the answer read to its end."""
    began = time.perf_counter()
    answer = client.request(method, url, **more)
    return (time.perf_counter() - began) * 1000, answer.status_code


def p50_p95(times: list[float]) -> tuple[float, float]:
    if len(times) < 2:
        return (times[0], times[0]) if times else (0.0, 0.0)
    return statistics.median(times), statistics.quantiles(times, n=20, method="inclusive")[-1]


def page_times(plan: dict, address: str) -> dict[tuple[str, str], list[float]]:
    """Return the milliseconds of each page for each of the two people, after one request that counts not."""
    found: dict[tuple[str, str], list[float]] = {}
    for person, session in (("data manager", plan["manager"]), ("data entry", plan["sessions"][0][0])):
        with _client(address, session) as client:
            for url in (*PAGES, plan["subject_page"], plan["form_page"]):
                if timed(client, "GET", url)[1] != 200:
                    continue
                found[person, url] = [timed(client, "GET", url)[0] for _turn in range(ROUNDS)]
    return found


def page_table(pages: dict, tenfold: dict, subjects: int) -> list[str]:
    """Print the pages, beside them those with ten times the subjects; return what is over the limit."""
    over = []
    if pages:
        heading = "{:<26}{:<14}{:>9}{:>9}{:>9}{:>9}{:>9}"
        print("\n" + heading.format("", "", "subjects", subjects, "subjects", subjects * 10, ""))
        print(heading.format("page", "person", "p50 ms", "p95 ms", "p50 ms", "p95 ms", "limit"))
    for (person, url), times in pages.items():
        p50, p95 = p50_p95(times)
        more = p50_p95(tenfold.get((person, url), []))
        tens = f"{more[0]:>9.0f}{more[1]:>9.0f}" if tenfold else f"{'–':>9}{'–':>9}"
        slow = max(p95, more[1]) > PAGE_LIMIT
        over += [f"{url} of the {person}"] * slow
        limit = f"{PAGE_LIMIT:>9}{'  OVER' if slow else ''}"
        print(f"{url:<26}{person:<14}{p50:>9.0f}{p95:>9.0f}{tens}{limit}", flush=True)
    return over


def entry_table(plan: dict, address: str, url: str, told: argparse.Namespace) -> list[str]:
    """Let people enter the owed form, ever more at once; print what each step takes and what is over."""
    over = []
    forms = [list(each) for each in plan["forms"]]
    print(f"\na value every {told.pause:g} s and the time of its answer")
    warm(plan, address, forms)
    print(f"\n{'people':>6}  {'step':<22}{'requests':>9}{'p50 ms':>9}{'p95 ms':>9}{'limit':>8}{'refused':>9}")
    for people in told.people:
        enter = partial(_enter, plan, address, forms, pause=told.pause)
        found = _together(people, told.seconds, enter)
        bare = _together(people, 5, lambda _n, until: _bare(url, until))
        save_limit = SAVE_ALONE if people == 1 else SAVE_TOGETHER
        limits = {"open": OPEN_LIMIT, "save": save_limit}
        for step in ("open", "save", "submit first pass", "submit second pass"):
            times = [ms for ms, status in found.get(step, []) if status == 200]
            refused = sum(status != 200 for _ms, status in found.get(step, []))
            p50, p95 = p50_p95(times)
            limit = limits.get(step)
            slow = limit is not None and p95 > limit
            over += [f"{step} by {people}"] * slow
            shown = f"{limit or '–':>8}{refused:>9}{'  OVER' if slow else ''}"
            print(f"{people:>6}  {step:<22}{len(times):>9}{p50:>9.1f}{p95:>9.1f}{shown}", flush=True)
        p50, p95 = p50_p95([ms for ms, _status in bare.get("bare", [])])
        count = len(bare.get("bare", []))
        print(
            f"{people:>6}  {'bare write of a save':<22}{count:>9}{p50:>9.1f}{p95:>9.1f}{'–':>8}", flush=True
        )
    return over


def _together(
    people: int, seconds: int, work: Callable[[int, float], dict[str, list]]
) -> dict[str, list[tuple[float, int]]]:
    """Do the work in so many threads at once for so long, and put together what they found."""
    until, found = time.monotonic() + seconds, {}
    with ThreadPoolExecutor(people) as pool:
        for each in [pool.submit(work, number, until) for number in range(people)]:
            for step, times in each.result().items():
                found.setdefault(step, []).extend(times)
    return found


def warm(plan: dict, address: str, forms: list[list[int]]) -> None:
    """Have every process of the server compile the rules of the study, which it does once."""
    with _client(address, plan["sessions"][0][0]) as client:
        for _turn in range(12):
            timed(client, "GET", f"/forms/{forms[0][-1]}/")


def _enter(
    plan: dict, address: str, forms: list[list[int]], number: int, until: float, *, pause: float
) -> dict[str, list]:
    """Enter forms of one site, each by two people in turn, until the time is over."""
    chance = random.Random(number)
    found: dict[str, list] = {"open": [], "save": [], "submit first pass": [], "submit second pass": []}
    site = number % len(forms)
    with (
        _client(address, plan["sessions"][site][0]) as first,
        _client(address, plan["sessions"][site][1]) as second,
    ):
        while time.monotonic() < until and forms[site]:
            form = forms[site].pop()
            for client, step in ((first, "submit first pass"), (second, "submit second pass")):
                time.sleep(chance.uniform(0, 2) * pause)
                found["open"].append(timed(client, "GET", f"/forms/{form}/"))
                for item in plan["items"]:
                    if time.monotonic() > until:
                        return found
                    time.sleep(chance.uniform(0.5, 1.5) * pause)
                    body = {**item, "version": 0}
                    found["save"].append(timed(client, "POST", f"/forms/{form}/items/", json=body))
                found[step].append(timed(client, "POST", f"/forms/{form}/submit/", json={}))
    return found


def _bare(url: str, until: float) -> dict[str, list]:
    """Write what one save of an item writes, and nothing else: the item, the event, the end of the chain."""
    times = []
    with psycopg.connect(url) as connection:
        while time.monotonic() < until:
            began = time.perf_counter()
            with connection.transaction():
                connection.execute('INSERT INTO bare_item (entry) VALUES (\'{"raw": "12.5"}\')')
                connection.execute("SELECT 1 FROM bare_head FOR UPDATE")
                connection.execute("INSERT INTO bare_event SELECT * FROM bare_one")
                connection.execute("UPDATE bare_head SET length = length + 1")
            times.append(((time.perf_counter() - began) * 1000, 200))
    return {"bare": times}


if __name__ == "__main__":
    sys.exit(main())
