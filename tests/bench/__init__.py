"""What mnemon costs, measured: `python -m tests.bench [--full] [--json] [--cache DIR] [NAME...]`.

Only CPU time counts (of this thread, or of a child process and its children): wall time says more about the
neighbours on the machine. Nothing here asserts a time; a missed target is a line in the table, not a failure.
"""
