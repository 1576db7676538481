"""Run all benchmarks, or one with its own options.

python -m benchmarks
python -m benchmarks reasoning --sizes 10000 --compare
python -m benchmarks generation --items 50 --blocks 1
"""

import sys

from benchmarks import generation, reasoning

__all__ = ["main"]

_MAINS = {"reasoning": reasoning.main, "generation": generation.main}


def main() -> None:
    """Run what the first word names, or everything with its defaults."""
    words = sys.argv[1:]
    if words and words[0] not in _MAINS:
        raise SystemExit(__doc__)
    for name in words[:1] or list(_MAINS):
        print(f"== {name}", flush=True)
        sys.argv = [f"python -m benchmarks {name}", *words[1:]]
        _MAINS[name]()


if __name__ == "__main__":
    main()
