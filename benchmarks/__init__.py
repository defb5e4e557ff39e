"""The promises of the house, measured. `python -m benchmarks`; not imported by the application."""
