"""A card for other readers: hubs, inventories, documents. Pure: values in, text out."""
