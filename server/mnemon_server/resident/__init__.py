"""How a short-lived program reaches the resident server of its vault. Light: what is here imports little of Python's
own library and nothing else, since hooks and clients wait for it."""
