//! The bytes of a checked program. Each part names all its fields and variants: one that is added to the IR
//! does not compile until it is written, too.

use alloc::vec::Vec;

use wardlaw_lang::{
    FileId, Span,
    builtin::{BUILTINS, Builtin},
    ir::{
        self, Arm, ArmTest, Block, Clause, ClauseKind, ComprehensionKind, Data, Edit, EditAction, Effect,
        EffectKind, Expr, FileInfo, Function, Input, Let, Package, Pattern, Place, PlaceStep, Relation, Rule,
        RuleSeverity,
    },
    syntax::{
        ast::DocumentFormat,
        operator::{BinaryOp, UnaryOp},
    },
    types::{Field, Literal, Named, NamedId, Opaque, Origin, Type, TypeId, packed, table::Table},
};

use super::codec::{Coded, Read, Reader, ids, structures, variants};

ids!(
    FileId,
    NamedId,
    TypeId,
    packed::TypeId,
    ir::ExprId,
    ir::LocalId,
    ir::InputId,
    ir::DataId,
    ir::LetId,
    ir::FunctionId,
    ir::RelationId,
    ir::PackageId,
    ir::StringId,
);

/// Of a table that this version of the crate has: their number in it.
macro_rules! numbered {
    ($($type:ty, $all:expr;)+) => {$(
        impl Coded for $type {
            fn write(&self, out: &mut Vec<u8>) {
                (*self as u32).write(out);
            }

            fn read(reader: &mut Reader<'_>) -> Read<Self> {
                let number = u32::read(reader)?;
                $all(number as usize).ok_or(reader.damaged())
            }
        }
    )+};
}

numbered!(
    Builtin, |number: usize| BUILTINS.get(number).map(|row| row.builtin);
    BinaryOp, |number: usize| BinaryOp::ALL.get(number).copied();
    UnaryOp, |number: usize| UnaryOp::ALL.get(number).copied();
    Opaque, |number: usize| Opaque::ALL.get(number).copied();
);

impl Coded for Span {
    /// The length in place of the end: it is short.
    fn write(&self, out: &mut Vec<u8>) {
        self.file.write(out);
        self.start.write(out);
        self.end.saturating_sub(self.start).write(out);
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let (file, start, length) = (FileId::read(reader)?, u32::read(reader)?, u32::read(reader)?);
        Ok(Self::new(file, start, start.saturating_add(length)))
    }
}

impl Coded for FileInfo {
    /// The lengths of lines in place of where they begin.
    fn write(&self, out: &mut Vec<u8>) {
        let Self { name, lines } = self;
        name.write(out);
        lines.len().write(out);
        let mut before = 0;
        for line in lines {
            line.saturating_sub(before).write(out);
            before = *line;
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        let name = Coded::read(reader)?;
        let mut lines = Vec::<u32>::read(reader)?;
        let mut before = 0_u32;
        for line in &mut lines {
            *line = line.saturating_add(before);
            before = *line;
        }
        Ok(Self { name, lines })
    }
}

structures! {
    Package { path, selected, reached, instance_of, default_deny }
    Input { name, ty, span }
    Data { name, ty, default, locals, span }
    Let { name, value, locals, reads_input }
    Function { name, params, param_types, locals, body }
    Relation { name, columns, blocks, reads_input, stratum, span }
    Block { clauses, value, locals }
    Rule { package, name, title, description, severity, controls, aliases, span, audit, clauses, effect, locals }
    Clause { kind, span }
    Effect { kind, span, message, places, edits, anchors }
    Place { root, steps, span }
    Edit { action, place, value }
    Arm { tests, binding, guard, value }
    Field { name, ty }
    Named { name, origin, body }
    Table { structures, named, namespaces, imported, common }
}

variants! {
    RuleSeverity { 0 Info, 1 Low, 2 Medium, 3 High, 4 Critical, }
    DocumentFormat { 0 Yaml, 1 Json, }
    EffectKind { 0 Deny, 1 Warn, 2 Allow, 3 Mutate, }
    EditAction { 0 Set, 1 Add, 2 Remove, }
    PlaceStep { 0 Field(name), 1 Index(index), }
    ClauseKind {
        0 Given { local, value },
        1 For { pattern, source },
        2 Let { pattern, value },
        3 When(condition),
        4 Unless(condition),
    }
    ComprehensionKind {
        0 List, 1 Set, 2 Map, 3 Any, 4 All, 5 None, 6 Count, 7 Sum, 8 Min, 9 Max, 10 Yield,
    }
    ArmTest { 0 Always, 1 Null, 2 Bool(truth), 3 Int(number), 4 Text(text), 5 Type(ty), }
    Expr {
        0 Null,
        1 Bool(truth),
        2 Int(number),
        3 Float(number),
        4 Text(text),
        5 Document { format, text, content },
        6 Local(local),
        7 Input(input),
        8 Data(data),
        9 Let(definition),
        10 Relation(relation),
        11 Field { base, name, optional },
        12 Index { base, index, optional },
        13 Call { function, arguments },
        14 Builtin { builtin, arguments },
        15 Binary { op, left, right },
        16 Unary { op, operand },
        17 Is { value, ty },
        18 Narrow { value, ty },
        19 If { condition, then, otherwise },
        20 Match { value, arms },
        21 Tuple(items),
        22 List(items),
        23 Set(items),
        24 Map(pairs),
        25 Record(fields),
        26 Comprehension { kind, clauses, key, head },
        27 Interpolate(parts),
        28 As { value },
    }
    Literal { 0 Text(text), 1 Int(number), 2 Bool(truth), }
    Type {
        0 Error, 1 Never, 2 Any, 3 Null, 4 Bool, 5 Int, 6 Float, 7 String,
        8 Literal(literal),
        9 Opaque(opaque),
        10 List(element),
        11 Set(element),
        12 Map(value),
        13 Tuple(members),
        14 Record(fields),
        15 Union(members),
        16 Optional(inner),
        17 Named(named),
    }
    Origin { 0 Packed(namespace, id), 1 Source, }
}

impl Coded for Pattern {
    fn write(&self, out: &mut Vec<u8>) {
        match self {
            Self::Ignore => out.push(0),
            Self::Bind(local) => {
                out.push(1);
                local.write(out);
            }
            Self::Tuple(parts) => {
                out.push(2);
                parts.write(out);
            }
        }
    }

    fn read(reader: &mut Reader<'_>) -> Read<Self> {
        Ok(match reader.byte()? {
            0 => Self::Ignore,
            1 => Self::Bind(Coded::read(reader)?),
            2 => Self::Tuple(reader.inside(Coded::read)?),
            _ => return Err(reader.damaged()),
        })
    }
}
