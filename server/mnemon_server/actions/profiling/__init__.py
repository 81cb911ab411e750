"""How a profile comes about: candidates are gathered, compared, settled into lines, and chosen within a budget."""
