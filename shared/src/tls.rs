//! TLS with ring, and whom it trusts. The roots are compiled in: nothing is read from the machine.

use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::{self, PemObject};
use rustls::{ClientConfig, RootCertStore};
use std::sync::Arc;

/// How the subjects of Amazon Trust Services' roots end, from which the certificates of AWS's services descend.
const AMAZON: [&[u8]; 5] = [
    b"Amazon Root CA 1",
    b"Amazon Root CA 2",
    b"Amazon Root CA 3",
    b"Amazon Root CA 4",
    b"Starfield Services Root Certificate Authority - G2",
];

/// Why there is no TLS.
#[derive(Debug, thiserror::Error)]
pub enum TlsError {
    /// What should be certificates in PEM is not.
    #[error("not certificates in PEM: {0}")]
    Pem(#[from] pem::Error),
    /// No root, or no TLS at all.
    #[error(transparent)]
    Tls(#[from] rustls::Error),
}

/// Those of Mozilla's programme.
pub fn mozillas_roots() -> RootCertStore {
    webpki_roots::TLS_SERVER_ROOTS.iter().cloned().collect()
}

/// Those of them that are Amazon's.
pub fn amazons_roots() -> RootCertStore {
    let amazons = |subject: &[u8]| AMAZON.iter().any(|name| subject.ends_with(name));
    webpki_roots::TLS_SERVER_ROOTS.iter().filter(|root| amazons(&root.subject)).cloned().collect()
}

/// These roots, and those in PEM.
///
/// # Errors
/// When it is no PEM, or what it holds are no roots.
pub fn with_pem(mut roots: RootCertStore, pem: &[u8]) -> Result<RootCertStore, TlsError> {
    for certificate in CertificateDer::pem_slice_iter(pem) {
        roots.add(certificate?)?;
    }
    Ok(roots)
}

/// A client that trusts these roots alone.
///
/// # Errors
/// When ring lacks what TLS needs: never.
pub fn client(roots: RootCertStore) -> Result<ClientConfig, TlsError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_safe_default_protocol_versions()?;
    Ok(config.with_root_certificates(roots).with_no_client_auth())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn aws_is_known_by_amazons_five_roots_alone() {
        assert_eq!(amazons_roots().len(), 5);
        assert!(mozillas_roots().len() > 100);
    }

    #[test]
    fn what_is_no_certificate_is_no_root() {
        assert!(with_pem(amazons_roots(), b"-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n").is_err());
        assert_eq!(with_pem(amazons_roots(), b"").unwrap().len(), 5);
    }
}
