//! The temporary endpoint.

use std::time::Duration;

use rail::domain::pattern::Pattern;
use rail::domain::secret::SigningSecret;
use serde_json::json;

use super::server::Server;
use crate::api::view::Endpoint;
use crate::api::{Api, ApiError, Pages};
use crate::endpoints;
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::terminal;

/// How long the test event may take to arrive.
const ARRIVAL: Duration = Duration::from_secs(10);

/// An endpoint that is there while the command runs.
pub struct Temporary {
    id: String,
}

impl Temporary {
    /// Registers it, if the stack can reach it: it takes the URL, and a test event arrives.
    pub async fn register(
        api: &Api,
        server: &Server,
        events: &[Pattern],
        secret: Option<&SigningSecret>,
    ) -> Result<Option<Self>, Failure> {
        let mut body = json!({ "url": server.url(), "events": events, "description": "rail listen, temporary" });
        if let (Some(body), Some(secret)) = (body.as_object_mut(), secret) {
            body.insert("secret".to_owned(), secret.reveal().into());
        }
        let endpoint: Endpoint = match api.post(&["endpoints"]).once().json(&body)?.fetch().await {
            Ok(endpoint) => endpoint,
            Err(error) if error.refusal() == Some(INVALID) => {
                terminal::say(
                    "The stack cannot reach this machine: it takes no such URL. Reading the list of events instead.",
                );
                return Ok(None);
            }
            Err(error) => {
                // It may have been made all the same.
                remove_all_at(api, server.url()).await;
                return Err(error.into());
            }
        };
        let this = Self { id: endpoint.id };
        match this.arrives(api, server).await {
            Ok(()) => {
                if let Some(made) = endpoint.secret.filter(|_| secret.is_none()) {
                    terminal::say(&format!("Signing secret: {made}"));
                }
                terminal::say(&format!("Listening, as endpoint {}; Ctrl-C ends it.", this.id));
                Ok(Some(this))
            }
            Err(why) => {
                terminal::say(&format!(
                    "The stack cannot reach this machine: {why}. Reading the list of events instead."
                ));
                endpoints::remove(api, &this.id).await?;
                Ok(None)
            }
        }
    }

    /// Whether an event that is sent to it comes here.
    async fn arrives(&self, api: &Api, server: &Server) -> Result<(), String> {
        let test = api.post(&["endpoints", &self.id, "test"]).once().body("{}".to_owned());
        test.send().await.map_err(|error| error.in_short())?;
        let arrived = tokio::time::timeout(ARRIVAL, server.probed()).await;
        arrived.map_err(|_| format!("no test event arrived within {} s", ARRIVAL.as_secs()))
    }

    /// Removes it, unless whoever waits is tired of that.
    pub async fn remove(self, api: &Api, interruption: &mut Interruption) -> Result<(), Failure> {
        let left = || Failure::Failed(format!("the endpoint is still there: rail endpoints delete {}", self.id));
        tokio::select! {
            () = interruption.come() => Err(left()),
            removed = endpoints::remove(api, &self.id) => match removed {
                Ok(()) => {
                    terminal::say(&format!("Endpoint {} is deleted.", self.id));
                    Ok(())
                }
                // Somebody else did it.
                Err(error) if error.refusal() == Some(NOT_FOUND) => Ok(()),
                Err(error) => {
                    terminal::say(&left().to_string());
                    Err(error.into())
                }
            }
        }
    }
}

/// HTTP statuses (RFC 9110, 15.5).
const INVALID: u16 = 400;
const NOT_FOUND: u16 = 404;

/// Removes whatever is registered there. A best effort: what failed before is what is told.
async fn remove_all_at(api: &Api, url: &str) {
    let removing = async {
        for endpoint in Pages::of(api, &["endpoints"]).all::<Endpoint>().await? {
            if endpoint.url == url {
                endpoints::remove(api, &endpoint.id).await?;
            }
        }
        Ok::<_, ApiError>(())
    };
    removing.await.unwrap_or_default();
}
