"""What the pytest plugin does where stubs are involved; nothing of it is loaded elsewhere."""
