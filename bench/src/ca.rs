//! A throw-away certificate authority, for whatever speaks TLS on this machine.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;

use crate::Result;

/// How long a line of PEM is (RFC 7468, 2).
const PEM_LINE: usize = 64;

/// An authority that nobody trusts but those who are given its certificate.
pub struct LocalCa {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl LocalCa {
    /// A new one, with a key of its own.
    ///
    /// # Errors
    /// When there is no randomness to be had.
    pub fn new() -> Result<Self> {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "The bench's authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate()?;
        let pem = pem_of(params.self_signed(&key)?.der());
        Ok(Self { issuer: Issuer::new(params, key), pem })
    }

    /// Its certificate, for those who are to trust it.
    pub fn pem(&self) -> &str {
        &self.pem
    }

    /// Writes its certificate there.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn write_pem(&self, path: &Path) -> Result<()> {
        Ok(std::fs::write(path, &self.pem)?)
    }

    /// A server that goes by these names or addresses, over TLS 1.2 or 1.3, and speaks HTTP/1.1.
    ///
    /// # Errors
    /// When a name is none.
    pub fn server_config(&self, names: &[&str]) -> Result<Arc<ServerConfig>> {
        let key = KeyPair::generate()?;
        let names: Vec<_> = names.iter().copied().map(str::to_owned).collect();
        let certificate = CertificateParams::new(names)?.signed_by(&key, &self.issuer)?;
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ServerConfig::builder_with_provider(provider)
            .with_protocol_versions(&[&rustls::version::TLS13, &rustls::version::TLS12])?;
        let key = PrivatePkcs8KeyDer::from(key.serialize_der());
        let mut config = config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key.into())?;
        config.alpn_protocols = vec![b"http/1.1".to_vec()];
        Ok(Arc::new(config))
    }
}

impl fmt::Debug for LocalCa {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LocalCa").finish_non_exhaustive()
    }
}

fn pem_of(der: &[u8]) -> String {
    let mut pem = "-----BEGIN CERTIFICATE-----\n".to_owned();
    let mut rest = STANDARD.encode(der);
    while !rest.is_empty() {
        let next = rest.split_off(rest.len().min(PEM_LINE));
        pem.push_str(&rest);
        pem.push('\n');
        rest = next;
    }
    pem.push_str("-----END CERTIFICATE-----\n");
    pem
}
