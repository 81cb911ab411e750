"""Questions and the choices they fill."""
