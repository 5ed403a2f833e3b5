//! `rail listen`: events of the rail, at a service on this machine.
//!
//! Where the stack can reach this machine, a temporary endpoint brings them: what arrives is passed on as it came, and what the
//! local service answers is the answer. Where it cannot, the list of events is read again and again, and each new one is
//! composed and signed here as the rail would.

use clap::Args;
use rail::domain::id::TenantId;
use rail::domain::pattern::Pattern;
use rail::domain::secret::SigningSecret;
use url::Url;

use crate::api::{Api, ApiOptions};
use crate::failure::Failure;
use crate::interruption::Interruption;
use crate::terminal;

mod endpoint;
mod forward;
mod poll;
mod server;

use endpoint::Temporary;
use forward::Forward;
use server::Server;

/// Passes events on to a service on this machine until Ctrl-C, and says what it answered.
///
/// It registers a temporary endpoint, and removes it at the end. Where the stack cannot reach this machine, it reads the list of
/// events instead, and signs them itself.
#[derive(Args)]
pub struct Listen {
    #[command(flatten)]
    api: ApiOptions,
    /// Where requests are passed on to: http://localhost:3000/hook
    #[arg(long, value_name = "URL")]
    forward: Url,
    /// What to pass on. Several: with commas, or again.
    #[arg(long, value_delimiter = ',', default_value = "*", value_name = "PATTERN")]
    events: Vec<Pattern>,
    /// The secret to sign with; without, one is made, and shown. Better set than typed.
    #[arg(long, env = "WEBHOOK_SECRET", hide_env_values = true)]
    secret: Option<String>,
    /// Register no endpoint: read the list of events.
    #[arg(long)]
    poll: bool,
    /// When reading the list: the tenant that events say they are of.
    #[arg(long, env = "RAIL_TENANT", default_value = "unknown", value_name = "NAME")]
    tenant: TenantId,
    /// When reading the list: the name of the header of the `t=,v1=` signature.
    #[arg(long, default_value = "x-iof-signature", value_name = "NAME")]
    signature_header: http::HeaderName,
}

impl Listen {
    pub async fn run(self, json: bool) -> Result<(), Failure> {
        let api = Api::new(self.api)?;
        if !["http", "https"].contains(&self.forward.scheme()) {
            return Err(Failure::Usage("--forward must begin with http:// or https://".to_owned()));
        }
        let own = self.secret.as_deref().map(SigningSecret::parse).transpose();
        let own = own.map_err(|error| Failure::Usage(format!("--secret: the secret {error}")))?;
        let forward = Forward::to(self.forward, json)?;
        // From here on a signal is no reason to leave an endpoint behind.
        let mut interruption = Interruption::watch()?;
        if !self.poll {
            let server = Server::start(forward.clone()).await?;
            if let Some(endpoint) = Temporary::register(&api, &server, &self.events, own.as_ref()).await? {
                interruption.come().await;
                endpoint.remove(&api, &mut interruption).await?;
                server.end().await;
                return Ok(());
            }
        }
        let secret = own.unwrap_or_else(new_secret);
        let composer = poll::Composer { secret, tenant: self.tenant, signature_header: self.signature_header };
        tokio::select! {
            () = interruption.come() => Ok(()),
            ended = poll::run(&api, &forward, &self.events, &composer) => ended,
        }
    }
}

/// Makes a secret, and shows it.
fn new_secret() -> SigningSecret {
    let secret = SigningSecret::generate(rail::clock::random_bytes());
    terminal::say(&format!("Signing secret: {}", secret.reveal()));
    secret
}
