"""Runs every tool on the same names and text, in turn, round after round; called by `run`, which says how."""

import argparse
import json
import os
import platform
import resource
import selectors
import shutil
import statistics
import subprocess
import sys
import time
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
# Megabytes of text for tools that would take too long over all of it.
SLICES = {"polars": 16, "ahocorasick_rs": 16, "pyahocorasick": 16, "hyperscan": 16, "flashtext": 4, "spacy": 2, "ripgrep": 16}
COMMANDS = {"grep": ["grep", "-F", "-w", "-o", "-f"], "ripgrep": ["rg", "-j1", "-F", "-w", "-o", "--no-config", "-f"]}
PROCESSES = ["hyperscan", "polars", "ahocorasick_rs", "pyahocorasick", "flashtext", "spacy"]


class Refused(Exception):
    pass


def children_time():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def count_output(command, limit):
    """Lines a command prints, and its processor time."""
    before = children_time()
    environment = {**os.environ, "LC_ALL": "C.UTF-8"}
    done = subprocess.Popen(["timeout", str(limit), *command], stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment)
    matches = 0
    while block := done.stdout.read(1 << 20):
        matches += block.count(b"\n")
    message = done.stderr.read().decode(errors="replace").strip()
    code = done.wait()
    if code == 124:
        raise Refused(f"more than {limit} s")
    if code not in (0, 1):
        raise Refused((message.splitlines() or [f"exit code {code}"])[-1][:100])
    return matches, children_time() - before


class Tool:
    """A process that searches once for each line it is sent."""

    def __init__(self, command, limit):
        self.limit = limit
        self.process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
        self.build = self.read()

    def read(self):
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            if not selector.select(self.limit):
                self.stop()
                raise Refused(f"more than {self.limit} s")
        line = self.process.stdout.readline()
        if not line:
            raise Refused(f"exit code {self.process.wait()}")
        return json.loads(line)

    def search(self):
        self.process.stdin.write(b"\n")
        self.process.stdin.flush()
        return self.read()

    def stop(self):
        self.process.kill()
        self.process.wait()


def cut(text, megabytes, folder):
    """The first lines of the text."""
    if text.stat().st_size <= megabytes * 1_000_000:
        return text
    part = folder / f"text-{megabytes}.txt"
    if not part.exists():
        data = text.read_bytes()[: megabytes * 1_000_000]
        part.write_bytes(data[: data.rindex(b"\n") + 1] if b"\n" in data else data)
    return part


def compare(args, count):
    """All tools on one size: by tool, its figures by round, or why it has none."""
    folder = args.folder
    names = folder / f"names-{count}"
    results = {}

    def add(tool, measure, size, seconds, matches, **more):
        entry = results.setdefault(tool, {"measure": measure, "bytes": size, "seconds": [], **more})
        entry["seconds"].append(seconds)
        entry["matches"] = matches

    def refuse(tool, reason):
        results[tool] = {"refused": str(reason)}
        print(f"{count} names, {tool}: {reason}", file=sys.stderr)

    processes = {}
    for tool in (tool for tool in PROCESSES if args.only is None or tool in args.only):
        text = cut(args.text, SLICES[tool], folder)
        command = [sys.executable, HERE / "tools.py", tool] if tool != "hyperscan" else [folder / "hyperscan"]
        try:
            if tool == "hyperscan" and not command[0].exists():
                raise Refused("not installed")
            processes[tool] = Tool([*command, f"{names}.txt", text], args.limit)
        except Refused as reason:
            refuse(tool, reason)
    text_bytes = args.text.stat().st_size
    for _ in range(args.rounds):
        reference = [] if count <= 10_000 else ["--no-reference"]
        command = [args.match_rate, "--names", f"{names}.dlz", "--rounds", "1", "--json", *reference, args.text]
        for line in subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines():
            found = json.loads(line)
            shared = {"shared": found["shared"], "checksum": found["checksum"]}
            add(found["engine"], "search", found["bytes"], found["rounds"][0], found["spans"], **shared)
        commands = {"dateline": [args.match_rate, "--once", "--names", f"{names}.dlz"]}
        commands |= {tool: [*command, f"{names}.txt"] for tool, command in COMMANDS.items() if args.only is None or tool in args.only}
        for tool, command in commands.items():
            if "refused" in results.get(tool, {}):
                continue
            text = cut(args.text, SLICES.get(tool, text_bytes), folder)
            try:
                if shutil.which(command[0]) is None:
                    raise Refused("not installed")
                matches, seconds = count_output([*map(str, command), str(text)], args.limit)
                add(tool, "whole", text.stat().st_size, seconds, matches)
            except Refused as reason:
                refuse(tool, reason)
        for tool, process in list(processes.items()):
            try:
                found = process.search()
                add(tool, "search", process.build["bytes"], found["seconds"], found["matches"], build=process.build["build"])
            except Refused as reason:
                refuse(tool, reason)
                del processes[tool]
    for process in processes.values():
        process.stop()
    return results


