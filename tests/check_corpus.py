"""Checks the SHA-256 sums in corpus/README.md against the files, in both directions."""

import hashlib
import pathlib
import re
import sys

corpus = pathlib.Path(__file__).resolve().parent.parent / "corpus"
readme = (corpus / "README.md").read_text(encoding="utf-8")
listed = {m[1]: m[2] for m in re.finditer(r"^\| `([^`\n]+)` \| \d+ \| `([0-9a-f]{64})` \|$", readme, re.MULTILINE)}
found = {
    path.relative_to(corpus).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
    for folder in ("news", "golden")
    for path in sorted((corpus / folder).rglob("*"))
    if path.is_file()
}
wrong = [name for name in sorted(found.keys() | listed.keys()) if found.get(name) != listed.get(name)]
for name in wrong:
    print(f"corpus/{name}: listed as {listed.get(name)}, found {found.get(name)}", file=sys.stderr)
print(f"{len(found)} files, {len(wrong)} differ")
sys.exit(1 if wrong or not found else 0)
