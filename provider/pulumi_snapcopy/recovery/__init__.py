"""Plans, retention, status and drills of a disaster-recovery region; imports neither Pulumi nor a service's SDK."""
