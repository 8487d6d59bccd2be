"""A small Internet in namespaces: sender, router that may attack, DNS, MX, policy host."""
