"""`python -m mnemon_installer.cli`, for a machine whose scripts folder is not on PATH."""

from mnemon_installer.cli.main import main

main()
