//! Image references and URLs, in their parts. Strict: what two readers could take apart differently is
//! no reference.

use alloc::{borrow::ToOwned, format, string::String, vec::Vec};

use super::text::text;
use crate::{
    eval::{Eval, Machine},
    plan::OpId,
    value::Value,
};

/// An image reference.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Image<'t> {
    registry: String,
    repository: String,
    tag: Option<&'t str>,
    digest: Option<&'t str>,
}

const MAX_NAME: usize = 255;

fn image_of(text: &str) -> Option<Image<'_>> {
    let (rest, digest) = match text.split_once('@') {
        Some((rest, digest)) => (rest, Some(digest)),
        None => (text, None),
    };
    if !digest.is_none_or(is_digest) {
        return None;
    }
    // A colon after the last slash begins a tag; one before is of a port.
    let last = rest.rfind('/').map_or(0, |slash| slash.saturating_add(1));
    let (name, tag) = match rest.get(last..)?.split_once(':') {
        Some((end, tag)) => (rest.get(..last.saturating_add(end.len()))?, Some(tag)),
        None => (rest, None),
    };
    if !tag.is_none_or(is_tag) {
        return None;
    }
    let (registry, path) = match name.split_once('/') {
        Some((first, path)) if first.contains(['.', ':']) || first == "localhost" => {
            (first.to_ascii_lowercase(), path)
        }
        _ => ("docker.io".to_owned(), name),
    };
    let registry = match registry.as_str() {
        "index.docker.io" => "docker.io".to_owned(),
        _ => registry,
    };
    let right = authority(&registry).is_some() && path.split('/').all(is_component);
    let hexadecimal = path.len() == 64 && path.bytes().all(|byte| byte.is_ascii_hexdigit());
    if !right || hexadecimal {
        return None;
    }
    let repository = if registry == "docker.io" && !path.contains('/') {
        format!("library/{path}")
    } else {
        path.to_owned()
    };
    let short = registry.len().saturating_add(repository.len()) < MAX_NAME;
    short.then_some(Image {
        registry,
        repository,
        tag,
        digest,
    })
}

/// Lower-case letters and digits, with `.`, `_`, `__` or any number of `-` between them.
fn is_component(text: &str) -> bool {
    let alphanumeric = |byte: &u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = text.as_bytes();
    let ends = bytes.first().is_some_and(alphanumeric) && bytes.last().is_some_and(alphanumeric);
    ends && text
        .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        .all(|separator| {
            matches!(separator, "" | "." | "_" | "__") || separator.bytes().all(|byte| byte == b'-')
        })
}

fn is_tag(text: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    text.len() <= 128
        && text.bytes().next().is_some_and(word)
        && text.bytes().all(|byte| word(byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(text: &str) -> bool {
    let length = match text.split_once(':') {
        Some(("sha256", hex)) => (hex, 64),
        Some(("sha512", hex)) => (hex, 128),
        _ => return false,
    };
    let (hex, length) = length;
    hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// Host and port.
fn authority(text: &str) -> Option<(&str, Option<u16>)> {
    let (host, port) = if text.starts_with('[') {
        let (address, rest) = text.split_once(']')?;
        address.strip_prefix('[')?.parse::<core::net::Ipv6Addr>().ok()?;
        let host = text.get(..address.len().saturating_add(1))?;
        match rest {
            "" => (host, None),
            _ => (host, Some(rest.strip_prefix(':')?)),
        }
    } else {
        let (host, port) = match text.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (text, None),
        };
        let right = !host.is_empty()
            && host.len() <= 253
            && host.split('.').all(|label| {
                !label.is_empty()
                    && !label.starts_with('-')
                    && !label.ends_with('-')
                    && label
                        .bytes()
                        .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
            });
        if !right {
            return None;
        }
        (host, port)
    };
    match port {
        None => Some((host, None)),
        Some(port) => {
            let digits = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
            let port: u16 = if digits { port.parse().ok()? } else { return None };
            Some((host, Some(port)))
        }
    }
}

/// A record of texts, names in order.
fn record<const N: usize>(
    machine: &mut Machine<'_>,
    id: OpId,
    fields: [(&str, Option<&str>); N],
) -> Eval<Vec<Value>> {
    let mut members = Vec::with_capacity(N.saturating_mul(2));
    for (name, value) in fields {
        members.push(machine.make_text(name, id)?);
        members.push(match value {
            Some(value) => machine.make_text(value, id)?,
            None => Value::Null,
        });
    }
    Ok(members)
}

pub(super) fn image(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let source = text(machine, id, value)?;
    let Some(image) = image_of(&source) else {
        return Ok(Value::Null);
    };
    let name = format!("{}/{}", image.registry, image.repository);
    let members = record(
        machine,
        id,
        [
            ("digest", image.digest),
            ("name", Some(&name)),
            ("registry", Some(&image.registry)),
            ("repository", Some(&image.repository)),
            ("tag", image.tag),
        ],
    )?;
    machine.make_run(&members, id).map(Value::Map)
}

/// A URL.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Url<'t> {
    scheme: String,
    user: Option<&'t str>,
    host: String,
    port: Option<u16>,
    path: &'t str,
    query: Option<&'t str>,
    fragment: Option<&'t str>,
}

fn url_of(text: &str) -> Option<Url<'_>> {
    let plain = |byte: u8| {
        byte.is_ascii_graphic()
            && !matches!(
                byte,
                b'"' | b'<' | b'>' | b'\\' | b'^' | b'`' | b'{' | b'|' | b'}'
            )
    };
    if !text.bytes().all(plain) || !escapes_are_right(text) {
        return None;
    }
    let (scheme, rest) = text.split_once("://")?;
    let letters = scheme
        .bytes()
        .next()
        .is_some_and(|byte| byte.is_ascii_alphabetic())
        && scheme
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'-' | b'.'));
    if !letters {
        return None;
    }
    let (rest, fragment) = match rest.split_once('#') {
        Some((rest, fragment)) => (rest, Some(fragment)),
        None => (rest, None),
    };
    let (rest, query) = match rest.split_once('?') {
        Some((rest, query)) => (rest, Some(query)),
        None => (rest, None),
    };
    let slash = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at_checked(slash)?;
    let (user, host) = match host.split_once('@') {
        Some((user, host)) => (Some(user), host),
        None => (None, host),
    };
    let (host, port) = authority(host)?;
    Some(Url {
        scheme: scheme.to_ascii_lowercase(),
        user,
        host: host.to_ascii_lowercase(),
        port,
        path,
        query,
        fragment,
    })
}

