//! Hot reload: a policy and its data are read again when their files change. Decisions at work end with the
//! engine that they began with; what cannot be used is told, and the engine at work stays.
//!
//! `cargo run -p wardlaw --example hot_reload -- policy.ward data.json`, then change either file.
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]
#![expect(clippy::disallowed_methods, reason = "files and clocks are the host's")]

use std::{
    env,
    error::Error,
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, PoisonError, RwLock},
    thread,
    time::Duration,
};

use serde_json::{Map, Value};
use wardlaw::Engine;

/// What was read of the files.
#[derive(Clone, PartialEq)]
struct Read {
    policy: String,
    data: String,
}

/// An engine whose policy and data lie in files.
struct Reloading {
    policy: PathBuf,
    data: PathBuf,
    read: Read,
    /// What threads decide with.
    current: Arc<RwLock<Arc<Engine>>>,
}

fn data(text: &str) -> Result<Map<String, Value>, serde_json::Error> {
    serde_json::from_str(text)
}

fn read(policy: &Path, data: &Path) -> io::Result<Read> {
    Ok(Read {
        policy: fs::read_to_string(policy)?,
        data: fs::read_to_string(data)?,
    })
}

fn build(name: &Path, read: &Read) -> Result<Engine, Box<dyn Error>> {
    let mut builder = Engine::builder().source(name.display().to_string(), read.policy.as_str());
    for (name, value) in data(&read.data)? {
        builder = builder.data(name, value);
    }
    Ok(builder.build()?)
}

impl Reloading {
    fn new(policy: PathBuf, data: PathBuf) -> Result<Self, Box<dyn Error>> {
        let read = read(&policy, &data)?;
        let engine = build(&policy, &read)?;
        Ok(Self {
            policy,
            data,
            read,
            current: Arc::new(RwLock::new(Arc::new(engine))),
        })
    }

    /// The engine of the moment.
    fn engine(&self) -> Arc<Engine> {
        // A lock is poisoned by a thread that panics while it writes; putting a pointer in place does not.
        Arc::clone(&self.current.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Looks at the files; whether there is a new engine.
    fn refresh(&mut self) -> Result<bool, Box<dyn Error>> {
        let read = read(&self.policy, &self.data)?;
        if read == self.read {
            return Ok(false);
        }
        // Where only data changed, nothing is compiled.
        let engine = if read.policy == self.read.policy {
            self.engine().with_data(data(&read.data)?)?
        } else {
            build(&self.policy, &read)?
        };
        self.read = read;
        *self.current.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(engine);
        Ok(true)
    }
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let policy = arguments.next().ok_or("a policy is missing")?;
    let data = arguments.next().ok_or("a file of data is missing")?;
    let mut reloading = Reloading::new(policy, data)?;
    loop {
        match reloading.refresh() {
            Ok(true) => println!("policy {}", reloading.engine().policy_digest()),
            Ok(false) => {}
            Err(error) => eprintln!("the engine stays as it is: {error}"),
        }
        thread::sleep(Duration::from_secs(1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const POLICY: &str = "package p\ndata most: int\ninput n: int\nrule r { when n > most  deny \"{n}\" }\n";

    #[test]
    fn files_are_read_again() {
        let folder = env::temp_dir().join(format!("wardlaw-hot-reload-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let (policy, data) = (folder.join("p.ward"), folder.join("data.json"));
        fs::write(&policy, POLICY).unwrap();
        fs::write(&data, r#"{ "p.most": 1 }"#).unwrap();
        let mut reloading = Reloading::new(policy.clone(), data.clone()).unwrap();
        let allows = |reloading: &Reloading| reloading.engine().decide_json("5").unwrap().allowed;
        assert!(!allows(&reloading));
        assert!(!reloading.refresh().unwrap());
        let before = reloading.engine();

        fs::write(&data, r#"{ "p.most": 5 }"#).unwrap();
        assert!(reloading.refresh().unwrap());
        assert!(allows(&reloading));
        assert_eq!(reloading.engine().policy_digest(), before.policy_digest());
        assert!(
            !before.decide_json("5").unwrap().allowed,
            "an engine at work changed"
        );

        fs::write(&policy, POLICY.replace("n > most", "n >= most")).unwrap();
        assert!(reloading.refresh().unwrap());
        assert!(!allows(&reloading));

        fs::write(&policy, "package p\nrule {").unwrap();
        assert!(reloading.refresh().is_err());
        assert!(!allows(&reloading));
        fs::remove_dir_all(&folder).unwrap();
    }
}
