"""A small Internet in namespaces: a sending host, a router that may attack, DNS, MX and policy hosts."""
