//! Operators: one row each, shared by syntax, checker and evaluators.

macro_rules! operators {
    ($(#[$meta:meta])* $name:ident { $($(#[doc = $doc:literal])+ $variant:ident $symbol:literal $precedence:literal,)+ }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum $name { $($(#[doc = $doc])+ $variant,)+ }

        impl $name {
            /// All of them.
            pub const ALL: &[Self] = &[$(Self::$variant,)+];

            /// How it is written.
            pub const fn symbol(self) -> &'static str {
                match self { $(Self::$variant => $symbol,)+ }
            }

            /// How tightly it binds: larger is tighter.
            pub const fn precedence(self) -> u8 {
                match self { $(Self::$variant => $precedence,)+ }
            }
        }
    };
}

operators! {
    /// Operators between two operands.
    BinaryOp {
        /// True if one of both is.
        Or "or" 1,
        /// True if both are.
        And "and" 2,
        /// Equal by value.
        Equal "==" 4,
        /// Not equal by value.
        NotEqual "!=" 4,
        /// Less.
        Less "<" 4,
        /// Less or equal.
        LessEqual "<=" 4,
        /// Greater.
        Greater ">" 4,
        /// Greater or equal.
        GreaterEqual ">=" 4,
        /// An element of.
        In "in" 4,
        /// Not an element of.
        NotIn "not in" 4,
        /// The whole text is of the glob.
        Like "like" 4,
        /// The whole text is of the regular expression.
        Matches "matches" 4,
        /// The left one, or the right one where it is absent.
        Coalesce "??" 5,
        /// Sum; joins lists and texts, unites sets.
        Add "+" 6,
        /// Difference; takes a set away.
        Subtract "-" 6,
        /// Product.
        Multiply "*" 7,
        /// Quotient, a float.
        Divide "/" 7,
        /// Remainder of the floored quotient.
        Remainder "%" 7,
    }
}

operators! {
    /// Operators before one operand.
    UnaryOp {
        /// True if the operand is false.
        Not "not" 3,
        /// The number with the other sign.
        Negate "-" 8,
    }
}
