"""The URLs that moto routes to Lightsail."""

from .responses import LightsailResponse

url_bases = [r"https?://lightsail\.(.+)\.amazonaws\.com"]
url_paths = {"{0}/$": LightsailResponse.dispatch}
