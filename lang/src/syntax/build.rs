//! What the actions of the grammar call: nodes of the tree, with spans, depth and literal values.
//!
//! Depth is limited here: a node that would be deeper than [`MAX_DEPTH`] is replaced by an error
//! node, so no tree is ever deeper, not even while it is built or dropped.
#![expect(
    clippy::unnecessary_box_returns,
    clippy::vec_box,
    reason = "what the grammar hands on is boxed, so that its symbols are small"
)]

mod expr;

use alloc::{borrow::Cow, boxed::Box, format, vec, vec::Vec};

use crate::{
    code::Code,
    diagnostic::Diagnostic,
    span::{FileId, Span},
    syntax::{
        MAX_DEPTH,
        ast::{
            DocumentFormat, ExpectedEffect, Expr, ExprKind, File, Item, ItemKind, Key, Name, Pair, PairKey,
            Path, Pattern, Place, PlaceStep, Step, StepKind, TestClause, TestClauseKind, Text, TextPart,
            Type, TypeKind,
        },
        literal::{self, Piece},
    },
};

/// What the grammar reads.
#[derive(Debug)]
pub(super) enum Root<'s> {
    /// A whole file.
    File(File<'s>),
    /// The path of the `package` line.
    Package(Path<'s>),
    /// One declaration.
    Item(Item<'s>),
    /// One clause or effect of a body.
    Step(Step<'s>),
    /// One clause of a test.
    TestClause(TestClause<'s>),
    /// One expression.
    Expr(Expr<'s>),
}

/// Something with its depth, where the tree itself does not record it.
#[derive(Debug)]
pub(super) struct Deep<T> {
    pub(super) value: T,
    pub(super) depth: u16,
}

/// `{e}` in a text, and the range of the literal text behind it.
pub(super) type Hole<'s> = (Box<Expr<'s>>, Option<(u32, u32)>);

/// The state of the actions.
#[derive(Debug)]
pub(super) struct Build<'s> {
    file: FileId,
    source: &'s str,
    /// What the actions found wrong; it does not keep the tree from being built.
    pub(super) diagnostics: Vec<Diagnostic>,
    /// Integers of value 2⁶³: right only directly after a minus.
    minimum: Vec<Span>,
}

impl<'s> Build<'s> {
    /// Nothing built yet.
    pub(super) fn new(file: FileId, source: &'s str) -> Self {
        Self {
            file,
            source,
            diagnostics: Vec::new(),
            minimum: Vec::new(),
        }
    }

    /// What was found wrong, when everything is built.
    pub(super) fn finish(mut self) -> Vec<Diagnostic> {
        let minimum = core::mem::take(&mut self.minimum);
        for span in minimum {
            self.diagnostics.push(out_of_range(span));
        }
        self.diagnostics
    }

    pub(super) fn span(&self, start: u32, end: u32) -> Span {
        Span::new(self.file, start, end)
    }

    fn slice(&self, start: u32, end: u32) -> &'s str {
        self.source.get(start as usize..end as usize).unwrap_or("")
    }

    // ---- items and clauses; those who know where they stand say so later

    pub(super) fn item(&self, kind: ItemKind<'s>) -> Box<Item<'s>> {
        Box::new(Item {
            docs: Vec::new(),
            annotations: Vec::new(),
            kind,
            span: self.span(0, 0),
        })
    }

    pub(super) fn step(&self, kind: StepKind<'s>) -> Box<Step<'s>> {
        let span = self.span(0, 0);
        Box::new(Step { kind, span })
    }

    pub(super) fn spanned(&self, start: u32, end: u32, mut step: Box<Step<'s>>) -> Box<Step<'s>> {
        step.span = self.span(start, end);
        step
    }

    // ---- names

    pub(super) fn name(&self, start: u32, end: u32) -> Name<'s> {
        Name {
            text: self.slice(start, end),
            span: self.span(start, end),
        }
    }

    pub(super) fn text_key(&mut self, text: Text<'s>) -> Key<'s> {
        let span = text.span;
        Key {
            text: self.constant(text, "a key", "write `[\"…\"]: value` to compute a key"),
            span,
        }
    }

    /// The text where nothing may be interpolated.
    fn constant(&mut self, text: Text<'s>, what: &str, help: &'static str) -> Cow<'s, str> {
        let span = text.span;
        let mut parts = text.parts.into_iter();
        match (parts.next(), parts.next()) {
            (None, _) => Cow::Borrowed(""),
            (Some(TextPart::Literal(text)), None) => text,
            _ => {
                let message = format!("{what} cannot contain `{{…}}`");
                self.diagnostics
                    .push(Diagnostic::new(Code::Syntax, span, message).with_help(help));
                Cow::Borrowed("")
            }
        }
    }

    // ---- depth

    fn too_deep(&mut self, span: Span) {
        self.diagnostics.push(too_deep(span));
    }

    /// An expression whose deepest operand has the given depth.
    fn expr(&mut self, span: Span, below: u16, kind: ExprKind<'s>) -> Box<Expr<'s>> {
        if below >= MAX_DEPTH {
            self.too_deep(span);
            return Box::new(Expr {
                kind: ExprKind::Error,
                span,
                depth: 1,
            });
        }
        Box::new(Expr {
            kind,
            span,
            depth: below + 1,
        })
    }

    /// A type whose deepest part has the given depth.
    pub(super) fn ty(&mut self, start: u32, end: u32, kind: TypeKind<'s>, below: u16) -> Box<Type<'s>> {
        let span = self.span(start, end);
        if below >= MAX_DEPTH {
            self.too_deep(span);
            return Box::new(Type {
                kind: TypeKind::Error,
                span,
                depth: 1,
            });
        }
        Box::new(Type {
            kind,
            span,
            depth: below + 1,
        })
    }

    pub(super) fn tuple_pattern(
        &mut self,
        start: u32,
        end: u32,
        first: Deep<Pattern<'s>>,
        rest: Vec<Deep<Pattern<'s>>>,
    ) -> Deep<Pattern<'s>> {
        let span = self.span(start, end);
        let depth = rest.iter().map(|deep| deep.depth).max().unwrap_or(0);
        let depth = depth.max(first.depth);
        let rest = rest.into_iter().map(|deep| deep.value);
        let patterns = core::iter::once(first.value).chain(rest).collect();
        if depth >= MAX_DEPTH {
            self.too_deep(span);
            let name = Name { text: "_", span };
            return Deep {
                value: Pattern::Name(name),
                depth: 1,
            };
        }
        Deep {
            value: Pattern::Tuple(patterns, span),
            depth: depth + 1,
        }
    }

    // ---- types

    pub(super) fn wrap_type(
        &mut self,
        start: u32,
        end: u32,
        inner: Box<Type<'s>>,
        kind: fn(Box<Type<'s>>) -> TypeKind<'s>,
    ) -> Box<Type<'s>> {
        let depth = inner.depth;
        self.ty(start, end, kind(inner), depth)
    }

    pub(super) fn paren_type(&mut self, start: u32, end: u32, mut inner: Box<Type<'s>>) -> Box<Type<'s>> {
        inner.span = self.span(start, end);
        inner
    }

    pub(super) fn map_type(
        &mut self,
        start: u32,
        end: u32,
        key: Box<Type<'s>>,
        value: Box<Type<'s>>,
    ) -> Box<Type<'s>> {
        let depth = key.depth.max(value.depth);
        self.ty(start, end, TypeKind::Map(key, value), depth)
    }

    pub(super) fn record_type(
        &mut self,
        start: u32,
        end: u32,
        fields: Vec<Box<(Key<'s>, Type<'s>)>>,
    ) -> Box<Type<'s>> {
        let depth = fields.iter().map(|field| field.1.depth).max().unwrap_or(0);
        self.ty(start, end, TypeKind::Record(unbox(fields)), depth)
    }

    pub(super) fn tuple_type(
        &mut self,
        start: u32,
        end: u32,
        first: Box<Type<'s>>,
        mut rest: Vec<Box<Type<'s>>>,
    ) -> Box<Type<'s>> {
        rest.insert(0, first);
        let types = unbox(rest);
        let depth = deepest(&types);
        self.ty(start, end, TypeKind::Tuple(types), depth)
    }

    pub(super) fn union(&mut self, types: Vec<Box<Type<'s>>>) -> Box<Type<'s>> {
        let start = types.first().map_or(0, |ty| ty.span.start);
        let end = types.last().map_or(start, |ty| ty.span.end);
        let types = unbox(types);
        let depth = deepest(&types);
        self.ty(start, end, TypeKind::Union(types), depth)
    }

    pub(super) fn text_type(&mut self, start: u32, end: u32, text: Text<'s>) -> Box<Type<'s>> {
        let depth = text_depth(&text);
        self.ty(start, end, TypeKind::Text(text), depth)
    }

    pub(super) fn int_type(&mut self, start: u32, end: u32) -> Box<Type<'s>> {
        let kind = match self.signed(start, end, false) {
            Some(value) => TypeKind::Int(value),
            None => TypeKind::Error,
        };
        self.ty(start, end, kind, 0)
    }

    // ---- literals

    /// The value of an integer literal; `None`, and a diagnostic, where it does not fit.
    fn signed(&mut self, start: u32, end: u32, negative: bool) -> Option<i64> {
        let value = literal::magnitude(self.slice(start, end)).and_then(|value| {
            if negative {
                0i64.checked_sub_unsigned(value)
            } else {
                i64::try_from(value).ok()
            }
        });
        if value.is_none() {
            let span = self.span(start, end);
            self.diagnostics.push(out_of_range(span));
        }
        value
    }

    pub(super) fn leaf(&mut self, start: u32, end: u32, kind: ExprKind<'s>) -> Box<Expr<'s>> {
        let span = self.span(start, end);
        self.expr(span, 0, kind)
    }

    pub(super) fn name_expr(&mut self, name: Name<'s>) -> Box<Expr<'s>> {
        self.expr(name.span, 0, ExprKind::Name(name.text))
    }

    pub(super) fn int(&mut self, start: u32, end: u32) -> Box<Expr<'s>> {
        let kind = if literal::magnitude(self.slice(start, end)) == Some(i64::MIN.unsigned_abs()) {
            // `unary` takes it off the list again where a minus stands before it.
            let span = self.span(start, end);
            self.minimum.push(span);
            ExprKind::Error
        } else {
            match self.signed(start, end, false) {
                Some(value) => ExprKind::Int(value),
                None => ExprKind::Error,
            }
        };
        self.leaf(start, end, kind)
    }

    pub(super) fn float(&mut self, start: u32, end: u32) -> Box<Expr<'s>> {
        let kind = if let Some(value) = literal::float(self.slice(start, end)) {
            ExprKind::Float(value)
        } else {
            let span = self.span(start, end);
            self.diagnostics.push(
                Diagnostic::new(Code::BadNumber, span, "the number is too large for a `float`")
                    .with_help("the largest `float` is about 1.8e308"),
            );
            ExprKind::Error
        };
        self.leaf(start, end, kind)
    }

    /// `r"…"`, `r#"…"#`, and `'…'`, of which the lexer has complained.
    pub(super) fn raw(&mut self, start: u32, end: u32) -> Box<Expr<'s>> {
        let text = self.slice(start, end);
        let text = if let Some(text) = text.strip_prefix('\'') {
            text.strip_suffix('\'').unwrap_or(text)
        } else {
            let text = text.strip_prefix('r').unwrap_or(text);
            let hashes = text.bytes().take_while(|b| *b == b'#').count();
            let inner = text.get(hashes + 1..).unwrap_or("");
            let closed = inner.len().checked_sub(hashes + 1);
            closed
                .filter(|at| inner.as_bytes().get(*at) == Some(&b'"'))
                .and_then(|at| inner.get(..at))
                .unwrap_or(inner)
        };
        let kind = ExprKind::Raw(Cow::Borrowed(text));
        self.leaf(start, end, kind)
    }

    /// `yaml"""…"""`, `json"""…"""`.
    pub(super) fn document(&mut self, start: u32, end: u32) -> Box<Expr<'s>> {
        const OPENING: usize = "yaml\"\"\"".len();
        let text = self.slice(start, end);
        let format = if text.starts_with("yaml") {
            DocumentFormat::Yaml
        } else {
            DocumentFormat::Json
        };
        let inner = text.get(OPENING..).unwrap_or("");
        let inner = inner.strip_suffix("\"\"\"").unwrap_or(inner);
        let from = start + OPENING as u32;
        let content = self.span(from, from + inner.len() as u32);
        let text = literal::dedent(&[Piece::Literal(inner)])
            .pop()
            .unwrap_or_default();
        self.leaf(
            start,
            end,
            ExprKind::Document {
                format,
                text,
                content,
            },
        )
    }

    /// A text; what is literal in it is a range of the source.
    pub(super) fn text(
        &mut self,
        start: u32,
        end: u32,
        first: Option<(u32, u32)>,
        rest: Vec<Hole<'s>>,
    ) -> Text<'s> {
        let span = self.span(start, end);
        let block = self.slice(start, end).starts_with("\"\"\"");
        let mut dedented = Vec::new().into_iter();
        if block {
            let mut pieces = Vec::with_capacity(2 * rest.len() + 1);
            pieces.extend(first.map(|(start, end)| Piece::Literal(self.slice(start, end))));
            for (_, literal) in &rest {
                pieces.push(Piece::Other);
                pieces.extend(literal.map(|(start, end)| Piece::Literal(self.slice(start, end))));
            }
            dedented = literal::dedent(&pieces).into_iter();
        }
        let mut literal = |(start, end)| {
            let text = if block {
                match dedented.next().unwrap_or_default() {
                    Cow::Borrowed(text) => literal::unescape(text),
                    Cow::Owned(text) => Cow::Owned(literal::unescape(&text).into_owned()),
                }
            } else {
                literal::unescape(self.slice(start, end))
            };
            (!text.is_empty()).then_some(TextPart::Literal(text))
        };
        let mut parts = Vec::with_capacity(2 * rest.len() + 1);
        parts.extend(first.and_then(&mut literal));
        for (hole, behind) in rest {
            parts.push(TextPart::Expr(hole));
            parts.extend(behind.and_then(&mut literal));
        }
        Text { parts, span }
    }

    pub(super) fn text_expr(&mut self, text: Text<'s>) -> Box<Expr<'s>> {
        self.expr(text.span, text_depth(&text), ExprKind::Text(text))
    }
}

/// Puts the elements of a list side by side.
pub(super) fn unbox<T>(all: Vec<Box<T>>) -> Vec<T> {
    all.into_iter().map(|one| *one).collect()
}

pub(super) fn pair<'s>(key: PairKey<'s>, value: Expr<'s>) -> Box<Pair<'s>> {
    Box::new(Pair { key, value })
}

pub(super) fn expected<'s>(
    no: bool,
    (effect, rule, at): (ExpectedEffect, Option<Path<'s>>, Option<Text<'s>>),
) -> Box<TestClauseKind<'s>> {
    Box::new(TestClauseKind::ExpectFinding { no, effect, rule, at })
}

