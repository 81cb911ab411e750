"""The memory server: vault, search, tools, and everything that runs without the installer."""

__version__ = "0.8.0"
