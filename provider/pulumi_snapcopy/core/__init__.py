"""What a snapshot copy is and how it lives; knows neither Pulumi nor any service's SDK, does no I/O of its own."""
