"""A zoo of mail domains, each broken in one way, to see that `strictmx check` tells them apart."""
