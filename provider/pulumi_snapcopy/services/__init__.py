"""The services, each behind ``core.model.Service``; nothing else talks to them."""
