//! Tokens. One list: what logos recognises in code, what the lexer makes of texts, and the marks
//! that tell the grammar what to read. A token has no payload: its text is the source at its span.

use logos::Logos;

/// A token with its place in the file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Lexeme {
    /// First byte.
    pub(super) start: u32,
    /// Which.
    pub(super) token: Token,
    /// One past the last byte.
    pub(super) end: u32,
}

/// The kinds of tokens.
#[derive(Logos, Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[logos(skip r"[ \t\r\n\u{feff}]+")]
pub(super) enum Token {
    // Names and numbers.
    #[regex(r"[a-z_][A-Za-z0-9_]*")]
    Ident,
    #[regex(r"[A-Z][A-Za-z0-9_]*")]
    TypeIdent,
    #[regex(r"[0-9][0-9_]*")]
    Int,
    #[regex(r"[0-9][0-9_]*\.[0-9][0-9_]*([eE][+-]?[0-9]+)?")]
    #[regex(r"[0-9][0-9_]*[eE][+-]?[0-9]+")]
    Float,

    // Words that mean something only where an item can begin; names elsewhere.
    #[token("package")]
    Package,
    #[token("import")]
    Import,
    #[token("as")]
    As,
    #[token("input")]
    Input,
    #[token("data")]
    Data,
    #[token("default")]
    Default,
    #[token("type")]
    Type,
    #[token("rule")]
    Rule,
    #[token("audit")]
    Audit,
    #[token("relation")]
    Relation,
    #[token("test")]
    Test,
    #[token("at")]
    At,

    // Reserved words.
    #[token("let")]
    Let,
    #[token("fn")]
    Fn,
    #[token("given")]
    Given,
    #[token("for")]
    For,
    #[token("in")]
    In,
    #[token("when")]
    When,
    #[token("unless")]
    Unless,
    #[token("deny")]
    Deny,
    #[token("warn")]
    Warn,
    #[token("allow")]
    Allow,
    #[token("fix")]
    Fix,
    #[token("mutate")]
    Mutate,
    #[token("yield")]
    Yield,
    #[token("with")]
    With,
    #[token("expect")]
    Expect,
    #[token("no")]
    No,
    #[token("error")]
    ErrorWord,
    #[token("if")]
    If,
    #[token("then")]
    Then,
    #[token("else")]
    Else,
    #[token("match")]
    Match,
    #[token("and")]
    And,
    #[token("or")]
    Or,
    #[token("not")]
    Not,
    #[token("like")]
    Like,
    #[token("matches")]
    Matches,
    #[token("is")]
    Is,
    #[token("true")]
    True,
    #[token("false")]
    False,
    #[token("null")]
    Null,

    // Punctuation.
    #[token("{")]
    LBrace,
    #[token("}")]
    RBrace,
    #[token("[")]
    LBracket,
    #[token("]")]
    RBracket,
    #[token("(")]
    LParen,
    #[token(")")]
    RParen,
    #[token(",")]
    Comma,
    #[token(":")]
    Colon,
    #[token(".")]
    Dot,
    #[token("?.")]
    QuestionDot,
    #[token("?[")]
    QuestionBracket,
    #[token("??")]
    Coalesce,
    #[token("?")]
    Question,
    #[token("=")]
    Equals,
    #[token("==")]
    EqualEqual,
    #[token("!=")]
    NotEqual,
    #[token("<")]
    Less,
    #[token("<=")]
    LessEqual,
    #[token(">")]
    Greater,
    #[token(">=")]
    GreaterEqual,
    #[token("+")]
    Plus,
    #[token("-")]
    Minus,
    #[token("*")]
    Star,
    #[token("/")]
    Slash,
    #[token("%")]
    Percent,
    #[token("->")]
    Arrow,
    #[token("=>")]
    FatArrow,
    #[token("|")]
    Bar,
    #[token("@")]
    AtSign,

    // What the lexer itself reads on from; none of these reaches the grammar.
    #[token("//")]
    Comment,
    #[token("\"")]
    Quote,
    #[token("\"\"\"")]
    BlockQuote,
    #[regex("r#*\"")]
    RawQuote,
    #[token("yaml\"\"\"")]
    #[token("json\"\"\"")]
    DocumentQuote,
    /// How other languages write something that Wardlaw writes otherwise.
    #[token("&&")]
    #[token("||")]
    #[token("!")]
    #[token(":=")]
    #[token(";")]
    #[token("===")]
    #[token("!==")]
    #[token("<>")]
    #[token("=~")]
    #[token("::")]
    #[token("'")]
    #[token("#")]
    #[token("/*")]
    Foreign,

    // What the lexer makes of texts.
    /// `"` or `"""` that opens a text.
    TextStart,
    /// Literal text, escapes not yet resolved.
    TextPart,
    /// `{` in a text.
    HoleStart,
    /// The `}` that ends it.
    HoleEnd,
    /// The quotes that close a text; empty where they are missing.
    TextEnd,
    /// `r"…"`, `r#"…"#`.
    Raw,
    /// `yaml"""…"""`, `json"""…"""`.
    Document,
    /// An operand of which a diagnostic already says what is wrong.
    Bad,
    /// Something that is no token; a diagnostic says so.
    Error,

