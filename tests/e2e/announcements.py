"""What the rail itself publishes to a tenant's endpoints."""

from client import Json

ENDPOINT_DISABLED = "webhook.endpoint.disabled"


def disabling_of(endpoint: Json) -> Json:
    """The data of the event that tells of a disabled endpoint."""
    return {
        "endpointId": endpoint["id"],
        "url": endpoint["url"],
        "reason": endpoint["disabledReason"],
        "disabledAt": endpoint["disabledAt"],
    }
