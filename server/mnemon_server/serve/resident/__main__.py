"""`python -m mnemon_server.serve.resident`: what `mnemon_server.resident.launch` starts."""

from __future__ import annotations

import sys

from mnemon_server.serve.resident.program import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
