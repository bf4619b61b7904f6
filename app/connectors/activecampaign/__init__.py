"""ActiveCampaign: contacts, orders, carts and products go in; opt-outs and bounces come back."""
