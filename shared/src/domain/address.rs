//! Which IP addresses a delivery may be sent to.
//!
//! The rail sends requests to places that its tenants name. It must not become their way into the operator's
//! network, nor into the machine it runs on: on Lambda `127.0.0.1:9001` and `169.254.0.0/16` are live. So every
//! address that is not plainly on the public internet is refused.
//!
//! The ranges are those of the IANA special-purpose address registries (IPv4: RFC 6890 and its updates; IPv6
//! likewise) and the multicast and reserved blocks. Of IPv6 only `2000::/3`, the one block from which public
//! addresses are given out, is allowed at all: mapped, compatible, translated, unique-local and link-local
//! addresses all lie outside it. Within it, the forms that carry an IPv4 address are refused whatever they carry.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

/// Why an address is refused: the name of the range it lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("{address} is {range}, not a public address")]
pub struct Forbidden {
    /// The refused address.
    pub address: IpAddr,
    /// What its range is for.
    pub range: &'static str,
}

/// Whether requests may be sent to this address.
pub fn check(address: IpAddr) -> Result<(), Forbidden> {
    let range = match address {
        IpAddr::V4(v4) => forbidden_v4(v4),
        IpAddr::V6(v6) => forbidden_v6(v6),
    };
    range.map_or(Ok(()), |range| Err(Forbidden { address, range }))
}

/// First address, prefix length, purpose.
const V4: &[(Ipv4Addr, u32, &str)] = &[
    (Ipv4Addr::new(0, 0, 0, 0), 8, "of this network"),
    (Ipv4Addr::new(10, 0, 0, 0), 8, "private"),
    (Ipv4Addr::new(100, 64, 0, 0), 10, "shared with a carrier's NAT"),
    (Ipv4Addr::new(127, 0, 0, 0), 8, "loopback"),
    (Ipv4Addr::new(169, 254, 0, 0), 16, "link-local"),
    (Ipv4Addr::new(172, 16, 0, 0), 12, "private"),
    (Ipv4Addr::new(192, 0, 0, 0), 24, "reserved for protocols"),
    (Ipv4Addr::new(192, 0, 2, 0), 24, "for documentation"),
    (Ipv4Addr::new(192, 31, 196, 0), 24, "reserved for AS112"),
    (Ipv4Addr::new(192, 52, 193, 0), 24, "reserved for multicast tunnels"),
    (Ipv4Addr::new(192, 88, 99, 0), 24, "a 6to4 relay"),
    (Ipv4Addr::new(192, 168, 0, 0), 16, "private"),
    (Ipv4Addr::new(192, 175, 48, 0), 24, "reserved for AS112"),
    (Ipv4Addr::new(198, 18, 0, 0), 15, "for benchmarks"),
    (Ipv4Addr::new(198, 51, 100, 0), 24, "for documentation"),
    (Ipv4Addr::new(203, 0, 113, 0), 24, "for documentation"),
    (Ipv4Addr::new(224, 0, 0, 0), 4, "multicast"),
    (Ipv4Addr::new(240, 0, 0, 0), 4, "reserved"),
];

/// Public unicast, the only block of IPv6 that is looked into at all.
const V6_PUBLIC: (Ipv6Addr, u32) = (Ipv6Addr::new(0x2000, 0, 0, 0, 0, 0, 0, 0), 3);

/// What is special within [`V6_PUBLIC`]: first address, prefix length, purpose.
const V6: &[(Ipv6Addr, u32, &str)] = &[
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 32, "Teredo"),
    (Ipv6Addr::new(0x2001, 0, 0, 0, 0, 0, 0, 0), 23, "reserved for protocols"),
    (Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 0), 32, "for documentation"),
    (Ipv6Addr::new(0x2002, 0, 0, 0, 0, 0, 0, 0), 16, "6to4"),
    (Ipv6Addr::new(0x2620, 0x4f, 0x8000, 0, 0, 0, 0, 0), 48, "reserved for AS112"),
    (Ipv6Addr::new(0x3fff, 0, 0, 0, 0, 0, 0, 0), 20, "for documentation"),
];

fn forbidden_v4(address: Ipv4Addr) -> Option<&'static str> {
    let within = |(first, length, _): &&(Ipv4Addr, u32, _)| {
        let host_bits = u32::MAX.checked_shr(*length).unwrap_or(0);
        address.to_bits() & !host_bits == first.to_bits()
    };
    V4.iter().find(within).map(|(.., purpose)| *purpose)
}

