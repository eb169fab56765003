"""Commands: arguments in, text and exit code out; nothing else."""
