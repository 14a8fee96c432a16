//! The command line: one struct a command, nothing but declarations. Every help text ends with two
//! examples. What the values mean is decided where they are used.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

/// Check Kubernetes manifests against security policies.
#[derive(Debug, Parser)]
#[command(
    name = "ward",
    bin_name = "ward",
    version,
    disable_help_subcommand = true,
    arg_required_else_help = true,
    subcommand_required = true,
    after_help = "Exit status:
  0  nothing denied
  1  something denied (or warned, with --fail-on warn)
  2  the policy, the input or the usage is wrong; no rule in force; no document found

Examples:
  ward check deployment.yaml
  helm template charts/web | ward check -p pss-restricted -"
)]
pub(crate) struct Arguments {
    /// What to do
    #[command(subcommand)]
    pub(crate) command: Command,

    /// When to use colours (`NO_COLOR` and `CLICOLOR_FORCE` are respected)
    #[arg(
        long,
        global = true,
        value_name = "WHEN",
        default_value = "auto",
        display_order = 100
    )]
    pub(crate) color: When,
}

/// The commands; what each does stands at its arguments.
#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    Check(Check),
    Test(Test),
    Eval(Eval),
    Fmt(Fmt),
    Rules(Rules),
    Build(Build),
    Explain(Explain),
}

/// Check manifests: files, folders, or `-` for standard input.
///
/// Reads YAML of one or more documents, JSON, Lists and AdmissionReviews. A folder is read for
/// *.yaml, *.yml and *.json; hidden folders, node_modules and symlinked folders are left out. A file
/// that is named is read whatever its suffix. Findings go to standard output, the summary to
/// standard error.
///
/// Audit rules in force are decided once, about the data that are given; where there are no other
/// rules, no PATH is needed.
#[derive(Args, Debug)]
#[command(after_help = "Exit status:
  0  nothing denied
  1  something denied (or warned, with --fail-on warn)
  2  the policy, the input or the usage is wrong; no rule in force; no document found

Examples:
  ward check -p pss-restricted manifests/
  kustomize build overlays/prod | ward check -p policies/ --format json -")]
pub(crate) struct Check {
    /// Files and folders to check; `-` is standard input
    #[arg(value_name = "PATH")]
    pub(crate) paths: Vec<PathBuf>,

    #[command(flatten)]
    pub(crate) policy: Policy,

    /// How findings are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,

    /// The namespace of objects that name none
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,

    /// The input `now`, and the day for exemptions (RFC 3339); without it, the time of the clock
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    /// What makes the exit status 1
    #[arg(long, value_name = "EFFECT", default_value = "deny")]
    pub(crate) fail_on: FailOn,

    /// Write no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Run the tests of policies: files and folders.
///
/// A folder is read for *.ward; of a file that is named, the other files of its folder are read too,
/// because they may be of the same package. Each case of a test is reported on its own. Files that a
/// test reads lie in or below the folder of the test.
#[derive(Args, Debug)]
#[command(after_help = "Exit status:
  0  every test passed
  1  a test failed, or there was none to run
  2  the policy or the usage is wrong

Examples:
  ward test policies/
  ward test --filter privileged policies/pods_test.ward")]
pub(crate) struct Test {
    /// Policy files and folders of them
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Run the tests whose package or title holds this text
    #[arg(long, value_name = "TEXT")]
    pub(crate) filter: Option<String>,

    #[command(flatten)]
    pub(crate) data: Data,

    #[command(flatten)]
    pub(crate) settings: Settings,

    /// How results are written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,

    /// Write failures only, and no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// Evaluate: the decision on an input as JSON, or the value of an expression.
///
/// The expression sees what its package sees: declarations, imports, inputs and data. A Kubernetes
/// manifest that is given where the policy reads an admission request becomes the request that
/// creates the object, as in `ward check`.
#[derive(Args, Debug)]
#[command(after_help = "Exit status:
  0  allowed, or the expression has a value
  1  denied
  2  the policy, the input, the expression or the usage is wrong

Examples:
  ward eval -p policies/authz -i request.json
  ward eval -p policies/images -i pod.yaml 'workload.pod(request.object)'")]
pub(crate) struct Eval {
    /// An expression; without it, the decision
    #[arg(value_name = "EXPR")]
    pub(crate) expression: Option<String>,

    #[command(flatten)]
    pub(crate) policy: Policy,

    #[command(flatten)]
    pub(crate) request: Request,

    /// Decide the audit rules: about data alone, without an input
    #[arg(long, conflicts_with_all = ["expression", "inputs", "now", "namespace"])]
    pub(crate) audit: bool,

    /// The package that the expression stands in, where the policy has several
    #[arg(long, value_name = "NAME")]
    pub(crate) package: Option<String>,
}

/// What is decided about.
#[derive(Args, Debug)]
pub(crate) struct Request {
    /// A YAML or JSON file with an input, or `-`; NAME may be left out where there is one input only
    #[arg(short, long = "input", value_name = "[NAME=]FILE")]
    pub(crate) inputs: Vec<String>,

