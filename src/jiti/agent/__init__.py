"""The agent: a model that writes a stub's implementation, turn by turn, with tools to look around and be judged."""
