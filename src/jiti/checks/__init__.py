"""What a candidate must pass, in order of cost: policy, ruff and ty, examples, scratch tests, the call itself."""
