"""BigCommerce: a shop that is read, and whose newsletter consents are kept in step."""