fn forbidden_v6(address: Ipv6Addr) -> Option<&'static str> {
    let within = |first: Ipv6Addr, length: u32| {
        let host_bits = u128::MAX.checked_shr(length).unwrap_or(0);
        address.to_bits() & !host_bits == first.to_bits()
    };
    if !within(V6_PUBLIC.0, V6_PUBLIC.1) {
        return Some(outside_public_v6(address));
    }
    // ISATAP (RFC 5214, 6.1) can stand behind any prefix.
    if let [.., 0 | 0x200, 0x5efe, _, _] = address.segments() {
        return Some("a tunnel to an IPv4 address");
    }
    V6.iter().find(|(first, length, _)| within(*first, *length)).map(|(.., purpose)| *purpose)
}

/// A name for what lies outside `2000::/3`, for the message alone: all of it is refused.
fn outside_public_v6(address: Ipv6Addr) -> &'static str {
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 0] => "unspecified",
        [0, 0, 0, 0, 0, 0, 0, 1] => "loopback",
        [0, 0, 0, 0, 0, 0xffff, ..] => "an IPv4 address in IPv6 form",
        [0, 0, 0, 0, 0, 0, ..] => "an IPv4 address in IPv6 form",
        [0, 0, 0, 0, 0xffff, 0, ..] => "translated to IPv4",
        [0x64, 0xff9b, ..] => "translated to IPv4",
        [0x100, 0, 0, 0, ..] => "for discarding",
        [0x5f00, ..] => "for segment routing",
        [first, ..] if first & 0xffc0 == 0xfe80 => "link-local",
        [first, ..] if first & 0xffc0 == 0xfec0 => "site-local",
        [first, ..] if first & 0xfe00 == 0xfc00 => "unique-local",
        [first, ..] if first & 0xff00 == 0xff00 => "multicast",
        _ => "reserved",
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    // What is refused stands in `tests/hostile/targets.txt`.
    #[test]
    fn what_lies_beside_a_refused_range_is_allowed() {
        let allowed = [
            "1.0.0.0",
            "9.255.255.255",
            "11.0.0.0",
            "100.63.255.255",
            "100.128.0.0",
            "126.255.255.255",
            "128.0.0.0",
            "169.253.255.255",
            "169.255.0.0",
            "172.15.255.255",
            "172.32.0.0",
            "192.0.1.0",
            "192.0.3.0",
            "192.31.195.255",
            "192.31.197.0",
            "192.52.192.255",
            "192.52.194.0",
            "192.88.98.255",
            "192.88.100.0",
            "192.167.255.255",
            "192.169.0.0",
            "192.175.47.255",
            "192.175.49.0",
            "198.17.255.255",
            "198.20.0.0",
            "198.51.99.255",
            "198.51.101.0",
            "203.0.112.255",
            "203.0.114.0",
            "223.255.255.255",
            "8.8.8.8",
            "2000::",
            "2000:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:200::",
            "2001:db7:ffff:ffff:ffff:ffff:ffff:ffff",
            "2001:db9::",
            "2001:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "2003::",
            "2606:4700:4700::1111",
            "2620:4f:7fff:ffff:ffff:ffff:ffff:ffff",
            "2620:4f:8001::",
            "3ffe:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
            "3fff:1000::",
            "3fff:ffff:ffff:ffff:ffff:ffff:ffff:ffff",
        ];
        for address in allowed {
            assert_eq!(check(address.parse().unwrap()), Ok(()), "{address}");
        }
    }

    proptest! {
        #[test]
        fn what_the_standard_library_calls_special_is_refused(bits: u32) {
            let v4 = Ipv4Addr::from_bits(bits);
            if v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_multicast() || v4.is_broadcast()
                || v4.is_documentation() || v4.is_unspecified() {
                prop_assert!(check(v4.into()).is_err());
            }
            // However an IPv4 address is wrapped into IPv6, it is refused.
            prop_assert!(check(v4.to_ipv6_mapped().into()).is_err());
            prop_assert!(check(v4.to_ipv6_compatible().into()).is_err());
        }

        #[test]
        fn nothing_outside_public_unicast_is_allowed(bits: u128) {
            if bits >> 125 != 1 {
                prop_assert!(check(Ipv6Addr::from_bits(bits).into()).is_err());
            }
        }

        #[test]
        fn a_refusal_is_short_and_names_the_address(bits: u128) {
            for address in [IpAddr::V6(Ipv6Addr::from_bits(bits)), IpAddr::V4(Ipv4Addr::from_bits(bits as u32))] {
                if let Err(forbidden) = check(address) {
                    let text = forbidden.to_string();
                    prop_assert!(text.len() <= 100 && text.starts_with(&address.to_string()), "{text}");
                    prop_assert!(text.contains(forbidden.range));
                }
            }
        }
    }
}
