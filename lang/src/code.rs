//! The codes of all diagnostics: number, title, default severity. One list; a number is never reused.

use core::fmt;

use crate::diagnostic::Severity;

macro_rules! codes {
    ($($(#[doc = $doc:literal])+ $name:ident = $number:literal $severity:ident $title:literal;)+) => {
        /// A stable diagnostic code.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum Code { $($(#[doc = $doc])+ $name,)+ }

        impl Code {
            /// All codes, by number.
            pub const ALL: &[Self] = &[$(Self::$name,)+];

            /// The number: 203 for `W0203`.
            pub const fn number(self) -> u16 {
                match self { $(Self::$name => $number,)+ }
            }

            /// One line that says what the code is about.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$name => $title,)+ }
            }

            /// The page that explains it, as Markdown: what it means, an example, the example mended.
            pub const fn page(self) -> &'static str {
                match self {
                    $(Self::$name => include_str!(concat!("../codes/W0", stringify!($number), ".md")),)+
                }
            }

            /// The severity it has unless a setting changes it.
            pub const fn severity(self) -> Severity {
                match self { $(Self::$name => Severity::$severity,)+ }
            }
        }
    };
}

codes! {
    // 01xx: text, tokens, grammar
    /// A character that begins no token.
    UnknownCharacter = 101 Error "unknown character";
    /// A text without its closing quote.
    UnterminatedText = 102 Error "text is not closed";
    /// An escape sequence that does not exist.
    BadEscape = 103 Error "unknown escape sequence";
    /// A number out of range or badly written.
    BadNumber = 104 Error "number out of range or badly written";
    /// Something else was expected here.
    Syntax = 105 Error "syntax error";
    /// `??` beside a comparison or arithmetic operator.
    CoalesceNeedsParentheses = 106 Error "`??` needs parentheses beside this operator";
    /// Comparisons do not chain.
    ChainedComparison = 107 Error "comparison does not chain";
    /// Nested deeper than the limit.
    TooDeep = 108 Error "nested too deeply";
    /// Characters that change the direction of text are refused.
    BidiControl = 109 Error "bidirectional control character";
    /// The file is longer than the limit.
    TooLong = 110 Error "file too long";
    /// The literal document of `yaml"…"` or `json"…"` cannot be read.
    BadLiteral = 111 Error "literal document cannot be read";
    /// A `(` or `[` at the beginning of a line that goes on with the expression above.
    ContinuesLine = 112 Warning "line continues the expression above";

    // 02xx: names and types
    /// A name that nothing declares.
    UnknownName = 201 Error "unknown name";
    /// A type that nothing declares.
    UnknownType = 202 Error "unknown type";
    /// A field the type does not have.
    UnknownField = 203 Error "unknown field";
    /// An optional value used as if it were present.
    MaybeAbsent = 204 Error "value may be absent";
    /// Another type was expected.
    TypeMismatch = 205 Error "type mismatch";
    /// A package that cannot be found.
    UnknownPackage = 206 Error "unknown package";
    /// The name is declared twice.
    Duplicate = 207 Error "declared twice";
    /// A name that hides another.
    Shadowed = 208 Error "name already in use";
    /// A call with the wrong number of arguments.
    Arguments = 209 Error "wrong number of arguments";
    /// Something that is not a function is called.
    NotCallable = 210 Error "not a function";
    /// A function, method or member that does not exist.
    UnknownFunction = 211 Error "unknown function";
    /// A function that calls itself, directly or in a circle.
    RecursiveFunction = 212 Error "function calls itself";
    /// Packages that import one another in a circle.
    ImportCycle = 213 Error "imports form a circle";
    /// A package claimed by two folders.
    SplitPackage = 214 Error "package in two folders";
    /// A `match` that does not cover every value.
    NotExhaustive = 215 Error "match does not cover every value";
    /// An arm that can never be chosen.
    UnreachableArm = 216 Warning "unreachable arm";
    /// Two optional values are compared.
    OptionalComparison = 217 Error "two optional values compared";
    /// A comparison with a value outside the type.
    ImpossibleComparison = 218 Error "value outside the type";
    /// A comparison with a value that an open enumeration does not list.
    UndeclaredValue = 219 Warning "value the enumeration does not list";
    /// A condition that is always true or always false.
    ConstantCondition = 220 Warning "condition is always true or always false";
    /// Comparing one literal field does not narrow an open union.
    NeedsIs = 221 Error "narrow with `is`";
    /// A literal given to a builtin that it cannot read.
    BadArgument = 222 Error "argument cannot be read";
    /// Records of a union that nothing tells apart.
    VariantsAlike = 223 Error "variants cannot be told apart";
    /// A `secret` in a text.
    SecretInText = 224 Error "secret in a text";
    /// A type that is only another name of itself.
    EmptyType = 225 Error "type says nothing";
    /// A package that is named without being imported.
    NotImported = 226 Error "package is not imported";
    /// A default, or `given`, for a value that is never absent.
    NeverAbsent = 227 Warning "value is never absent";

    // 03xx: rules and packages
    /// A body whose clauses are in an impossible order, or without its effect.
    BadBody = 301 Error "body is not complete";
    /// A place that is not a name followed by fields and indices.
    BadPlace = 302 Error "not a place";
    /// A rule that reads no input.
    NoInput = 303 Error "rule reads no input";
    /// A package with `allow` rules does not state its default.
    NoDefault = 304 Error "package with `allow` rules states no default";
    /// Selected packages disagree on an input's type.
    InputConflict = 305 Error "packages disagree on an input";
    /// An annotation that does not exist, or with the wrong arguments.
    BadAnnotation = 306 Error "unknown or wrong annotation";
    /// What this build of the engine cannot do.
    Unsupported = 307 Error "not available in this build";
    /// `x == false` on an optional: absent is not false.
    EqualsFalse = 308 Warning "absent is not `false`";
    /// A binding that nothing uses.
    UnusedBinding = 309 Warning "unused binding";
    /// A datum that is wrong or missing.
    BadData = 310 Error "datum does not fit its type";
    /// A relation that depends on itself where rows that come later could take earlier ones away.
    NotStratified = 311 Error "relation depends on itself where it may not";
    /// A recursive block whose rows need not come to an end.
    EndlessRelation = 312 Error "recursive rows without end";
    /// A recursive block that walks its relation twice.
    NonLinear = 313 Warning "relation walked twice in its own block";
    /// An `audit rule` that reads an input.
    AuditReadsInput = 314 Error "audit rule reads input";
    /// Work on data alone that exceeds its limit.
    LoadLimit = 315 Error "work on data exceeds its limit";
    /// A schema that cannot be found, read or understood.
    BadSchema = 316 Error "schema cannot be used";
    /// A part of a schema that no type can say, so that its type is wider.
    VagueSchema = 317 Warning "type is wider than it could be";
    /// A keyword of a schema that nothing knows.
    UnknownKeyword = 318 Warning "unknown keyword in a schema";
    /// A clause that is never passed, so that what stands below it is never done.
    NothingPasses = 319 Warning "rule can never fire";
    /// An import that nothing uses.
    UnusedImport = 320 Warning "unused import";
    /// Two rules with the same body and effect.
    EqualRules = 321 Warning "two equal rules";
    /// An operation on a text that has a structure of its own.
    RawText = 322 Warning "text operation on a structured field";
    /// A `fix` or `mutate` that cannot be done.
    BadEdit = 323 Error "edit cannot be done";
    /// The default of a datum that is no constant.
    DataDefault = 324 Error "default of a datum is no constant";

    // 04xx: tests
    /// A `test` block that is not well formed.
    BadTest = 401 Error "test is not well formed";
    /// What a test expects does not hold.
    Expectation = 402 Error "test expects something else";
    /// A test that cannot be run to its end.
    TestFault = 403 Error "test cannot be run";
    /// A fix that leaves the finding in place.
    BadFix = 404 Error "fix does not mend";
    /// A function for tests, called elsewhere.
    TestOnly = 405 Error "function for tests only";

    // 05xx: settings of a host, such as ward.toml
    /// A file of settings that cannot be read, or a value of the wrong type in it.
    BadSetting = 501 Error "setting cannot be read";
    /// A key that no setting has.
    UnknownSetting = 502 Error "unknown setting";
    /// A setting that speaks of a rule or package that does not exist.
    UnknownRule = 503 Error "unknown rule";
    /// A package that cannot be used in this way.
    BadUse = 504 Error "package cannot be used so";
    /// A level that cannot be set.
    BadLevel = 505 Error "level cannot be set";
    /// An exemption that is not complete.
    BadExemption = 506 Error "exemption is not complete";
    /// Two settings that contradict each other.
    Contradiction = 507 Error "settings contradict each other";
}

impl Code {
    /// The code that is written so: `W0203`.
    pub fn parse(text: &str) -> Option<Self> {
        let number = text.strip_prefix(['W', 'w'])?;
        let number: u16 = (number.len() == 4).then(|| number.parse().ok())??;
        Self::ALL.iter().copied().find(|code| code.number() == number)
    }
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "W{:04}", self.number())
    }
}
