"""EC2's room: the family, its adapter against the emulator, and lives of copies on AWS and FCU."""
