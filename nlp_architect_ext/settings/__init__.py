"""Every flag, once: groups of settings, and the recipes that set them."""
