//! Where connections go, and where none does.

use std::io::ErrorKind;
use std::net::TcpListener;

use super::*;

const PUBLIC: SocketAddr = SocketAddr::new(std::net::IpAddr::V4(std::net::Ipv4Addr::new(8, 8, 8, 8)), 0);

/// Somewhere that no request may come to.
struct Forbidden {
    listener: TcpListener,
    address: SocketAddr,
}

impl Forbidden {
    fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        let address = listener.local_addr().unwrap();
        Self { listener, address }
    }

    fn assert_untouched(&self) {
        assert_eq!(self.listener.accept().map_err(|error| error.kind()).err(), Some(ErrorKind::WouldBlock));
    }
}

fn forbidden(error: &str) -> Outcome {
    Outcome::ForbiddenAddress { error: error.to_owned() }
}

#[tokio::test]
async fn no_connection_is_made_to_a_forbidden_address_by_number_or_by_name() {
    let private = Forbidden::new();
    let port = private.address.port();
    for host in ["127.0.0.1", "2130706433", "[::ffff:127.0.0.1]", "localhost"] {
        for scheme in ["http", "https"] {
            let target = endpoint(&format!("{scheme}://{host}:{port}/"), &[]);
            let outcome = send_to(TargetRules::PublicOnly, &target).await.outcome;
            assert!(matches!(outcome, Outcome::ForbiddenAddress { .. }), "{host}: {outcome:?}");
        }
    }
    private.assert_untouched();
}

#[tokio::test]
async fn one_forbidden_address_among_good_ones_refuses_the_name_and_none_is_connected_to() {
    let private = Forbidden::new();
    let target = endpoint(&format!("https://hooks.example.com:{}/", private.address.port()), &[]);
    for answer in [vec![private.address], vec![private.address, PUBLIC], vec![PUBLIC, private.address]] {
        let sender = over(Scripted::answering([answer]), mozillas_roots(), TargetRules::PublicOnly);
        let outcome = send_by(&sender, &target).await.outcome;
        assert_eq!(outcome, forbidden("127.0.0.1 is loopback, not a public address"));
    }
    private.assert_untouched();
}

#[tokio::test]
async fn a_name_is_asked_for_once_and_the_connection_goes_to_what_was_answered() {
    let (url, heard) =
        server(b"HTTP/1.1 200 x\r\ncontent-length: 0\r\nconnection: close\r\n\r\n".to_vec(), false).await;
    let port: u16 = url.trim_end_matches("/hook").rsplit_once(':').unwrap().1.parse().unwrap();
    // What the name turns into once it was checked: nobody listens there.
    let turned = SocketAddr::from(([127, 0, 0, 2], port));
    let names = Scripted::answering([vec![([127, 0, 0, 1], port).into()], vec![turned]]);
    let sender = over(names.clone(), mozillas_roots(), TargetRules::PrivateToo);
    let target = endpoint(&format!("http://hooks.example.com:{port}/hook"), &[]);
    assert_eq!(send_by(&sender, &target).await.outcome, Outcome::Accepted { status: 200 });
    assert!(heard.await.unwrap().contains("host: hooks.example.com"));
    assert_eq!(names.left(), 1);
}

#[tokio::test]
async fn a_name_that_turns_private_is_refused_at_its_next_connection() {
    let names = Scripted::answering([vec![PUBLIC], vec![([169, 254, 169, 254], 0).into()]]);
    let guard = GuardedResolver::new(TargetRules::PublicOnly, names);
    let name = || "hooks.example.com".parse().unwrap();
    assert_eq!(guard.resolve(name()).await.unwrap().collect::<Vec<_>>(), [PUBLIC]);
    let error = guard.resolve(name()).await.err().unwrap();
    assert_eq!(error.to_string(), "169.254.169.254 is link-local, not a public address");
}

#[tokio::test]
async fn a_name_without_addresses_is_unreachable() {
    let sender = over(Scripted::answering([]), mozillas_roots(), TargetRules::PublicOnly);
    let outcome = send_by(&sender, &endpoint("https://hooks.example.com/", &[])).await.outcome;
    assert!(matches!(outcome, Outcome::Unreachable { .. }), "{outcome:?}");
}

#[tokio::test]
async fn a_redirect_of_any_kind_is_a_refusal_and_leads_nowhere() {
    // Even where the rules would allow it.
    let elsewhere = Forbidden::new();
    for status in [300, 301, 302, 303, 304, 305, 307, 308] {
        for location in [format!("http://{}/", elsewhere.address), format!("//{}/", elsewhere.address)] {
            let head = format!("HTTP/1.1 {status} x\r\nlocation: {location}\r\nrefresh: 0; url={location}");
            let outcome = answered(format!("{head}\r\ncontent-length: 0\r\n\r\n")).await.outcome;
            assert_eq!(outcome, Outcome::Refused { status, retry_after_seconds: None });
        }
    }
    elsewhere.assert_untouched();
}
