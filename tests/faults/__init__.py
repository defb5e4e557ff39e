"""Faults on purpose: real PostgreSQL, broker, workers and scheduler are killed, hung and starved while they print.

`make test-faults` runs all of it (some 25 minutes) and prints its figures; `make test-deep` runs a short storm.
"""