    /// The input `now` (RFC 3339); without it, the time of the clock
    #[arg(long, value_name = "TIME")]
    pub(crate) now: Option<String>,

    /// The namespace of an object that names none
    #[arg(long, value_name = "NAME")]
    pub(crate) namespace: Option<String>,
}

/// Write policies in the one format there is: files, folders, or `-` for standard input.
///
/// A folder is read for *.ward; hidden folders and symlinked folders are left out. Files are written
/// only where they change. What has a mistake of syntax stays as it is. Standard input goes to standard
/// output.
#[derive(Args, Debug)]
#[command(after_help = "Exit status:
  0  every file has the format, or was written in it
  1  with --check, a file does not have the format
  2  a policy has a mistake of syntax, cannot be read or written, or the usage is wrong

Examples:
  ward fmt policies/
  ward fmt --check .")]
pub(crate) struct Fmt {
    /// Policy files and folders of them; `-` is standard input
    #[arg(value_name = "PATH", default_value = ".")]
    pub(crate) paths: Vec<PathBuf>,

    /// Write nothing; name the files that do not have the format, and show what would change
    #[arg(long)]
    pub(crate) check: bool,

    /// Write no summary
    #[arg(short, long)]
    pub(crate) quiet: bool,
}

/// List the rules in force: names, titles, severities.
///
/// Data need not be given.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ward rules -p pss-restricted
  ward rules -p k8s --format json")]
pub(crate) struct Rules {
    #[command(flatten)]
    pub(crate) policy: Policy,

    /// How the list is written
    #[arg(long, value_name = "FORMAT", default_value = "human")]
    pub(crate) format: Format,
}

/// Compile policies into one file, which is loaded without compiling.
///
/// The file holds what is in force: rules, settings and the data that are given. It means what its sources
/// mean, and is read by the same version of ward only. Where it is used, `ward.toml` does not apply.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ward build -p policies/ -o policy.wardb
  ward check -p policy.wardb manifests/")]
pub(crate) struct Build {
    #[command(flatten)]
    pub(crate) policy: Policy,

    /// The file that is written
    #[arg(short, long, value_name = "FILE", required_unless_present = "emit")]
    pub(crate) output: Option<PathBuf>,

    /// Print what the policy became, for people
    #[arg(long, value_name = "FORM")]
    pub(crate) emit: Option<Emit>,
}

/// What is printed of a compiled policy.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Emit {
    /// The checked program, one line a clause
    Ir,
    /// What runs: shared calls, joins with their keys, the switches of the index, what each rule needs and
    /// reads; with the data at hand
    Plan,
}

/// Say what the code of a message means: `W0203`; or why rules are run on an input, or not.
///
/// Prints what the code stands for, why that is refused, an example that is wrong, and the example
/// mended. Without a code, lists all codes.
///
/// With an input, says of each rule in force whether it is run on it, and what it found; and if not, which
/// place of the input is another than the rule asks for, or is not there.
#[derive(Args, Debug)]
#[command(after_help = "Examples:
  ward explain W0203
  ward explain -p policies/ -i pod.yaml acme.images")]
pub(crate) struct Explain {
    /// Codes of messages; with an input, full names of rules or of packages
    #[arg(value_name = "CODE|RULE")]
    pub(crate) names: Vec<String>,

    #[command(flatten)]
    pub(crate) policy: Policy,

    #[command(flatten)]
    pub(crate) request: Request,
}

/// What is in force.
#[derive(Args, Debug)]
pub(crate) struct Policy {
    /// A .ward file, a folder of them, a named set (pss-baseline, pss-restricted) or a package of the
    /// library (k8s.pod_security); may be repeated. Or one .wardb file alone, of `ward build`. Without it: what ward.toml uses, else pss-baseline
    #[arg(short, long = "policy", value_name = "POLICY")]
    pub(crate) policies: Vec<String>,

    #[command(flatten)]
    pub(crate) data: Data,

    #[command(flatten)]
    pub(crate) settings: Settings,
}

/// Which settings apply.
#[derive(Args, Debug)]
pub(crate) struct Settings {
    /// A file of settings; without it, ward.toml in the working directory or above it
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Read no settings
    #[arg(long, conflicts_with = "config")]
    pub(crate) no_config: bool,
}

/// What data are.
#[derive(Args, Debug)]
pub(crate) struct Data {
    /// A datum by its full name; VALUE is JSON, else text
    #[arg(long, value_name = "NAME=VALUE")]
    pub(crate) data: Vec<String>,

    /// A JSON or YAML file: an object whose keys are full names of data
    #[arg(long, value_name = "FILE")]
    pub(crate) data_file: Vec<PathBuf>,
}

/// When to use colours.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum When {
    /// On a terminal
    Auto,
    /// As on a terminal, into a file or pipe too
    Always,
    /// Never
    Never,
}

/// How results are written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people: with the lines concerned on a terminal, one line a finding in a pipe
    Human,
    /// One JSON array
    Json,
}

/// What makes the exit status 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum FailOn {
    /// A denied document
    Deny,
    /// A denied document or a warning
    Warn,
}
