"""What do we take from connexion? The one place that imports it.

Connexion's import brings in starlette's test client and httpx's command line, and with them a
terminal library: a sixth of the start and several megabytes that nobody here uses. Others stand in
for them while connexion is imported; whoever wants the real ones later gets them. Its own
deprecation warnings are not for users either.
"""

from __future__ import annotations

import sys
import types
import warnings

_TEST_CLIENT = types.ModuleType("starlette.testclient")
_TEST_CLIENT.TestClient = type("TestClient", (), {})  # type: ignore[attr-defined]
# None makes an import fail; httpx then does without its command line, as it is made to.
_STAND_INS = {"starlette.testclient": _TEST_CLIENT, "httpx._main": None}

_placed = [name for name in _STAND_INS if name not in sys.modules]
for _name in _placed:
    sys.modules[_name] = _STAND_INS[_name]  # type: ignore[assignment]
try:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        from connexion import AsyncApp, FlaskApp
        from connexion.exceptions import ProblemException
        from connexion.lifecycle import ConnexionRequest, ConnexionResponse
        from connexion.operations import OpenAPIOperation
        from connexion.options import SwaggerUIOptions
        from connexion.resolver import Resolution, Resolver
        from connexion.spec import OpenAPISpecification
finally:
    for _name in _placed:
        del sys.modules[_name]

__all__ = [
    "AsyncApp",
    "ConnexionRequest",
    "ConnexionResponse",
    "FlaskApp",
    "OpenAPIOperation",
    "OpenAPISpecification",
    "ProblemException",
    "Resolution",
    "Resolver",
    "SwaggerUIOptions",
]
