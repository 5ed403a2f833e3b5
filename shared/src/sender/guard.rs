//! The guard between resolving a name and connecting to what it resolved to.
//!
//! The HTTP client asks once for each connection, and connects to what it was answered: a name cannot be one thing when it is
//! checked and another when it is used.

use std::net::SocketAddr;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use crate::domain::target::TargetRules;

/// Asks a resolver, and lets no forbidden address through.
///
/// One forbidden address among good ones refuses the name as a whole: who publishes such a name means no good.
#[derive(Debug)]
pub struct GuardedResolver<R> {
    rules: TargetRules,
    resolver: R,
}

impl<R: Resolve> GuardedResolver<R> {
    /// A guard with these rules around this resolver.
    pub fn new(rules: TargetRules, resolver: R) -> Self {
        Self { rules, resolver }
    }
}

impl<R: Resolve> Resolve for GuardedResolver<R> {
    fn resolve(&self, name: Name) -> Resolving {
        let (rules, resolving) = (self.rules, self.resolver.resolve(name));
        Box::pin(async move {
            let addresses: Vec<SocketAddr> = resolving.await?.collect();
            for address in &addresses {
                rules.check(address.ip())?;
            }
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}

/// The system's resolver.
#[derive(Debug)]
pub(super) struct SystemResolver;

impl Resolve for SystemResolver {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            // Port 0 is replaced by that of the URL.
            let addresses: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let addresses: Addrs = Box::new(addresses.into_iter());
            Ok(addresses)
        })
    }
}
