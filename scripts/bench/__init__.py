"""Benchmarks: `python -m scripts.bench.NAME`. Each figure stands beside something else that the same run measured."""
