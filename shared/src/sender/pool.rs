//! The connections to receivers, kept for the next request, and bounded.
//!
//! The HTTP client bounds the idle connections to one host, not those to all. A function that sends to a thousand hosts would
//! keep a thousand open, and Lambda lets it have 1,024 files. So a client serves until it may have opened as many connections
//! as there may be; then another takes its place, and with the last request of the old one its connections close.

use std::collections::HashMap;
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};

use reqwest::Client;
use url::Url;

/// The most connections of one client: half of the files that Lambda lets a function have (1,024). While one client follows
/// another there are those of the requests under way besides.
const MOST: usize = 512;

/// Makes a client.
type Make = Box<dyn Fn() -> reqwest::Result<Client> + Send + Sync>;

/// The pool.
pub struct Pool {
    make: Make,
    current: Mutex<Current>,
}

/// The client that serves, and what it may have opened.
struct Current {
    client: Client,
    /// Which client it is, counted from the first.
    number: u64,
    hosts: HashMap<Host, Connections>,
    opened: usize,
}

type Host = (String, Option<u16>);

/// Connections to one host. HTTP/1.1 takes one for each request under way.
#[derive(Debug, Clone, Copy, Default)]
struct Connections {
    under_way: usize,
    opened: usize,
}

/// A client, for one request. Dropped, it leaves its connection to the next.
pub struct Lease<'a> {
    pool: &'a Pool,
    /// The client.
    pub client: Client,
    number: u64,
    host: Host,
}

impl Pool {
    /// Of clients that are made like this.
    ///
    /// # Errors
    /// When none can be made.
    pub fn new(make: impl Fn() -> reqwest::Result<Client> + Send + Sync + 'static) -> reqwest::Result<Self> {
        let current = Current { client: make()?, number: 0, hosts: HashMap::new(), opened: 0 };
        Ok(Self { make: Box::new(make), current: Mutex::new(current) })
    }

    /// A client for a request to this URL.
    pub fn lease(&self, url: &Url) -> Lease<'_> {
        let host = (url.host_str().unwrap_or_default().to_owned(), url.port_or_known_default());
        let mut current = self.current();
        if current.opened >= MOST
            && current.opens_one_for(&host)
            && let Ok(client) = (self.make)()
        {
            let number = current.number + 1;
            *current = Current { client, number, hosts: HashMap::new(), opened: 0 };
        }
        current.begin(host.clone());
        Lease { pool: self, client: current.client.clone(), number: current.number, host }
    }

    fn current(&self) -> MutexGuard<'_, Current> {
        // A panic elsewhere leaves at worst a count too high: a client is followed by another too early.
        self.current.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Current {
    fn opens_one_for(&self, host: &Host) -> bool {
        self.hosts.get(host).is_none_or(|connections| connections.under_way == connections.opened)
    }

    fn begin(&mut self, host: Host) {
        let connections = self.hosts.entry(host).or_default();
        connections.under_way += 1;
        if connections.under_way > connections.opened {
            connections.opened = connections.under_way;
            self.opened += 1;
        }
    }
}

impl Drop for Lease<'_> {
    fn drop(&mut self) {
        let mut current = self.pool.current();
        if current.number == self.number
            && let Some(connections) = current.hosts.get_mut(&self.host)
        {
            connections.under_way = connections.under_way.saturating_sub(1);
        }
    }
}

impl fmt::Debug for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pool").finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pool() -> Pool {
        // Without TLS: these clients send nothing.
        Pool::new(|| Client::builder().tls_backend_preconfigured(tls()).build()).unwrap()
    }

    fn tls() -> rustls::ClientConfig {
        crate::tls::client(rustls::RootCertStore::empty()).unwrap()
    }

    /// The number of the client, and how many connections it may have opened.
    fn counted(pool: &Pool) -> (u64, usize) {
        let current = pool.current();
        (current.number, current.opened)
    }

    fn url(host: usize) -> Url {
        format!("https://h{host}.example.com/").parse().unwrap()
    }

    #[test]
    fn requests_one_after_another_to_the_same_hosts_keep_their_client() {
        let pool = pool();
        for _ in 0..10 {
            for host in 0..MOST {
                drop(pool.lease(&url(host)));
            }
        }
        assert_eq!(counted(&pool), (0, MOST));
    }

    #[test]
    fn another_client_follows_before_there_are_too_many_connections() {
        let pool = pool();
        for host in 0..10 * MOST {
            drop(pool.lease(&url(host)));
            assert!(pool.current().opened <= MOST);
        }
        assert_eq!(pool.current().number, 9);
    }

    #[test]
    fn requests_at_once_to_one_host_count_each_and_what_an_old_client_ends_does_not() {
        let pool = pool();
        let leases: Vec<_> = (0..MOST).map(|_| pool.lease(&url(0))).collect();
        assert_eq!(counted(&pool), (0, MOST));
        let next = pool.lease(&url(0));
        assert_eq!(counted(&pool), (1, 1));
        drop(leases);
        assert!(pool.current().opens_one_for(&next.host), "its one connection is in use");
        drop(next);
        assert!(!pool.current().opens_one_for(&("h0.example.com".to_owned(), Some(443))));
    }
}
