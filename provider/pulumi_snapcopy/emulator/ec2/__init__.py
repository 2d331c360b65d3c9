"""EC2 on moto, with snapshots of our own: what moto doesn't emulate of their life is added from outside."""
