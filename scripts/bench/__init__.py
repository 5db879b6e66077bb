"""Benchmarks: `python -m scripts.bench.NAME`. Each figure is compared with another one of the same run."""
