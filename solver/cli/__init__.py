"""Commands: arguments in, text and exit code out; nothing else."""

import atexit
import gc
import os

gc.set_threshold(300_000, 50, 50)  # modules and pages are many small objects that stay: looked through seldom
atexit.register(gc.freeze)  # nor once more at the end, when all memory goes back with the process
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")  # numpy's other threads would wait, busily, for large matrices
