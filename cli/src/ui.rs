//! The only writer. Results go to standard output, everything else to standard error. It knows
//! whether they are terminals and whether colours are wanted; a reader that went away (`| head`) is
//! no error, and nothing is written after it.

use std::fmt::Write as _;
use std::io::{self, BufWriter, IsTerminal, Stderr, Stdout, Write};

use crate::{
    args::When,
    output::{escape, style::Style},
};

/// The status with which the command ends. The order is what wins over what.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Nothing denied.
    #[default]
    Clean,
    /// Something denied.
    Denied,
    /// The policy, the input or the usage is wrong.
    Wrong,
}

impl Exit {
    /// The number that the shell sees.
    pub(crate) fn code(self) -> u8 {
        match self {
            Self::Clean => 0,
            Self::Denied => 1,
            Self::Wrong => 2,
        }
    }
}

/// A problem that ends the command with status 2: what is wrong, and the mend.
#[derive(Debug)]
pub(crate) struct Failure {
    /// What is wrong, one line.
    pub(crate) message: String,
    /// How to mend it.
    pub(crate) help: Option<String>,
}

impl Failure {
    /// A problem.
    pub(crate) fn new(message: impl Into<String>) -> Self {
        Self {
            message: message.into(),
            help: None,
        }
    }

    /// With the mend.
    pub(crate) fn with_help(mut self, help: impl Into<String>) -> Self {
        self.help = Some(help.into());
        self
    }
}

/// Standard output and standard error.
#[derive(Debug)]
pub(crate) struct Ui {
    out: BufWriter<Stdout>,
    err: Stderr,
    out_terminal: bool,
    err_terminal: bool,
    out_style: Style,
    err_style: Style,
    /// The reader of standard output went away.
    closed: bool,
    /// Standard output cannot be written for another reason, which has been reported.
    failed: bool,
    /// A progress line stands on the terminal.
    progress: bool,
}

impl Ui {
    /// Finds out what the streams are. `NO_COLOR` (any value but the empty one) turns colours off,
    /// `CLICOLOR_FORCE` on; `--color` wins over both.
    pub(crate) fn new(color: When) -> Self {
        let set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
        let forced = set("CLICOLOR_FORCE") && std::env::var_os("CLICOLOR_FORCE").is_some_and(|v| v != "0");
        let dumb = std::env::var_os("TERM").is_some_and(|term| term == "dumb");
        let colour = |terminal: bool| match color {
            When::Always => true,
            When::Never => false,
            When::Auto if set("NO_COLOR") => false,
            When::Auto => forced || (terminal && !dumb),
        };
        let (out, err) = (io::stdout(), io::stderr());
        let (out_terminal, err_terminal) = (out.is_terminal(), err.is_terminal());
        Self {
            out_style: Style {
                colour: colour(out_terminal),
            },
            err_style: Style {
                colour: colour(err_terminal),
            },
            // Whoever forces colours wants what a terminal shows.
            out_terminal: out_terminal || (colour(false) && color == When::Always),
            err_terminal,
            out: BufWriter::with_capacity(64 * 1024, out),
            err,
            closed: false,
            failed: false,
            progress: false,
        }
    }

    /// Whether results are read by a person.
    pub(crate) fn is_terminal(&self) -> bool {
        self.out_terminal
    }

    /// The colours of results.
    pub(crate) fn out_style(&self) -> Style {
        self.out_style
    }

    /// The colours of messages.
    pub(crate) fn err_style(&self) -> Style {
        self.err_style
    }

    /// Writes results.
    pub(crate) fn print(&mut self, text: &str) {
        self.end_progress();
        if !self.closed && !self.failed {
            let result = self.out.write_all(text.as_bytes());
            self.written(result);
        }
    }

    /// Sends buffered results on.
    pub(crate) fn flush(&mut self) {
        if !self.closed && !self.failed {
            let result = self.out.flush();
            self.written(result);
        }
    }

    fn written(&mut self, result: io::Result<()>) {
        match result {
            Ok(()) => {}
            Err(error) if error.kind() == io::ErrorKind::BrokenPipe => self.closed = true,
            Err(error) => {
                self.failed = true;
                self.fail(&Failure::new(format!(
                    "cannot write to standard output: {}",
                    reason(&error)
                )));
            }
        }
    }

    /// Writes messages beside the results, as they are. Where even this fails there is nobody to tell.
    pub(crate) fn tell(&mut self, text: &str) {
        self.end_progress();
        // Results first, so that the two streams of one terminal keep their order.
        self.flush();
        let _ = self.err.write_all(text.as_bytes());
    }

    /// Writes `error: …` and its help.
    pub(crate) fn fail(&mut self, failure: &Failure) {
        let style = self.err_style;
        let mut text = format!("{}: {}\n", style.alarm("error"), escape::line(&failure.message));
        if let Some(help) = &failure.help {
            let (frame, help_word) = (style.frame("="), style.strong("help"));
            let _ = writeln!(text, "  {frame} {help_word}: {}", escape::line(help));
        }
        self.tell(&text);
    }

    /// Shows how far the work is, on a terminal only; the line is replaced by whatever comes next.
    pub(crate) fn progress(&mut self, text: &str) {
        if self.err_terminal {
            let _ = write!(self.err, "\r\u{1b}[K{}", escape::line(text));
            let _ = self.err.flush();
            self.progress = true;
        }
    }

    fn end_progress(&mut self) {
        if self.progress {
            self.progress = false;
            let _ = self.err.write_all(b"\r\x1b[K");
        }
    }

    /// Ends the output; the status is 2 where it could not be written.
    pub(crate) fn finish(mut self, exit: Exit) -> Exit {
        self.end_progress();
        self.flush();
        if self.failed { Exit::Wrong } else { exit }
    }
}

/// The reason of a failed operation, as the system words it but without its number.
pub(crate) fn reason(error: &io::Error) -> String {
    match error.kind() {
        io::ErrorKind::NotFound => "no such file or folder".to_owned(),
        io::ErrorKind::PermissionDenied => "permission denied".to_owned(),
        io::ErrorKind::IsADirectory => "it is a folder".to_owned(),
        _ => {
            let text = error.to_string();
            let text = text.split(" (os error").next().unwrap_or(&text);
            let mut characters = text.chars();
            // Lower case, as all messages; the system begins with a capital.
            characters.next().map_or_else(String::new, |first| {
                first.to_lowercase().chain(characters).collect()
            })
        }
    }
}
