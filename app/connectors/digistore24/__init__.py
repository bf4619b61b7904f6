"""Digistore24, a marketplace for digital and physical products: its API is polled, its pushes (IPN) are taken in."""
