"""IdoSell (IAI Shop): the shop as a source, and its newsletter consents as the place where opt-outs go back to."""
