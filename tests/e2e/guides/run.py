"""Runs what the guide shows of Python on one request: body on the standard input, headers and secret in the environment."""

import os
import sys

from standardwebhooks.webhooks import WebhookVerificationError
from verify import verify

NAMES = {"WEBHOOK_ID": "webhook-id", "WEBHOOK_TIMESTAMP": "webhook-timestamp", "WEBHOOK_SIGNATURE": "webhook-signature"}

headers = {name: os.environ[variable] for variable, name in NAMES.items() if variable in os.environ}
try:
    print("genuine", verify(sys.stdin.buffer.read(), headers, os.environ["WEBHOOK_SECRET"])["type"])
except (ValueError, WebhookVerificationError) as error:
    if type(error) not in (ValueError, WebhookVerificationError):
        raise  # A flaw of the code itself.
    print(f"refused: {error}")
