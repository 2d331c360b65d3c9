"""The room of AWS: what calls to it end with."""
