"""SALESmanago: contacts, purchases and carts go in, opt-outs and dead addresses come back."""
