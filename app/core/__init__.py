"""Records, money, consent, errors, events and rules: pure values and functions without input or output."""
