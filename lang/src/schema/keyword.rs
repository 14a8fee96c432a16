//! The keywords of JSON Schema (draft 4 to 2020-12), OpenAPI and Kubernetes: those that say something of
//! a type, and those that do not. Others are warned of: a keyword that nothing knows says nothing.

/// Keywords that a type is made of.
const TYPED: &[&str] = &[
    "$ref",
    "additionalItems",
    "additionalProperties",
    "allOf",
    "anyOf",
    "const",
    "dependencies",
    "dependentSchemas",
    "else",
    "enum",
    "format",
    "if",
    "items",
    "maxItems",
    "minItems",
    "nullable",
    "oneOf",
    "patternProperties",
    "prefixItems",
    "properties",
    "required",
    "then",
    "type",
    "unevaluatedProperties",
];

/// Keywords that are looked for elsewhere, restrict values within a type, or describe.
const OTHER: &[&str] = &[
    "$anchor",
    "$comment",
    "$defs",
    "$dynamicAnchor",
    "$dynamicRef",
    "$id",
    "$recursiveAnchor",
    "$recursiveRef",
    "$schema",
    "$vocabulary",
    "collectionFormat",
    "contains",
    "contentEncoding",
    "contentMediaType",
    "contentSchema",
    "default",
    "defaultSnippets",
    "definitions",
    "dependentRequired",
    "deprecated",
    "deprecationMessage",
    "description",
    "discriminator",
    "doNotSuggest",
    "enumDescriptions",
    "errorMessage",
    "example",
    "examples",
    "exclusiveMaximum",
    "exclusiveMinimum",
    "externalDocs",
    "id",
    "markdownDescription",
    "markdownEnumDescriptions",
    "maxContains",
    "maxLength",
    "maxProperties",
    "maximum",
    "minContains",
    "minLength",
    "minProperties",
    "minimum",
    "multipleOf",
    "not",
    "pattern",
    "propertyNames",
    "readOnly",
    "suggestSortText",
    "title",
    "tsType",
    "unevaluatedItems",
    "uniqueItems",
    "writeOnly",
    "xml",
];

/// Extensions of Kubernetes that a type is made of.
const EXTENSIONS: &[&str] = &[
    "x-kubernetes-embedded-resource",
    "x-kubernetes-int-or-string",
    "x-nullable",
];

/// Whether anything knows the keyword; every `x-…` is somebody's.
pub(super) fn is_known(keyword: &str) -> bool {
    keyword.starts_with("x-")
        || TYPED.binary_search(&keyword).is_ok()
        || OTHER.binary_search(&keyword).is_ok()
}

/// Whether the keyword bears on the type.
pub(super) fn is_typed(keyword: &str) -> bool {
    TYPED.binary_search(&keyword).is_ok()
        || EXTENSIONS.binary_search(&keyword).is_ok()
        || matches!(keyword, "$dynamicRef" | "$recursiveRef")
}

/// All keywords, for suggestions.
pub(super) fn all() -> impl Iterator<Item = &'static str> {
    TYPED.iter().chain(OTHER).copied()
}
