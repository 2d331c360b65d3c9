"""EC2 on moto, with our own implementation of snapshots: it adds the states and checks that moto doesn't emulate."""
