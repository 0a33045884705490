"""Checks that every crate in Cargo.lock meets deny.toml, with what Cargo and Python have: licences, sources and banned crates.

`cargo deny check` checks the same and more, where it is installed.
"""

import json
import pathlib
import re
import subprocess
import sys
import tomllib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def is_allowed(expression: str, allowed: set[str]) -> bool:
    """Whether a licence expression (SPDX, also with `/` for `OR`) can be met by allowed licences."""
    tokens = re.findall(r"[()]|[^\s()]+", expression.replace("/", " OR "))

    def either() -> bool:
        met = both()
        while tokens and tokens[0] == "OR":
            tokens.pop(0)
            met = both() or met
        return met

    def both() -> bool:
        met = one()
        while tokens and tokens[0] == "AND":
            tokens.pop(0)
            met = one() and met
        return met

    def one() -> bool:
        token = tokens.pop(0)
        if token == "(":
            met = either()
            tokens.pop(0)
            return met
        if tokens and tokens[0] == "WITH":
            tokens.pop(0)
            token = f"{token} WITH {tokens.pop(0)}"
        return token in allowed

    met = either()
    if tokens:
        raise ValueError(f"{expression!r} is not a licence expression")
    return met


def is_banned(package: dict, ban: dict) -> bool:
    """Whether a package is what an entry of `bans.deny` names; of versions only `>=N` is used there."""
    if package["name"] != ban["name"]:
        return False
    least = re.fullmatch(r">=(\d+)", ban.get("version", ">=0"))
    if least is None:
        raise ValueError(f"the version {ban['version']!r} is not of the form >=N")
    return int(package["version"].split(".")[0]) >= int(least[1])


def main() -> int:
    rules = tomllib.loads((ROOT / "deny.toml").read_text())
    allowed = set(rules["licenses"]["allow"])
    command = ["cargo", "metadata", "--locked", "--format-version", "1", "--all-features"]
    metadata = json.loads(subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE).stdout)
    faults = []
    for package in metadata["packages"]:
        label = f"{package['name']} {package['version']}"
        if package["source"] is not None and not package["source"].startswith("registry+"):
            faults.append(f"{label} comes from {package['source']}, not from a registry")
        if not package["license"] or not is_allowed(package["license"], allowed):
            faults.append(f"{label} is under {package['license']!r}, which deny.toml does not allow")
        if any(is_banned(package, ban) for ban in rules["bans"]["deny"]):
            faults.append(f"{label} is banned by deny.toml")
    for fault in faults:
        print(fault, file=sys.stderr)
    if not faults:
        print(f"{len(metadata['packages'])} crates meet deny.toml")
    return 1 if faults else 0


if __name__ == "__main__":
    assert is_allowed("(MIT OR GPL-3.0) AND Unicode-3.0", {"MIT", "Unicode-3.0"})
    assert not is_allowed("MIT AND GPL-3.0", {"MIT"})
    assert is_allowed("Apache-2.0 WITH LLVM-exception OR GPL-3.0", {"Apache-2.0 WITH LLVM-exception"})
    sys.exit(main())
