"""EC2 on moto, with snapshots of our own: what moto lacks of their life is put in from outside."""
