"""Work that ends the process it runs in; a file of its own, so that a worker imports little."""

import os
from pathlib import Path


def deadly(died: Path, batch: int) -> int:
    """10/batch; 1 ends the first process that tries it, and leaves a file behind; 0 ends every one."""
    if batch == 0 or (batch == 1 and not died.exists()):
        died.touch()
        os._exit(1)
    return 10 // batch