/// Each `%` begins two hexadecimal digits.
fn escapes_are_right(text: &str) -> bool {
    text.split('%').skip(1).all(|rest| {
        rest.as_bytes()
            .first_chunk::<2>()
            .is_some_and(|pair| pair.iter().all(u8::is_ascii_hexdigit))
    })
}

pub(super) fn url(machine: &mut Machine<'_>, id: OpId, value: Value) -> Eval<Value> {
    let source = text(machine, id, value)?;
    let Some(url) = url_of(&source) else {
        return Ok(Value::Null);
    };
    let mut members = record(
        machine,
        id,
        [
            ("fragment", url.fragment),
            ("host", Some(&url.host)),
            ("path", Some(url.path)),
        ],
    )?;
    members.push(machine.make_text("port", id)?);
    members.push(url.port.map_or(Value::Null, |port| Value::Int(i64::from(port))));
    members.extend(record(
        machine,
        id,
        [
            ("query", url.query),
            ("scheme", Some(&url.scheme)),
            ("user", url.user),
        ],
    )?);
    machine.make_run(&members, id).map(Value::Map)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn images_are_taken_apart_as_the_registry_does() {
        let digest = format!("sha256:{}", "0".repeat(64));
        let with_digest = format!("a/b@{digest}");
        for (text, registry, repository, tag) in [
            ("nginx", "docker.io", "library/nginx", None),
            ("nginx:1", "docker.io", "library/nginx", Some("1")),
            ("acme/nginx", "docker.io", "acme/nginx", None),
            ("index.docker.io/nginx", "docker.io", "library/nginx", None),
            ("reg:443/app", "reg:443", "app", None),
            ("GHCR.io/acme/app:v1", "ghcr.io", "acme/app", Some("v1")),
            ("localhost/app", "localhost", "app", None),
            ("[::1]:5000/app", "[::1]:5000", "app", None),
            (
                "registry.example.evil.io/app",
                "registry.example.evil.io",
                "app",
                None,
            ),
            (&with_digest, "docker.io", "a/b", None),
        ] {
            let image = image_of(text).unwrap();
            assert_eq!(
                (image.registry.as_str(), image.repository.as_str(), image.tag),
                (registry, repository, tag),
                "{text}"
            );
        }
        for wrong in [
            "",
            "/",
            "a/",
            "/a",
            "a//b",
            "A",
            "a:",
            "a@",
            "a@sha256:abc",
            "a:b:c",
            "a b",
            " a",
            "a\n",
            "reg:x/a",
            "a..b",
            "-a",
            "a@sha256:0@x",
            "a:.t",
            "ä",
            "https://reg.io/a",
            "reg.io/",
            "user@reg.io/a",
            "a@md5:00",
            "0000000000000000000000000000000000000000000000000000000000000000",
            "a.-b/c",
        ] {
            assert!(image_of(wrong).is_none(), "{wrong}");
        }
    }

    #[test]
    fn urls_have_one_reading() {
        let url = url_of("HTTPS://u:p@A.example:8443/p/%41?q=1#f").unwrap();
        assert_eq!(
            (url.scheme.as_str(), url.user, url.host.as_str(), url.port),
            ("https", Some("u:p"), "a.example", Some(8443))
        );
        assert_eq!(
            (url.path, url.query, url.fragment),
            ("/p/%41", Some("q=1"), Some("f"))
        );
        assert_eq!(url_of("http://[::1]/").unwrap().host, "[::1]");
        for wrong in [
            "",
            "a",
            "/p",
            "http:",
            "http://",
            "http:///p",
            "http://a@b@c/",
            "http://a:b/",
            "http://a:99999/",
            "http://a\\@b/",
            "http://a b/",
            "http://a/%zz",
            "http://a/%4",
            "1http://a",
            "http://-a/",
            "http://a..b/",
            "http://ä/",
            "http://a\t/",
        ] {
            assert!(url_of(wrong).is_none(), "{wrong}");
        }
    }
}
