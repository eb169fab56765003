"""The families of questions, one file each (a large one: a folder); the file's name is its registration."""
