//! Texts that tenants could send as a URL, by the thousand: what is accepted is safe, by whatever reading.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use proptest::prelude::*;
use rail::domain::address;
use rail::domain::target::{TargetRules, TargetUrl};

/// Public, or no address at all.
fn harmless(address: Option<IpAddr>) -> bool {
    address.is_none_or(|address| address::check(address).is_ok())
}

fn address_in(host: &str) -> Option<IpAddr> {
    host.trim_start_matches('[').trim_end_matches(']').trim_end_matches('.').parse().ok()
}

/// The address that the URL standard reads in a host.
fn standards_address(host: &str) -> Option<IpAddr> {
    match url::Host::parse(host).ok()? {
        url::Host::Ipv4(v4) => Some(v4.into()),
        url::Host::Ipv6(v6) => Some(v6.into()),
        url::Host::Domain(_) => None,
    }
}

/// What stands where RFC 3986 has the user, the host and the port.
fn authority(text: &str) -> &str {
    let rest = text.split_once("://").map_or(text, |(_, rest)| rest);
    rest.split(['/', '?', '#', '\\']).next().unwrap_or_default()
}

/// Everything in it where some program might look for the host: the whole, its parts between separators, and each without
/// a port.
fn readings(authority: &str) -> Vec<&str> {
    let mut readings: Vec<_> = authority.split(['@', ',', ';', '&', '|', '\0', ' ']).collect();
    readings.push(authority);
    let without_port: Vec<_> = readings.iter().filter_map(|reading| reading.rsplit_once(':')).collect();
    readings.extend(without_port.into_iter().map(|(host, _)| host));
    readings
}

fn check_accepted(text: &str) -> Result<(), TestCaseError> {
    let Ok(target) = TargetRules::PublicOnly.parse(text) else { return Ok(()) };
    let url = target.url();
    prop_assert_eq!(url.scheme(), "https");
    prop_assert!(url.username().is_empty() && url.password().is_none() && !authority(text).contains('@'));
    prop_assert!(url.fragment().is_none());
    prop_assert_ne!(url.port(), Some(0));

    // What the rail itself reads, and what its HTTP client makes of it.
    let host = url.host_str().unwrap();
    let sent: http::Uri = url.as_str().parse().unwrap();
    prop_assert_eq!(sent.host(), Some(host));
    prop_assert_eq!(sent.port_u16(), url.port());
    prop_assert!(harmless(address_in(host)) && harmless(standards_address(host)));
    prop_assert!(TargetRules::PublicOnly.check_literal(&target).is_ok());
    if address_in(host).is_none() {
        let name = host.strip_suffix('.').unwrap_or(host);
        prop_assert!(name.contains('.') && !name.contains("..") && name.is_ascii(), "{name}");
        prop_assert!(!name.ends_with("localhost") || name.trim_end_matches("localhost").ends_with(|c| c != '.'));
    }

    // What others might read.
    for reading in readings(authority(text)) {
        prop_assert!(harmless(address_in(reading)), "{reading}");
        prop_assert!(harmless(standards_address(reading)), "{reading}");
        prop_assert!(harmless(reading.parse::<SocketAddr>().ok().map(|address| address.ip())), "{reading}");
    }

    // It is stored as it was written, and read again as the same.
    let again = TargetUrl::parse(target.as_str()).unwrap();
    prop_assert_eq!(again.url(), url);
    Ok(())
}

/// One address, in one of the notations of its parts.
fn v4_notations() -> impl Strategy<Value = String> {
    let number = |number: u32, base: u8| match base {
        0 => format!("0{number:o}"),
        1 => format!("{number:#x}"),
        2 => format!("0X{number:08X}"),
        _ => number.to_string(),
    };
    let forms = any::<(u32, [u8; 4], u8)>();
    forms.prop_map(move |(bits, bases, parts)| {
        let [a, b, c, d] = bits.to_be_bytes().map(u32::from);
        let parts = match parts % 4 {
            0 => vec![bits],
            1 => vec![a, bits & 0xff_ffff],
            2 => vec![a, b, bits & 0xffff],
            _ => vec![a, b, c, d],
        };
        let parts: Vec<_> = parts.into_iter().zip(bases).map(|(part, base)| number(part, base % 5)).collect();
        parts.join(".")
    })
}

