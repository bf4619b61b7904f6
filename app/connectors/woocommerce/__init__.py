"""WooCommerce: shops on WordPress, wc/v3."""
