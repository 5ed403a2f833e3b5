//! Receivers that are not who they should be, and one that speaks another protocol.

use rcgen::{BasicConstraints, Certificate, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use rustls::ServerConfig;
use rustls::pki_types::PrivatePkcs8KeyDer;
use tokio::task::JoinHandle;
use tokio_rustls::TlsAcceptor;

use super::*;

const NAME: &str = "hooks.example.com";
const ACCEPTED: &[u8] = b"HTTP/1.1 200 x\r\ncontent-length: 0\r\n\r\n";

/// An authority that the sender trusts.
struct Authority {
    certificate: Certificate,
    issuer: Issuer<'static, KeyPair>,
}

impl Authority {
    fn new() -> Self {
        let mut params = CertificateParams::default();
        params.distinguished_name.push(DnType::CommonName, "An authority");
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let key = KeyPair::generate().unwrap();
        Self { certificate: params.self_signed(&key).unwrap(), issuer: Issuer::new(params, key) }
    }

    fn roots(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.certificate.der().clone()).unwrap();
        roots
    }

    fn certify(&self, params: &CertificateParams) -> ServerConfig {
        let key = KeyPair::generate().unwrap();
        server_config(&params.signed_by(&key, &self.issuer).unwrap(), &key)
    }
}

fn named(name: &str) -> CertificateParams {
    CertificateParams::new([name.to_owned()]).unwrap()
}

fn server_config(certificate: &Certificate, key: &KeyPair) -> ServerConfig {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions().unwrap();
    let key = PrivatePkcs8KeyDer::from(key.serialize_der());
    config.with_no_client_auth().with_single_cert(vec![certificate.der().clone()], key.into()).unwrap()
}

/// Takes one connection, and answers its request if the client goes so far as to make one.
async fn server_over_tls(config: ServerConfig, answer: &'static [u8]) -> (SocketAddr, JoinHandle<bool>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let asked = tokio::spawn(async move {
        let (stream, _) = listener.accept().await.unwrap();
        let Ok(mut stream) = TlsAcceptor::from(Arc::new(config)).accept(stream).await else { return false };
        let asked = matches!(stream.read(&mut [0; 4096]).await, Ok(read) if read > 0);
        stream.write_all(answer).await.unwrap_or_default();
        asked
    });
    (address, asked)
}

/// What becomes of an attempt at a receiver with this certificate, and whether it was shown the request.
async fn attempt(authority: &Authority, config: ServerConfig, answer: &'static [u8]) -> (Outcome, bool) {
    let (address, asked) = server_over_tls(config, answer).await;
    let names = Scripted::answering([vec![address]]);
    let sender = over(names, authority.roots(), TargetRules::PrivateToo);
    let target = endpoint(&format!("https://{NAME}:{}/hook", address.port()), &[]);
    (send_by(&sender, &target).await.outcome, asked.await.unwrap())
}

fn assert_unreachable(outcome: &Outcome, why: &str) {
    let Outcome::Unreachable { error } = outcome else { panic!("{outcome:?}") };

    assert!(error.contains(why), "{error}");
}

#[tokio::test]
async fn a_certificate_of_a_trusted_authority_for_the_endpoints_name_is_accepted() {
    let authority = Authority::new();
    let config = authority.certify(&named(NAME));
    assert_eq!(attempt(&authority, config, ACCEPTED).await, (Outcome::Accepted { status: 200 }, true));
}

#[tokio::test]
async fn a_receiver_that_is_not_who_it_should_be_is_unreachable_and_sees_no_request() {
    let authority = Authority::new();
    let (mut expired, mut early) = (named(NAME), named(NAME));
    expired.not_after = date_time_ymd(2020, 1, 1);
    early.not_before = date_time_ymd(4000, 1, 1);
    let key = KeyPair::generate().unwrap();
    let self_signed = server_config(&named(NAME).self_signed(&key).unwrap(), &key);
    for (config, why) in [
        (authority.certify(&named("hooks.example.org")), "not valid for name"),
        (authority.certify(&expired), "expired"),
        (authority.certify(&early), "not valid yet"),
        // Of an authority that gives itself the trusted one's name.
        (Authority::new().certify(&named(NAME)), "BadSignature"),
        (self_signed, "UnknownIssuer"),
    ] {
        let (outcome, asked) = attempt(&authority, config, ACCEPTED).await;
        assert_unreachable(&outcome, why);
        assert!(!asked, "{why}");
    }
}

#[tokio::test]
async fn a_receiver_that_speaks_http_2_alone_is_unreachable() {
    let authority = Authority::new();
    let mut config = authority.certify(&named(NAME));
    config.alpn_protocols = vec![b"h2".to_vec()];
    // An empty SETTINGS frame, then GOAWAY with HTTP_1_1_REQUIRED (RFC 9113, 6.8 and 7).
    let answer = b"\0\0\0\x04\0\0\0\0\0\0\0\x08\x07\0\0\0\0\0\0\0\0\0\0\0\0\x0d";
    let (outcome, _) = attempt(&authority, config, answer).await;
    assert_unreachable(&outcome, "HTTP");
}
