"""The Python side of Holdfast: runs cells for a session. Standard library only, CPython 3.9 and later."""
