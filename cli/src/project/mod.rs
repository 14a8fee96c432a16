//! What the command line names, found in the world: policies, data and inputs. The only readers of
//! files; everything they read is bounded.

pub(crate) mod data;
pub(crate) mod fixtures;
pub(crate) mod inputs;
pub(crate) mod packages;
pub(crate) mod policies;
pub(crate) mod schemas;

use std::{
    ffi::OsStr,
    fs::File,
    io::{self, Read},
    path::Path,
};

/// Whether a path is an address of another machine or a scheme: those are never opened, because
/// opening alone can send credentials or wait for ever.
pub(crate) fn is_remote(path: &OsStr) -> bool {
    let text = path.to_string_lossy();
    let scheme = text.split_once(':').is_some_and(|(scheme, rest)| {
        rest.starts_with("//") || (scheme.eq_ignore_ascii_case("file") && rest.starts_with(['/', '\\']))
    });
    scheme || text.starts_with("\\\\") || text.starts_with("//")
}

/// Reads a file up to `limit` bytes; `None` where it is longer.
pub(crate) fn read_bounded(path: &Path, limit: u64) -> io::Result<Option<Vec<u8>>> {
    let file = File::open(path)?;
    let size = file
        .metadata()
        .map_or(0, |metadata| if metadata.is_file() { metadata.len() } else { 0 });
    if size > limit {
        return Ok(None);
    }
    read_all(file, size, limit)
}

/// Reads a stream up to `limit` bytes; `None` where it is longer.
pub(crate) fn read_all(stream: impl Read, expected: u64, limit: u64) -> io::Result<Option<Vec<u8>>> {
    // A hint only: the file may grow, and a pipe has no size.
    let mut bytes = Vec::with_capacity(usize::try_from(expected.min(limit)).unwrap_or(0));
    stream.take(limit + 1).read_to_end(&mut bytes)?;
    Ok((bytes.len() as u64 <= limit).then_some(bytes))
}

/// A path as messages and results show it: with `/`, whatever the system writes.
pub(crate) fn shown(path: &Path) -> String {
    let text = path.to_string_lossy();
    if cfg!(windows) {
        text.replace('\\', "/")
    } else {
        text.into_owned()
    }
}

#[cfg(test)]
mod tests {
    use std::ffi::OsStr;

    use super::is_remote;

    #[test]
    fn addresses_of_other_machines_are_told_from_paths() {
        for remote in [
            "https://a/b.ward",
            "file:///etc/x",
            "file:/etc/x",
            "\\\\host\\share",
            "//host/share",
            "oci://x",
        ] {
            assert!(is_remote(OsStr::new(remote)), "{remote}");
        }
        for local in [
            "a.ward",
            "./a//b",
            "/etc/x",
            "trivy:KSV-1",
            "C:\\x",
            "k8s.pod_security",
            "file",
        ] {
            assert!(!is_remote(OsStr::new(local)), "{local}");
        }
    }
}
