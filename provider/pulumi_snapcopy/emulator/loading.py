"""The services of an emulator, each imported only if it is asked for."""

from __future__ import annotations

from collections.abc import Iterable
from importlib.util import find_spec
from typing import TYPE_CHECKING

from moto.moto_server.werkzeug_app import create_backend_app

from .frontend import Service
from .lightsail.service import LightsailService

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication


def services_of(names: Iterable[str], moto: WSGIApplication) -> list[Service]:
    """Return the services of these names: those found by a path come before those found by a signature.

    Raises:
        ModuleNotFoundError: if ``osc_sdk_python``, which has OUTSCALE's API description, isn't installed.
    """
    wanted = set(names)
    services: list[Service] = []
    if wanted & {"outscale", "fcu"}:
        if find_spec("osc_sdk_python") is None:
            raise ModuleNotFoundError("No module named 'osc_sdk_python'", name="osc_sdk_python")
        from .outscale.fcu import FcuService
        from .outscale.service import OapiService

        services += [OapiService(), FcuService()]
    if "lightsail" in wanted:
        # With the application of all services, moto would search its folders at each request.
        services.append(LightsailService(create_backend_app("lightsail")))  # type: ignore[arg-type]
    if "ec2" in wanted:
        from .ec2.service import EC2Service

        services.append(EC2Service(moto))
    return services
