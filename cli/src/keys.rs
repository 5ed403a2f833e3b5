//! `rail keys`: makes, lists and revokes API keys.

use clap::Subcommand;
use jiff::Timestamp;
use rail::clock;
use rail::domain::id::{KeyId, TenantId};
use rail::domain::key::{ApiKey, KeySecret, Scope};
use rail::domain::pace::Rate;
use rail::store::api_keys::ApiKeys;
use serde::Serialize;

use crate::failure::Failure;
use crate::output::{self, local, or_empty};

#[derive(Subcommand)]
pub enum Command {
    /// Makes a key and shows it, this once.
    Create {
        /// The tenant that the key speaks for.
        #[arg(long)]
        tenant: TenantId,
        /// What it allows: endpoints:read, endpoints:write, events:publish, events:read, events:write, or admin for all of these;
        /// event-types:write, which changes the catalog of all tenants, is a scope of its own.
        #[arg(long, value_delimiter = ',', required = true)]
        scopes: Vec<Scope>,
        /// How many requests a second it allows at most, 1 to 500; without, as many as the stage takes.
        #[arg(long, value_name = "PER_SECOND")]
        rate_limit: Option<Rate>,
    },
    /// Lists keys, revoked ones too; never the keys themselves.
    List {
        /// Those of this tenant alone.
        #[arg(long)]
        tenant: Option<TenantId>,
    },
    /// Revokes a key. Functions that have just used it may accept it for 60 seconds more.
    Revoke {
        /// The key's id, `key_…`, as `rail keys list` shows it.
        id: KeyId,
    },
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct KeyView<'a> {
    id: KeyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    key: Option<&'a str>,
    tenant: &'a TenantId,
    scopes: &'a [Scope],
    rate_limit: Option<Rate>,
    created_at: Timestamp,
    revoked_at: Option<Timestamp>,
}

impl<'a> KeyView<'a> {
    fn new(key: &'a ApiKey) -> Self {
        let ApiKey { id, tenant, scopes, rate_limit, created_at, revoked_at } = key;
        let (id, created_at, revoked_at) = (*id, *created_at, *revoked_at);
        Self { id, key: None, tenant, scopes, rate_limit: *rate_limit, created_at, revoked_at }
    }
}

pub async fn run(command: Command, keys: &ApiKeys, json: bool) -> Result<(), Failure> {
    match command {
        Command::Create { tenant, scopes, rate_limit } => create(keys, (tenant, scopes, rate_limit), json).await,
        Command::List { tenant } => list(keys, tenant, json).await,
        Command::Revoke { id } => revoke(keys, id, json).await,
    }
}

async fn create(
    keys: &ApiKeys,
    (tenant, scopes, rate_limit): (TenantId, Vec<Scope>, Option<Rate>),
    json: bool,
) -> Result<(), Failure> {
    let now = clock::now();
    let secret = KeySecret::new(clock::random_bytes());
    let id = KeyId::new(now, clock::random());
    let key = ApiKey { id, tenant, scopes, rate_limit, created_at: now, revoked_at: None };
    keys.insert(&secret.hash(), &key).await?;
    if json {
        return output::json(&KeyView { key: Some(secret.reveal()), ..KeyView::new(&key) });
    }
    output::line(secret.reveal())?;
    eprintln!("{id}, for tenant {}. This is the only time the key is shown.", key.tenant);
    Ok(())
}

async fn list(keys: &ApiKeys, tenant: Option<TenantId>, json: bool) -> Result<(), Failure> {
    let mut keys = keys.list().await?;
    keys.retain(|key| tenant.as_ref().is_none_or(|tenant| key.tenant == *tenant));
    if json {
        return output::json(&keys.iter().map(KeyView::new).collect::<Vec<_>>());
    }
    let header = ["ID", "TENANT", "SCOPES", "PER SECOND", "CREATED", "REVOKED"];
    output::table(
        header,
        keys.iter().map(|key| {
            let scopes = key.scopes.iter().map(Scope::to_string).collect::<Vec<_>>().join(",");
            [
                key.id.into(),
                (&key.tenant).into(),
                scopes.into(),
                or_empty(key.rate_limit.map(u16::from)),
                local(key.created_at).into(),
                or_empty(key.revoked_at.map(local)),
            ]
        }),
    )
}

async fn revoke(keys: &ApiKeys, id: KeyId, json: bool) -> Result<(), Failure> {
    let key = keys.revoke(id, clock::now()).await?.ok_or("there is no such key")?;
    if json {
        return output::json(&KeyView::new(&key));
    }
    eprintln!("{id} of tenant {} is revoked; what has just used it may for 60 seconds more.", key.tenant);
    Ok(())
}
