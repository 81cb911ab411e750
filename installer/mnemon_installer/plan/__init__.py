"""Steps, plans, the engine that carries them out, its journal and its lock."""
