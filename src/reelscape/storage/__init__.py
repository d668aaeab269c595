"""Where uploads and products lie, and the signed addresses that reach them."""
