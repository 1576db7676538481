"""Run all benchmarks, or one with its own options.

python -m benchmarks
python -m benchmarks reasoning --sizes 10000 --only Workbench Nemo
python -m benchmarks changes --sizes 100000
python -m benchmarks batches --worlds 1000
python -m benchmarks generation --items 50 --blocks 1
python -m benchmarks validation --sections changes
python -m benchmarks lint --profiles strict
python -m benchmarks analysis
python -m benchmarks scale --items 1000000 --verify
python -m benchmarks agreement --items 20000
python -m benchmarks audit --items 10000 --ours 1500
"""

import sys
from importlib import import_module

__all__ = ["main"]

_NAMES = (
    "reasoning", "changes", "batches", "generation", "lint", "validation", "analysis", "scale", "agreement", "audit",
)  # fmt: skip


def main() -> None:
    """Run what the first word names, or everything with its defaults."""
    words = sys.argv[1:]
    if words and words[0] not in _NAMES:
        raise SystemExit(__doc__)
    for name in words[:1] or _NAMES:
        print(f"== {name}", flush=True)
        sys.argv = [f"python -m benchmarks {name}", *words[1:]]
        import_module(f"benchmarks.{name}").main()


if __name__ == "__main__":
    main()
