"""Where a result comes from, and how every study keeps it: one JSON file of provenance and rows.

A row is a flat dict; a file holds ``{"provenance": {...}, "rows": [...]}`` and is replaced as a
whole, so that a study killed at any moment leaves its last complete state behind.
"""

import json
import os
import platform
import shlex
import subprocess
import sys
from collections.abc import Iterable, Mapping
from datetime import datetime, timezone
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import joblib

PACKAGES = (
    "gansampler",
    "torch",
    "numpy",
    "scipy",
    "pandas",
    "scikit-learn",
    "imbalanced-learn",
    "xgboost",
    "ctgan",
    "lightgbm",
    "catboost",
)


def provenance(**settings: object) -> dict:
    """Machine, versions, commit, date and command of this run, and the study's own `settings`."""
    return {
        "command": shlex.join(["python", *sys.orig_argv[1:]]),
        "date": datetime.now(timezone.utc).isoformat(timespec="seconds"),
        "commit": commit(),
        "machine": machine(),
        "versions": {"python": platform.python_version(), **versions()},
        "settings": settings,
    }


def machine() -> dict:
    """Processor, cores that this process may use, memory, and how busy it all is right now."""
    return {
        "system": f"{platform.system()} {platform.machine()}",
        "processor": processor(),
        "cores": joblib.cpu_count(),
        "memory_gib": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "load_average": round(os.getloadavg()[0], 2),
    }


def processor() -> str:
    """Name of the processor; Linux keeps it where `platform` does not look."""
    cpuinfo = Path("/proc/cpuinfo")
    lines = cpuinfo.read_text().splitlines() if cpuinfo.exists() else []
    names = [line.split(":", 1)[1].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor()


def versions(packages: Iterable[str] = PACKAGES) -> dict[str, str]:
    """Versions of those `packages` that are installed."""
    found = {}
    for name in packages:
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def commit() -> str:
    """Commit of the repository, marked where the working tree has changed since."""
    here = Path(__file__).parent
    describe = ["git", "describe", "--always", "--dirty", "--abbrev=12", "--exclude=*"]
    done = subprocess.run(describe, cwd=here, capture_output=True, text=True, check=False)
    return done.stdout.strip() or "no commit"


def write_result(path: Path, source: Mapping, rows: list[dict]) -> None:
    """Replace the result file at `path` as a whole."""
    half = path.with_suffix(".part")
    half.write_text(json.dumps({"provenance": source, "rows": rows}, indent=1) + "\n")
    half.replace(path)


def read_result(path: Path) -> tuple[dict, list[dict]]:
    """Provenance and rows of the result file at `path`; empty where there is none."""
    if not path.exists():
        return {}, []
    result = json.loads(path.read_text())
    return result["provenance"], result["rows"]


def markdown_table(header: Iterable[str], rows: Iterable[Iterable[object]], texts: int = 1) -> str:
    """Lines of a Markdown table, its first columns `texts` and the others numbers."""
    header = list(header)
    rule = ["---"] * texts + ["--:"] * (len(header) - texts)
    return "\n".join("| " + " | ".join(map(str, row)) + " |" for row in [header, rule, *rows])


def markdown_source(source: Mapping) -> str:
    """Provenance as the last paragraph of a study's page."""
    where = source["machine"]
    packages = ", ".join(f"{name} {number}" for name, number in source["versions"].items())
    earlier = "".join(
        f" It goes on from `{run['command']}` on {run['date'][:10]} at commit {run['commit']}."
        for run in source.get("earlier", [])
    )
    return (
        f"Made by `{source['command']}` on {source['date'][:10]} at commit {source['commit']}: "
        f"{where['processor']}, {where['cores']} cores, {where['memory_gib']} GiB, load average "
        f"{where['load_average']} at the start; {packages}.{earlier}"
    )
