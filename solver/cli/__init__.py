"""Commands: arguments in, text and exit code out; nothing else."""

import gc

gc.set_threshold(50_000, 20, 20)  # start-up makes many small objects that stay, and is over before any could be freed
