//! A build script: the policies that a crate ships are checked when it is compiled, and so are the settings
//! that it is built with. As `build.rs` it stops the build with the compiler's own messages; `wardlaw` is
//! then a build dependency.
//!
//! `cargo run -p wardlaw --example build_script -- policies settings.yaml`
#![expect(clippy::print_stdout, clippy::print_stderr, reason = "a program")]
#![expect(clippy::disallowed_methods, reason = "files and clocks are the host's")]

use std::{
    env, fs, io,
    path::{Path, PathBuf},
    process::ExitCode,
};

use wardlaw::Engine;

/// All `.ward` files of a folder, in order.
fn policies(folder: &Path) -> io::Result<Vec<PathBuf>> {
    let mut files = Vec::new();
    for entry in fs::read_dir(folder)? {
        let path = entry?.path();
        if path.extension().is_some_and(|extension| extension == "ward") {
            files.push(path);
        }
    }
    files.sort();
    Ok(files)
}

/// Checks policies, and settings by them. What cargo is to watch is told to `watch`.
fn run(folder: &Path, settings: &Path, watch: &mut dyn FnMut(&Path)) -> Result<(), String> {
    let told = |path: &Path, error: io::Error| format!("{}: {error}", path.display());
    let mut builder = Engine::builder();
    watch(folder);
    for path in policies(folder).map_err(|error| told(folder, error))? {
        watch(&path);
        let text = fs::read_to_string(&path).map_err(|error| told(&path, error))?;
        builder = builder.source(path.display().to_string(), text);
    }
    let engine = builder.build().map_err(|error| error.to_string())?;
    watch(settings);
    let text = fs::read_to_string(settings).map_err(|error| told(settings, error))?;
    let decision = engine
        .decide_yaml(&text)
        .map_err(|error| format!("{}: {error}", settings.display()))?;
    if decision.allowed {
        return Ok(());
    }
    let mut lines = Vec::new();
    for finding in &decision.findings {
        let line = finding.location.map_or(1, |location| location.line);
        lines.push(format!("{}:{line}: {}", settings.display(), finding.message));
    }
    Err(lines.join("\n"))
}

fn main() -> ExitCode {
    let mut arguments = env::args_os().skip(1).map(PathBuf::from);
    let folder = arguments.next().unwrap_or_else(|| "policies".into());
    let settings = arguments.next().unwrap_or_else(|| "settings.yaml".into());
    let mut watch = |path: &Path| println!("cargo::rerun-if-changed={}", path.display());
    match run(&folder, &settings, &mut watch) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn policies_and_settings_are_checked() {
        let folder = env::temp_dir().join(format!("wardlaw-build-script-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let settings = folder.join("settings.yaml");
        let policy = folder.join("a.ward");
        let mut watched = 0;
        let mut run = |rule: &str, text: &str| {
            let source = format!("package a\ninput settings: {{ workers: int }}\nrule few {{ {rule} }}\n");
            fs::write(&policy, source).unwrap();
            fs::write(&settings, text).unwrap();
            run(&folder, &settings, &mut |_| watched += 1)
        };
        let rule = "when settings.workers < 1  deny \"no worker\" at settings.workers";
        assert_eq!(run(rule, "workers: 2\n"), Ok(()));
        let error = run(rule, "# none\nworkers: 0\n").unwrap_err();
        assert_eq!(error, format!("{}:2: no worker", settings.display()));
        let error = run("when settings.worker < 1  deny \"x\"", "workers: 2\n").unwrap_err();
        assert!(error.starts_with("error[W0203]"), "{error}");
        assert!(run(rule, "workers: [\n").is_err());
        assert_eq!(watched, 3 + 3 + 2 + 3);
        fs::remove_dir_all(&folder).unwrap();
    }
}
