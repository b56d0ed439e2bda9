"""Entry of a worker: `python -I <this folder>`. User code never sees this module, nor its folder on the path."""

import sys

folder = sys.path.pop(0)
sys.path.insert(0, folder)
import holdfast_worker.main as worker  # noqa: E402

sys.path.remove(folder)
module = type(sys)("__main__")
module.__builtins__ = __builtins__
sys.modules["__main__"] = module
worker.main(sys.argv[2].split(",") if sys.argv[1:2] == ["template"] else None)
