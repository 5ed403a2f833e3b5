//! Endpoints as people see them.

use crate::api::view::Endpoint;
use crate::failure::Failure;
use crate::output::{self, local, or_empty, status};
use crate::terminal;

/// Several.
pub fn list(endpoints: &[Endpoint]) -> Result<(), Failure> {
    let header = ["ID", "STATUS", "URL", "EVENTS", "PER SECOND", "CREATED"];
    output::table(
        header,
        endpoints.iter().map(|endpoint| {
            [
                (&endpoint.id).into(),
                status(&endpoint.status),
                (&endpoint.url).into(),
                endpoint.events.join(", ").into(),
                or_empty(endpoint.rate_limit),
                local(endpoint.created_at).into(),
            ]
        }),
    )
}

/// One. Of its headers the names alone: the values may be secrets between the tenant and its receiver.
pub fn show(endpoint: &Endpoint) -> Result<(), Failure> {
    let metadata = endpoint.metadata.iter().map(|(name, value)| format!("{name}={value}"));
    output::fields([
        ("id", (&endpoint.id).into()),
        ("url", (&endpoint.url).into()),
        ("events", endpoint.events.join(", ").into()),
        ("status", status(&endpoint.status)),
        ("disabled", or_empty(endpoint.disabled_at.map(local))),
        ("because", or_empty(endpoint.disabled_reason.as_ref())),
        ("description", or_empty(endpoint.description.as_ref())),
        ("metadata", metadata.collect::<Vec<_>>().join(", ").into()),
        ("headers", endpoint.headers.keys().cloned().collect::<Vec<_>>().join(", ").into()),
        ("per second", or_empty(endpoint.rate_limit)),
        ("created", local(endpoint.created_at).into()),
        ("updated", local(endpoint.updated_at).into()),
        ("secret", or_empty(endpoint.secret.as_ref())),
    ])?;
    if endpoint.secret.is_some() {
        terminal::say("This is the only time the secret is shown.");
    }
    Ok(())
}
