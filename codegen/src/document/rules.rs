//! Rules of the YAML and JSON readers.

use super::diagnostic::document_rules;

document_rules! {
    DOCUMENT_TOO_LARGE = "document-too-large":
        "The file exceeds the size limit"
        => "remove generated or unused parts";
    INVALID_YAML = "invalid-yaml":
        "The file is not valid YAML or JSON"
        => "look for wrong indentation, a missing quote or a stray `:` just before this position";
    MULTIPLE_DOCUMENTS = "multiple-documents":
        "The file contains a second YAML document"
        => "keep one document per file";
    NESTING_TOO_DEEP = "nesting-too-deep":
        "The document exceeds the nesting limit"
        => "move inner schemas to `components` and refer to them with `$ref`";
    TOO_MANY_VALUES = "too-many-values":
        "The document exceeds the limit of values, aliases expanded"
        => "replace aliases by `$ref`";
    INVALID_KEY = "invalid-key":
        "A mapping key is a sequence or a mapping"
        => "use a string as the key";
    DUPLICATE_KEY = "duplicate-key":
        "A mapping contains the same key twice"
        => "remove one of the two entries";
    RECURSIVE_ALIAS = "recursive-alias":
        "A YAML alias refers to a value that contains it"
        => "write the value out, or refer to a component with `$ref`";
    UNSUPPORTED_TAG = "unsupported-tag":
        "A YAML tag is not one of the core schema's"
        => "remove the tag, or use `!!str`, `!!int`, `!!float`, `!!bool`, `!!null`, `!!seq` or `!!map`";
    MISMATCHED_TAG = "mismatched-tag":
        "A value does not have the form that its YAML tag requires"
        => "correct the value, or remove the tag";
    UNREPRESENTABLE_NUMBER = "unrepresentable-number":
        "A number is infinite, not a number, or beyond 64-bit floating point"
        => "use a number in range, or quote the value if it is a string";
}