pub(super) fn path(name: Name<'_>) -> Path<'_> {
    Path {
        span: name.span,
        names: vec![name],
    }
}

pub(super) fn longer_path<'s>(mut path: Path<'s>, name: Name<'s>) -> Path<'s> {
    path.span = path.span.to(name.span);
    path.names.push(name);
    path
}

pub(super) fn longer_place<'s>(mut place: Box<Place<'s>>, step: PlaceStep<'s>, end: u32) -> Box<Place<'s>> {
    place.steps.push(step);
    place.span.end = end;
    place
}

pub(super) fn field_key(name: Name<'_>) -> Key<'_> {
    Key {
        text: Cow::Borrowed(name.text),
        span: name.span,
    }
}

/// The diagnostic for an integer that does not fit.
fn out_of_range(span: Span) -> Diagnostic {
    Diagnostic::new(Code::BadNumber, span, "the integer does not fit in 64 bits").with_help(
        "an `int` lies between -9223372036854775808 and 9223372036854775807; write `1.0e19` for a `float`",
    )
}

/// The diagnostic for what nests too deeply; callers see to it that a file has at most one.
pub(super) fn too_deep(span: Span) -> Diagnostic {
    Diagnostic::new(
        Code::TooDeep,
        span,
        format!("this nests deeper than {MAX_DEPTH} levels"),
    )
    .with_help("give parts of it a name with `let`; a long chain of one operator counts a level for each")
}

fn deepest(types: &[Type<'_>]) -> u16 {
    types.iter().map(|ty| ty.depth).max().unwrap_or(0)
}

fn text_depth(text: &Text<'_>) -> u16 {
    text.parts
        .iter()
        .map(|part| match part {
            TextPart::Literal(_) => 0,
            TextPart::Expr(e) => e.depth,
        })
        .max()
        .unwrap_or(0)
}
