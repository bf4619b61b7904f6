"""Brevo: contacts, orders and products go in; opt-outs and bounces come back."""
