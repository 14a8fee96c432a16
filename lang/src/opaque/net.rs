//! Addresses and networks. Strict: no leading zeros, no zones, no abbreviations of IPv4. An IPv4 address
//! written as IPv6 (`::ffff:10.0.0.1`) is refused, as Kubernetes refuses it: read as either family it
//! would slip past a rule about the other.

use core::{fmt, net::IpAddr};

/// An address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Ip(IpAddr);

impl Ip {
    /// Reads an address.
    pub fn parse(text: &str) -> Option<Self> {
        let address: IpAddr = text.parse().ok()?;
        match address {
            IpAddr::V6(six) if six.to_ipv4_mapped().is_some() => None,
            _ => Some(Self(address)),
        }
    }

    /// 4 or 6.
    pub const fn family(self) -> i64 {
        match self.0 {
            IpAddr::V4(_) => 4,
            IpAddr::V6(_) => 6,
        }
    }

    /// `127.0.0.0/8`, `::1`
    pub const fn is_loopback(self) -> bool {
        self.0.is_loopback()
    }

    /// `10.0.0.0/8`, `172.16.0.0/12`, `192.168.0.0/16`, `fc00::/7`
    pub const fn is_private(self) -> bool {
        match self.0 {
            IpAddr::V4(four) => four.is_private(),
            IpAddr::V6(six) => six.is_unique_local(),
        }
    }

    /// `169.254.0.0/16`, `fe80::/10`
    pub const fn is_link_local(self) -> bool {
        match self.0 {
            IpAddr::V4(four) => four.is_link_local(),
            IpAddr::V6(six) => six.is_unicast_link_local(),
        }
    }

    /// `224.0.0.0/4`, `ff00::/8`
    pub const fn is_multicast(self) -> bool {
        self.0.is_multicast()
    }

    /// `0.0.0.0`, `::`
    pub const fn is_unspecified(self) -> bool {
        self.0.is_unspecified()
    }

    const fn bits(self) -> u128 {
        match self.0 {
            IpAddr::V4(four) => four.to_bits() as u128,
            IpAddr::V6(six) => six.to_bits(),
        }
    }

    const fn width(self) -> u8 {
        match self.0 {
            IpAddr::V4(_) => 32,
            IpAddr::V6(_) => 128,
        }
    }
}

impl fmt::Display for Ip {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// A network: the addresses that share the first bits. Bits after the prefix are no part of it, so
/// `10.1.2.3/8` is `10.0.0.0/8`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cidr {
    family: i64,
    bits: u128,
    prefix: u8,
    width: u8,
}

impl Cidr {
    /// Reads a network: an address, `/`, and the length of the prefix without leading zeros.
    pub fn parse(text: &str) -> Option<Self> {
        let (address, prefix) = text.split_once('/')?;
        let address = Ip::parse(address)?;
        let digits =
            !prefix.is_empty() && prefix.len() <= 3 && prefix.bytes().all(|byte| byte.is_ascii_digit());
        if !digits || (prefix.len() > 1 && prefix.starts_with('0')) {
            return None;
        }
        let prefix: u8 = prefix.parse().ok()?;
        let mut cidr = Self {
            family: address.family(),
            bits: 0,
            prefix,
            width: address.width(),
        };
        if prefix > cidr.width {
            return None;
        }
        cidr.bits = cidr.network_of(address.bits());
        Some(cidr)
    }

    /// The bits of the prefix.
    fn network_of(self, bits: u128) -> u128 {
        let host = u32::from(self.width.saturating_sub(self.prefix));
        bits.checked_shr(host)
            .and_then(|bits| bits.checked_shl(host))
            .unwrap_or(0)
    }

    /// Whether the address lies in the network; one of the other family never does.
    pub fn contains(self, address: Ip) -> bool {
        self.family == address.family() && self.network_of(address.bits()) == self.bits
    }

    /// Whether all of the other network lies in this one.
    pub fn contains_network(self, other: Self) -> bool {
        self.family == other.family && self.prefix <= other.prefix && self.network_of(other.bits) == self.bits
    }

    /// 4 or 6.
    pub const fn family(self) -> i64 {
        self.family
    }

    /// The length of the prefix.
    pub const fn prefix(self) -> u8 {
        self.prefix
    }

    /// The first address.
    pub fn address(self) -> Ip {
        Ip(if self.family == 4 {
            IpAddr::V4(core::net::Ipv4Addr::from_bits(self.bits as u32))
        } else {
            IpAddr::V6(core::net::Ipv6Addr::from_bits(self.bits))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_strict() {
        for right in [
            "10.0.0.1",
            "0.0.0.0",
            "::",
            "::1",
            "2001:db8::1",
            "2001:DB8::1",
            "64:ff9b::1.2.3.4",
        ] {
            assert!(Ip::parse(right).is_some(), "{right}");
        }
        for wrong in [
            "",
            "1",
            "1.2.3",
            "1.2.3.4.5",
            "01.2.3.4",
            "010.0.0.1",
            "0x7f.0.0.1",
            "256.0.0.1",
            " 1.2.3.4",
            "1.2.3.4 ",
            "::ffff:1.2.3.4",
            "::ffff:102:304",
            "fe80::1%eth0",
            "[::1]",
            "1:2:3:4:5:6:7:8:9",
            "٣.0.0.1",
            "1.2.3.4/32",
        ] {
            assert!(Ip::parse(wrong).is_none(), "{wrong}");
        }
        assert_eq!(Ip::parse("2001:DB8::1"), Ip::parse("2001:db8:0::1"));
    }

    #[test]
    fn networks_hold_addresses_and_networks_of_their_family() {
        let cidr = |text| Cidr::parse(text).unwrap();
        let ip = |text| Ip::parse(text).unwrap();
        assert!(cidr("10.0.0.0/8").contains(ip("10.255.255.255")));
        assert!(!cidr("10.0.0.0/8").contains(ip("11.0.0.0")));
        assert!(cidr("0.0.0.0/0").contains(ip("255.255.255.255")));
        assert!(!cidr("0.0.0.0/0").contains(ip("::1")));
        assert!(cidr("::/0").contains(ip("ffff::")));
        assert!(cidr("1.2.3.4/32").contains(ip("1.2.3.4")));
        assert!(!cidr("1.2.3.4/32").contains(ip("1.2.3.5")));
        assert!(cidr("10.0.0.0/8").contains_network(cidr("10.1.0.0/16")));
        assert!(!cidr("10.1.0.0/16").contains_network(cidr("10.0.0.0/8")));
        assert_eq!(cidr("10.1.2.3/8"), cidr("10.0.0.0/8"));
        assert_eq!(cidr("2001:db8::/32").address(), ip("2001:db8::"));
        for wrong in [
            "10.0.0.0",
            "10.0.0.0/",
            "10.0.0.0/33",
            "10.0.0.0/08",
            "10.0.0.0/+8",
            "::/129",
            "::ffff:10.0.0.0/104",
            "10/8",
            "10.0.0.0/255.0.0.0",
        ] {
            assert!(Cidr::parse(wrong).is_none(), "{wrong}");
        }
    }
}
