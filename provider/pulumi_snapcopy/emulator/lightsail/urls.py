"""The address under which moto finds the service."""

from .responses import LightsailResponse

url_bases = [r"https?://lightsail\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": LightsailResponse.dispatch}
