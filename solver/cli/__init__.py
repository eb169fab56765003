"""Commands: arguments in, text and exit code out; nothing else."""

import gc

gc.set_threshold(100_000, 50, 50)  # modules and pages are many small objects that stay: looked through seldom
