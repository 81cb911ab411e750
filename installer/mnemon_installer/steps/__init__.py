"""One small step each, sized by what can be undone."""
