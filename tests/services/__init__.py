"""What holds for every type of resource on every service."""
