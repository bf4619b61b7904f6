"""Konnektive, renamed Checkout Champ: campaigns, orders and their fulfilment, written over a form-encoded API."""