def versions(folder):
    def first_line(*command):
        if shutil.which(command[0]) is None:
            return None
        lines = subprocess.run(command, capture_output=True, text=True).stdout.splitlines()
        return lines[0] if lines else None

    found = {"grep": first_line("grep", "--version"), "ripgrep": first_line("rg", "--version"), "python": platform.python_version()}
    for package in ["libhyperscan-dev", "libvectorscan-dev"]:
        found[package] = first_line("dpkg-query", "-W", "-f", "${Version}\n", package)
    for line in (HERE / "requirements.txt").read_text().split():
        package = line.split("==")[0]
        found[package] = metadata.version(package)
    lock = (HERE / "../../Cargo.lock").read_text().split("[[package]]")
    for package in ["aho-corasick", "daachorse"]:
        entry = next(entry for entry in lock if f'name = "{package}"\n' in entry)
        found[package] = entry.split('version = "')[1].split('"')[0]
    return {name: version for name, version in found.items() if version}


def processor():
    lines = Path("/proc/cpuinfo").read_text().splitlines() if Path("/proc/cpuinfo").exists() else []
    return next((line.split(": ", 1)[1] for line in lines if line.startswith("model name")), platform.machine())


def table(results):
    """A section for each size: rates by the median of the rounds, and by the median of the ratios to one yardstick a measure."""
    yardsticks = {"search": "leftmost-aho-corasick", "whole": "grep"}
    for count, tools in results.items():
        yield f"\n## {int(count):,} names\n"
        yield "| tool | measured | MB/s | times | text, MB | matches | matches per MB | build, s |"
        yield "|---|---|--:|--:|--:|--:|--:|--:|"
        for tool, found in tools.items():
            if "refused" in found:
                yield f"| {tool} | {found['refused']} | | | | | | |"
                continue
            rates = [found["bytes"] / 1e6 / seconds for seconds in found["seconds"]]
            yardstick = tools.get(yardsticks[found["measure"]], {})
            times = ""
            if "seconds" in yardstick and len(yardstick["seconds"]) == len(rates):
                scale = yardstick["bytes"] / 1e6
                times = f"{statistics.median(rate / (scale / other) for rate, other in zip(rates, yardstick['seconds'])):.2f}"
            megabytes = found["bytes"] / 1e6
            build = f"{found['build']:.1f}" if "build" in found else ""
            yield (
                f"| {tool} | {found['measure']} | {statistics.median(rates):.1f} | {times} | {megabytes:.1f} | "
                f"{found['matches']} | {found['matches'] / megabytes:.0f} | {build} |"
            )


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--text", type=Path, required=True)
    parser.add_argument("--copies", type=int, required=True, help="how often the articles stand in the text")
    parser.add_argument("--folder", type=Path, required=True, help="with names-SIZE.txt and .dlz, and the program hyperscan")
    parser.add_argument("--match-rate", type=Path, required=True)
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--sizes", required=True)
    parser.add_argument("--rounds", type=int, required=True)
    parser.add_argument("--limit", type=int, required=True)
    parser.add_argument("--only", type=lambda tools: tools.split(","))
    args = parser.parse_args()
    results = {count: compare(args, int(count)) for count in args.sizes.split(",")}
    machine = {"processor": processor(), "cores": os.cpu_count(), "system": platform.system()}
    about = {"date": time.strftime("%Y-%m-%d"), "machine": machine, "versions": versions(args.folder), "rounds": args.rounds}
    about["text"] = {"bytes": args.text.stat().st_size, "lines": args.text.read_bytes().count(b"\n"), "copies": args.copies}
    args.out.mkdir(parents=True, exist_ok=True)
    (args.out / "compare.json").write_text(json.dumps({**about, "results": results}, indent=1) + "\n")
    repeated = f", the same articles {args.copies} times" if args.copies > 1 else ""
    lines = ["# Beside other tools\n", f"{machine['processor']}, {machine['cores']} cores; {about['date']}; {args.rounds} rounds in turn, medians; one thread."]
    lines.append(f"Text: {about['text']['bytes'] / 1e6:.1f} MB in {about['text']['lines']:,} lines{repeated}; slower tools search its beginning.")
    lines.append("`search`: a built engine over the text, times leftmost-aho-corasick. `whole`: a program from start to end, times grep.")
    lines.append("Seconds are processor time.\n")
    lines.append("; ".join(f"{name} {version}" for name, version in about["versions"].items()))
    text = "\n".join([*lines, *table(results)]) + "\n"
    (args.out / "compare.md").write_text(text)
    print(text)


if __name__ == "__main__":
    main()