fn v6_notations() -> impl Strategy<Value = String> {
    prop_oneof![
        any::<u128>().prop_map(|bits| format!("[{}]", Ipv6Addr::from_bits(bits))),
        any::<u32>().prop_map(|bits| format!("[{}]", Ipv4Addr::from_bits(bits).to_ipv6_mapped())),
        any::<(u32, u64)>().prop_map(|(bits, prefix)| format!("[{:x}::{}]", prefix as u16, Ipv4Addr::from_bits(bits))),
        any::<u128>().prop_map(|bits| format!("[{}%25eth0]", Ipv6Addr::from_bits(bits))),
    ]
}

/// The same digits and dots, as other characters that the URL standard takes for them.
fn disguised(host: impl Strategy<Value = String>) -> impl Strategy<Value = String> {
    (host, any::<u64>()).prop_map(|(host, bits)| {
        let disguise = |(index, character): (usize, char)| match (character, bits >> (2 * index % 64) & 3) {
            ('0'..='9', 0) => char::from_u32('０' as u32 + character as u32 - '0' as u32).unwrap().to_string(),
            ('.', 0) => "。".to_owned(),
            ('.', 1) => "．".to_owned(),
            (character, 2) if character.is_ascii_alphanumeric() => format!("%{:02x}", character as u32),
            (character, _) => character.to_string(),
        };
        host.chars().enumerate().map(disguise).collect()
    })
}

fn hosts() -> impl Strategy<Value = String> {
    prop_oneof![
        v4_notations(),
        v6_notations(),
        disguised(v4_notations()),
        "[a-zA-Z0-9_.-]{1,30}",
        "([a-z]{1,8}\\.){0,3}(localhost|local|internal|home\\.arpa|com)\\.{0,2}",
        "\\PC{1,20}",
    ]
}

fn urls() -> impl Strategy<Value = String> {
    let schemes = prop_oneof![9 => Just("https://".to_owned()), 1 => "[a-zA-Z+.-]{0,6}(:|:/|://|:///)"];
    let before = prop_oneof![
        6 => Just(String::new()),
        1 => hosts().prop_map(|host| host + "@"),
        1 => "\\PC{0,5}[@:,;&%\\\\]",
    ];
    let after = prop_oneof![
        4 => Just(String::new()),
        2 => any::<u32>().prop_map(|port| format!(":{port}")),
        1 => hosts().prop_map(|host| "@".to_owned() + &host),
        1 => hosts().prop_map(|host| ",".to_owned() + &host),
        1 => "[\\\\:%;,&]\\PC{0,5}",
    ];
    let path = prop_oneof![3 => Just(String::new()), 3 => "/\\PC{0,20}", 1 => "[?#]\\PC{0,10}"];
    (schemes, before, hosts(), after, path)
        .prop_map(|(scheme, before, host, after, path)| format!("{scheme}{before}{host}{after}{path}"))
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4096))]

    #[test]
    fn whatever_text_is_accepted_goes_to_a_public_host(text in "\\PC{0,60}") {
        for before in ["", "https://", "https://example.com"] {
            check_accepted(&format!("{before}{text}"))?;
        }
    }

    #[test]
    fn whatever_bytes_are_accepted_go_to_a_public_host(bytes: Vec<u8>) {
        let text = String::from_utf8_lossy(&bytes);
        for before in ["", "https://", "https://example.com", "https://127.0.0.1"] {
            check_accepted(&format!("{before}{text}"))?;
        }
    }

    #[test]
    fn whatever_looks_like_a_url_and_is_accepted_goes_to_a_public_host(url in urls()) {
        check_accepted(&url)?;
    }

    #[test]
    fn no_notation_and_no_disguise_changes_whether_an_address_is_public(host in disguised(v4_notations())) {
        let address = standards_address(&host).unwrap();
        let accepted = TargetRules::PublicOnly.parse(&format!("https://{host}/")).is_ok();
        prop_assert_eq!(accepted, address::check(address).is_ok());
    }
}
