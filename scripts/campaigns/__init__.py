"""Campaigns that try to break what docs/promises.md promises: `python -m scripts.campaigns NAME --seed N --size N`.

Each prints one line of figures and ends with 1 when it found a violation. Small sizes run in the test suite.
"""
