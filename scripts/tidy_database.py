"""Writes a compile database with one entry per file of ours, and prints the files: what clang-tidy reads."""

import json
import subprocess
import sys
from pathlib import Path


def main() -> int:
    source, target = Path(sys.argv[1]), Path(sys.argv[2])
    listed = subprocess.run(
        ["git", "ls-files", "-co", "--exclude-standard", "--", "*.cc"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.split("\n")
    ours = {str(Path(name).resolve()) for name in listed if name}
    # The last entry wins: of the CPythons that a file is built for, the newest.
    entries = {e["file"]: e for e in json.loads(source.read_text()) if e["file"] in ours}
    target.write_text(json.dumps(list(entries.values())))
    print("\n".join(entries))
    return 0


if __name__ == "__main__":
    sys.exit(main())