    // The first token the grammar sees says what the rest is to be read as.
    StartFile,
    StartPackage,
    StartItem,
    StartStep,
    StartTestClause,
    StartExpr,
}

impl Token {
    /// Words that may begin an item.
    pub(super) const ITEM_WORDS: &'static [&'static str] = &[
        "package", "import", "input", "data", "default", "type", "let", "fn", "rule", "audit", "relation",
        "test",
    ];
    /// Words that begin a clause or an effect of a body.
    pub(super) const CLAUSE_WORDS: &'static [&'static str] = &[
        "given", "for", "let", "when", "unless", "deny", "warn", "allow", "fix", "mutate", "yield",
    ];
    /// Words that begin a clause of a test.
    pub(super) const TEST_WORDS: &'static [&'static str] = &["with", "for", "let", "expect"];

    /// Whether it is a word that begins an item, at the right place.
    pub(super) fn begins_item(self) -> bool {
        matches!(
            self,
            Token::Package
                | Token::Import
                | Token::Input
                | Token::Data
                | Token::Default
                | Token::Type
                | Token::Let
                | Token::Fn
                | Token::Rule
                | Token::Audit
                | Token::Relation
                | Token::Test
        )
    }

    /// Whether it is a word that begins a clause or an effect, of a body or a test.
    pub(super) fn begins_clause(self) -> bool {
        matches!(
            self,
            Token::Given
                | Token::For
                | Token::Let
                | Token::When
                | Token::Unless
                | Token::Deny
                | Token::Warn
                | Token::Allow
                | Token::Fix
                | Token::Mutate
                | Token::Yield
                | Token::With
                | Token::Expect
        )
    }

    /// Whether it is a clause word that never stands inside brackets, unlike those of a comprehension.
    pub(super) fn begins_clause_only(self) -> bool {
        self.begins_clause()
            && !matches!(
                self,
                Token::Given | Token::For | Token::Let | Token::When | Token::Unless
            )
    }

    /// Whether it can be a name: an identifier, or a word that is a keyword only at some places.
    pub(super) fn is_name(self) -> bool {
        matches!(self, Token::Ident | Token::As | Token::At)
            || (self.begins_item() && !matches!(self, Token::Let | Token::Fn))
    }

    /// Whether it is a word that can never be a name.
    pub(super) fn is_reserved(self) -> bool {
        (Token::Let..=Token::Null).contains(&self)
    }

    /// Whether it opens a bracket of any kind, the hole of a text included.
    pub(super) fn opens(self) -> bool {
        matches!(
            self,
            Token::LBrace | Token::LBracket | Token::LParen | Token::QuestionBracket | Token::HoleStart
        )
    }

    /// Whether it closes a bracket of any kind.
    pub(super) fn closes(self) -> bool {
        matches!(
            self,
            Token::RBrace | Token::RBracket | Token::RParen | Token::HoleEnd
        )
    }

    /// The token that closes what this one opens.
    pub(super) fn closer(self) -> Option<Token> {
        match self {
            Token::LBrace => Some(Token::RBrace),
            Token::LBracket | Token::QuestionBracket => Some(Token::RBracket),
            Token::LParen => Some(Token::RParen),
            Token::HoleStart => Some(Token::HoleEnd),
            _ => None,
        }
    }

    /// Whether it is a comparison operator (`not in` begins with [`Token::Not`]).
    pub(super) fn compares(self) -> bool {
        matches!(
            self,
            Token::EqualEqual
                | Token::NotEqual
                | Token::Less
                | Token::LessEqual
                | Token::Greater
                | Token::GreaterEqual
                | Token::In
                | Token::Like
                | Token::Matches
                | Token::Is
        )
    }

    /// Whether it is an arithmetic operator between two operands.
    pub(super) fn computes(self) -> bool {
        matches!(
            self,
            Token::Plus | Token::Minus | Token::Star | Token::Slash | Token::Percent
        )
    }

    /// Whether an operand can end with it.
    pub(super) fn ends_operand(self) -> bool {
        self.is_name()
            || self.closes()
            || matches!(
                self,
                Token::TypeIdent
                    | Token::Int
                    | Token::Float
                    | Token::True
                    | Token::False
                    | Token::Null
                    | Token::TextEnd
                    | Token::Raw
                    | Token::Document
                    | Token::Bad
            )
    }

    /// Whether an operand can begin with it.
    pub(super) fn begins_operand(self) -> bool {
        self.is_name()
            || matches!(
                self,
                Token::Int
                    | Token::Float
                    | Token::True
                    | Token::False
                    | Token::Null
                    | Token::TextStart
                    | Token::Raw
                    | Token::Document
                    | Token::Bad
                    | Token::LParen
                    | Token::LBracket
                    | Token::LBrace
                    | Token::Minus
                    | Token::Not
                    | Token::If
                    | Token::Match
            )
    }
}
