"""What is measured, beside whom, in one run: ``python -m benchmarks``."""
