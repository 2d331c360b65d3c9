"""What a recovery region holds, decides and reports: retention, plans, status, drills; knows neither Pulumi nor a service."""
