"""What do we take from connexion? The one place that imports it.

Its import warns of starlette's test client, which nobody here uses; the warning is kept from users.
"""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    warnings.simplefilter("ignore", DeprecationWarning)
    warnings.simplefilter("ignore", UserWarning)
    from connexion import AsyncApp
    from connexion.operations import OpenAPIOperation
    from connexion.options import SwaggerUIOptions
    from connexion.resolver import Resolution, Resolver
    from connexion.spec import OpenAPISpecification

__all__ = [
    "AsyncApp",
    "OpenAPIOperation",
    "OpenAPISpecification",
    "Resolution",
    "Resolver",
    "SwaggerUIOptions",
]
