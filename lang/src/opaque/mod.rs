//! The values of opaque types: quantities, versions, addresses, networks, times. A text that is read as
//! one of them is parsed here, strictly, by the compiler (literals) and by the engine (everything else).
//! Nothing allocates, nothing rounds without saying so, and no text makes it panic.

use core::cmp::Ordering;

pub mod duration;
pub mod net;
pub mod quantity;
pub mod semver;
pub mod time;

pub use duration::Duration;
pub use net::{Cidr, Ip};
pub use quantity::Quantity;
pub use semver::Semver;
pub use time::Time;

use crate::{
    builtin::pod_security_minor,
    types::{Opaque, TypeId, Types},
};

/// A text read as a value of an opaque type. Values of one type order as the type says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Parsed<'t> {
    /// `quantity`
    Quantity(Quantity),
    /// `time`
    Time(Time),
    /// `duration`
    Duration(Duration),
    /// `semver`
    Semver(Semver<'t>),
    /// `ip`
    Ip(Ip),
    /// `cidr`
    Cidr(Cidr),
    /// `k8s.PodSecurityVersion`: the minor.
    PodSecurity(u32),
    /// Patterns and secrets: the text.
    Text(&'t str),
}

impl Opaque {
    /// Reads a text; none where it is malformed. Patterns are only looked at when they are compiled.
    pub fn parse(self, text: &str) -> Option<Parsed<'_>> {
        match self {
            Self::Quantity => Quantity::parse(text).map(Parsed::Quantity),
            Self::Time => Time::parse(text).map(Parsed::Time),
            Self::Duration => Duration::parse(text).map(Parsed::Duration),
            Self::Semver => Semver::parse(text).map(Parsed::Semver),
            Self::Ip => Ip::parse(text).map(Parsed::Ip),
            Self::Cidr => Cidr::parse(text).map(Parsed::Cidr),
            Self::PodSecurityVersion => pod_security_minor(text).map(Parsed::PodSecurity),
            Self::Regex | Self::Glob | Self::Secret => Some(Parsed::Text(text)),
        }
    }

    /// How two texts of the type order; malformed ones come first, as texts.
    pub fn compare(self, a: &str, b: &str) -> Ordering {
        match (self.parse(a), self.parse(b)) {
            (Some(a), Some(b)) => a.cmp(&b),
            (None, None) => a.cmp(b),
            (None, Some(_)) => Ordering::Less,
            (Some(_), None) => Ordering::Greater,
        }
    }

    /// Whether `<` and its like compare values of the type.
    pub const fn is_ordered(self) -> bool {
        match self {
            Self::Quantity | Self::Time | Self::Duration | Self::Semver | Self::PodSecurityVersion => true,
            Self::Ip | Self::Cidr | Self::Regex | Self::Glob | Self::Secret => false,
        }
    }

    /// The fields of a value of the type.
    pub const fn fields(self) -> &'static [(&'static str, FieldType)] {
        use FieldType::{Bool, Int, Ip, OptionalText};
        match self {
            Self::Time => &[
                ("year", Int),
                ("month", Int),
                ("day", Int),
                ("hour", Int),
                ("minute", Int),
                ("second", Int),
                ("weekday", Int),
                ("unix", Int),
            ],
            Self::Duration => &[
                ("hours", Int),
                ("minutes", Int),
                ("seconds", Int),
                ("milliseconds", Int),
            ],
            Self::Semver => &[
                ("major", Int),
                ("minor", Int),
                ("patch", Int),
                ("prerelease", OptionalText),
            ],
            Self::Ip => &[
                ("family", Int),
                ("loopback", Bool),
                ("private", Bool),
                ("link_local", Bool),
                ("multicast", Bool),
                ("unspecified", Bool),
            ],
            Self::Cidr => &[("family", Int), ("prefix", Int), ("address", Ip)],
            Self::PodSecurityVersion => &[("minor", Int)],
            Self::Quantity | Self::Regex | Self::Glob | Self::Secret => &[],
        }
    }

    /// The type of a field.
    pub fn field(self, types: &mut Types, name: &str) -> Option<TypeId> {
        let (_, ty) = self.fields().iter().find(|(field, _)| *field == name)?;
        Some(match ty {
            FieldType::Int => Types::INT,
            FieldType::Bool => Types::BOOL,
            FieldType::OptionalText => types.optional(Types::STRING),
            FieldType::Ip => types.intern(crate::types::Type::Opaque(Self::Ip)),
        })
    }

    /// What a text must look like, for help.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Quantity => "such as `500m`, `2`, `1.5Gi` or `1e3`",
            Self::Time => "as RFC 3339 writes it, such as `2026-01-31T12:00:00Z`",
            Self::Duration => "such as `4h30m`, `90s` or `1.5h`",
            Self::Semver => "three numbers without leading zeros, such as `1.25.0` or `1.25.0-rc.1`",
            Self::Ip => {
                "such as `10.0.0.1` or `2001:db8::1`; no leading zeros, and no IPv4 address written as IPv6"
            }
            Self::Cidr => "such as `10.0.0.0/8` or `2001:db8::/32`",
            Self::Regex => "a regular expression as RE2 has it",
            Self::Glob => "text in which `*` stands for anything",
            Self::Secret => "text",
            Self::PodSecurityVersion => "`latest`, or `v1.N`",
        }
    }
}

/// The type of a field of an opaque value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldType {
    /// `int`
    Int,
    /// `bool`
    Bool,
    /// `string?`
    OptionalText,
    /// `ip`
    Ip,
}
