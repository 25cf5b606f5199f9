"""Witness mode: whoever judges a candidate never runs it.

Each call of the stub forks a *caller*, which runs the candidate and answers with data. The process that runs the tests
builds values out of that answer, by reconstructors that it chooses itself, and goes on (ADR 0006).
"""
