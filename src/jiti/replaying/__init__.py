"""A recorded session, run again on today's code: the same tool calls and checks, no model, and nothing is filed."""
