"""Mailchimp: people, shops' products, orders and carts go in; people, products, stock and orders can be read."""
