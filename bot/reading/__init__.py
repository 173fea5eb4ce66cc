"""From text to meaning, without chance and without a store. Both environments import it; it imports nothing of ours but paths."""
