"""The receiver: an address on this computer at which other systems may deliver, and what follows from a delivery."""
