"""Tenants: each test has its own, so that none sees what another did."""

import uuid
from collections.abc import Callable, Sequence

from client import Api
from stack import Stack

NewTenant = Callable[..., Api]


def tenants_of(stack: Stack) -> NewTenant:
    """What makes a tenant that nobody else has, with a key of these scopes."""

    def new_tenant(scopes: Sequence[str] = ("admin",)) -> Api:
        tenant = f"tenant-{uuid.uuid4().hex}"
        return Api(stack.url, tenant, stack.create_key(tenant, scopes))

    return new_tenant
