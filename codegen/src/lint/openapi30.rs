//! The grammar of OpenAPI 3.0.3: all object types and their fields.
//!
//! Names and order follow <https://spec.openapis.org/oas/v3.0.3>.

use ValueType::{
    Any, Boolean, BooleanOr, Component, ComponentMap, Count, List, Map, NonEmptyList, Number,
    Object, Text,
};

/// An object type of the specification.
#[derive(Debug)]
pub(crate) struct ObjectType {
    /// The name in the specification, without the word "Object".
    pub name: &'static str,
    /// The fields with fixed names.
    pub fields: &'static [FixedField],
    /// The fields with names that the author chooses.
    pub patterned: Option<PatternedFields>,
    /// True if fields with the prefix `x-` are allowed.
    pub extensions: bool,
    /// The groups of fields that exclude each other.
    pub exclusive: &'static [ExclusiveFields],
}

/// A field with a fixed name.
#[derive(Debug)]
pub(crate) struct FixedField {
    /// The key.
    pub name: &'static str,
    /// The type of the value.
    pub value: ValueType,
    /// True if the field is required.
    pub required: bool,
}

/// Fields with names that the author chooses.
#[derive(Debug)]
pub(crate) struct PatternedFields {
    /// Returns whether a key is valid.
    pub accepts: fn(&str) -> bool,
    /// A description of valid keys.
    pub expected: &'static str,
    /// The fix for an invalid key.
    pub help: &'static str,
    /// The type of the values.
    pub value: ValueType,
}

/// Fields that exclude each other.
#[derive(Debug)]
pub(crate) struct ExclusiveFields {
    /// The keys.
    pub names: &'static [&'static str],
    /// True if one of the fields is required.
    pub required: bool,
}

/// The type of a value.
#[derive(Debug)]
pub(crate) enum ValueType {
    /// Any value.
    Any,
    /// A string.
    Text,
    /// One of several strings.
    OneOf(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// A non-negative integer.
    Count,
    /// An object.
    Object(&'static ObjectType),
    /// An object or a reference to an object.
    Component(&'static ObjectType),
    /// A map of components, whose names references use.
    ComponentMap(&'static ValueType),
    /// An array.
    List(&'static ValueType),
    /// An array with at least one element.
    NonEmptyList(&'static ValueType),
    /// A map with any keys.
    Map(&'static ValueType),
    /// A boolean or another type.
    BooleanOr(&'static ValueType),
}

/// The greatest count. typify stores counts in 32 bits and would truncate greater ones.
pub(crate) const MAX_COUNT: i128 = u32::MAX as i128;

/// The methods of a path item in the order of the specification.
pub(crate) const METHODS: &[&str] =
    &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const fn field(name: &'static str, value: ValueType) -> FixedField {
    FixedField { name, value, required: false }
}

const fn required(name: &'static str, value: ValueType) -> FixedField {
    FixedField { name, value, required: true }
}

const fn object(name: &'static str, fields: &'static [FixedField]) -> ObjectType {
    ObjectType { name, fields, patterned: None, extensions: true, exclusive: &[] }
}

const fn one_of(names: &'static [&'static str]) -> ExclusiveFields {
    ExclusiveFields { names, required: true }
}

const fn at_most_one_of(names: &'static [&'static str]) -> ExclusiveFields {
    ExclusiveFields { names, required: false }
}

pub(crate) static OPENAPI: ObjectType = object(
    "OpenAPI",
    &[
        required("openapi", Text),
        required("info", Object(&INFO)),
        field("servers", List(&Object(&SERVER))),
        required("paths", Object(&PATHS)),
        field("components", Object(&COMPONENTS)),
        field("security", List(&Map(&List(&Text)))),
        field("tags", List(&Object(&TAG))),
        field("externalDocs", Object(&EXTERNAL_DOCUMENTATION)),
    ],
);

static INFO: ObjectType = object(
    "Info",
    &[
        required("title", Text),
        field("description", Text),
        field("termsOfService", Text),
        field("contact", Object(&CONTACT)),
        field("license", Object(&LICENSE)),
        required("version", Text),
    ],
);

static CONTACT: ObjectType =
    object("Contact", &[field("name", Text), field("url", Text), field("email", Text)]);

static LICENSE: ObjectType = object("License", &[required("name", Text), field("url", Text)]);

pub(crate) static SERVER: ObjectType = object(
    "Server",
    &[
        required("url", Text),
        field("description", Text),
        field("variables", Map(&Object(&SERVER_VARIABLE))),
    ],
);

static SERVER_VARIABLE: ObjectType = object(
    "Server Variable",
    &[field("enum", NonEmptyList(&Text)), required("default", Text), field("description", Text)],
);

pub(crate) static COMPONENTS: ObjectType = object(
    "Components",
    &[
        field("schemas", ComponentMap(&Component(&SCHEMA))),
        field("responses", ComponentMap(&Component(&RESPONSE))),
        field("parameters", ComponentMap(&Component(&PARAMETER))),
        field("examples", ComponentMap(&Component(&EXAMPLE))),
        field("requestBodies", ComponentMap(&Component(&REQUEST_BODY))),
        field("headers", ComponentMap(&Component(&HEADER))),
        field("securitySchemes", ComponentMap(&Component(&SECURITY_SCHEME))),
        field("links", ComponentMap(&Component(&LINK))),
        field("callbacks", ComponentMap(&Component(&CALLBACK))),
    ],
);

static PATHS: ObjectType = ObjectType {
    patterned: Some(PatternedFields {
        accepts: |key| key.starts_with('/'),
        expected: "a path with a leading `/`",
        help: "add the leading `/`",
        value: Component(&PATH_ITEM),
    }),
    ..object("Paths", &[])
};

pub(crate) static PATH_ITEM: ObjectType = object(
    "Path Item",
    &[
        field("summary", Text),
        field("description", Text),
        field("get", Object(&OPERATION)),
        field("put", Object(&OPERATION)),
        field("post", Object(&OPERATION)),
        field("delete", Object(&OPERATION)),
        field("options", Object(&OPERATION)),
        field("head", Object(&OPERATION)),
        field("patch", Object(&OPERATION)),
        field("trace", Object(&OPERATION)),
        field("servers", List(&Object(&SERVER))),
        field("parameters", List(&Component(&PARAMETER))),
    ],
);

pub(crate) static OPERATION: ObjectType = object(
    "Operation",
    &[
        field("tags", List(&Text)),
        field("summary", Text),
        field("description", Text),
        field("externalDocs", Object(&EXTERNAL_DOCUMENTATION)),
        field("operationId", Text),
        field("parameters", List(&Component(&PARAMETER))),
        field("requestBody", Component(&REQUEST_BODY)),
        required("responses", Object(&RESPONSES)),
        field("callbacks", Map(&Component(&CALLBACK))),
        field("deprecated", Boolean),
        field("security", List(&Map(&List(&Text)))),
        field("servers", List(&Object(&SERVER))),
    ],
);

static EXTERNAL_DOCUMENTATION: ObjectType =
    object("External Documentation", &[field("description", Text), required("url", Text)]);

const STYLES: ValueType = ValueType::OneOf(&[
    "matrix",
    "label",
    "form",
    "simple",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
]);

const VALUE_CHOICES: &[ExclusiveFields] =
    &[one_of(&["schema", "content"]), at_most_one_of(&["example", "examples"])];

pub(crate) static PARAMETER: ObjectType = ObjectType {
    exclusive: VALUE_CHOICES,
    ..object(
        "Parameter",
        &[
            required("name", Text),
            required("in", ValueType::OneOf(&["query", "header", "path", "cookie"])),
            field("description", Text),
            field("required", Boolean),
            field("deprecated", Boolean),
            field("allowEmptyValue", Boolean),
            field("style", STYLES),
            field("explode", Boolean),
            field("allowReserved", Boolean),
            field("schema", Component(&SCHEMA)),
            field("example", Any),
            field("examples", Map(&Component(&EXAMPLE))),
            field("content", Map(&Object(&MEDIA_TYPE))),
        ],
    )
};

pub(crate) static REQUEST_BODY: ObjectType = object(
    "Request Body",
    &[
        field("description", Text),
        required("content", Map(&Object(&MEDIA_TYPE))),
        field("required", Boolean),
    ],
);

pub(crate) static MEDIA_TYPE: ObjectType = ObjectType {
    exclusive: &[at_most_one_of(&["example", "examples"])],
    ..object(
        "Media Type",
        &[
            field("schema", Component(&SCHEMA)),
            field("example", Any),
            field("examples", Map(&Component(&EXAMPLE))),
            field("encoding", Map(&Object(&ENCODING))),
        ],
    )
};

static ENCODING: ObjectType = object(
    "Encoding",
    &[
        field("contentType", Text),
        field("headers", Map(&Component(&HEADER))),
        field("style", STYLES),
        field("explode", Boolean),
        field("allowReserved", Boolean),
    ],
);

pub(crate) static RESPONSES: ObjectType = ObjectType {
    patterned: Some(PatternedFields {
        accepts: is_status,
        expected: "`default`, a status from `100` to `599`, or a range from `1XX` to `5XX`",
        help: "write a status such as `'404'`, or a range such as `4XX`",
        value: Component(&RESPONSE),
    }),
    ..object("Responses", &[field("default", Component(&RESPONSE))])
};

fn is_status(key: &str) -> bool {
    matches!(key.as_bytes(), [b'1'..=b'5', b'X', b'X'] | [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
}

pub(crate) static RESPONSE: ObjectType = object(
    "Response",
    &[
        required("description", Text),
        field("headers", Map(&Component(&HEADER))),
        field("content", Map(&Object(&MEDIA_TYPE))),
        field("links", Map(&Component(&LINK))),
    ],
);

static CALLBACK: ObjectType = ObjectType {
    patterned: Some(PatternedFields {
        accepts: |_| true,
        expected: "a runtime expression",
        help: "write a runtime expression",
        value: Component(&PATH_ITEM),
    }),
    ..object("Callback", &[])
};

static EXAMPLE: ObjectType = ObjectType {
    exclusive: &[at_most_one_of(&["value", "externalValue"])],
    ..object(
        "Example",
        &[
            field("summary", Text),
            field("description", Text),
            field("value", Any),
            field("externalValue", Text),
        ],
    )
};

static LINK: ObjectType = ObjectType {
    exclusive: &[one_of(&["operationRef", "operationId"])],
    ..object(
        "Link",
        &[
            field("operationRef", Text),
            field("operationId", Text),
            field("parameters", Map(&Any)),
            field("requestBody", Any),
            field("description", Text),
            field("server", Object(&SERVER)),
        ],
    )
};

pub(crate) static HEADER: ObjectType = ObjectType {
    exclusive: VALUE_CHOICES,
    ..object(
        "Header",
        &[
            field("description", Text),
            field("required", Boolean),
            field("deprecated", Boolean),
            field("allowEmptyValue", Boolean),
            field("style", ValueType::OneOf(&["simple"])),
            field("explode", Boolean),
            field("allowReserved", Boolean),
            field("schema", Component(&SCHEMA)),
            field("example", Any),
            field("examples", Map(&Component(&EXAMPLE))),
            field("content", Map(&Object(&MEDIA_TYPE))),
        ],
    )
};

static TAG: ObjectType = object(
    "Tag",
    &[
        required("name", Text),
        field("description", Text),
        field("externalDocs", Object(&EXTERNAL_DOCUMENTATION)),
    ],
);

pub(crate) static SCHEMA: ObjectType = object(
    "Schema",
    &[
        field("title", Text),
        field("multipleOf", Number),
        field("maximum", Number),
        field("exclusiveMaximum", Boolean),
        field("minimum", Number),
        field("exclusiveMinimum", Boolean),
        field("maxLength", Count),
        field("minLength", Count),
        field("pattern", Text),
        field("maxItems", Count),
        field("minItems", Count),
        field("uniqueItems", Boolean),
        field("maxProperties", Count),
        field("minProperties", Count),
        field("required", NonEmptyList(&Text)),
        field("enum", NonEmptyList(&Any)),
        field(
            "type",
            ValueType::OneOf(&["array", "boolean", "integer", "number", "object", "string"]),
        ),
        field("allOf", NonEmptyList(&Component(&SCHEMA))),
        field("oneOf", NonEmptyList(&Component(&SCHEMA))),
        field("anyOf", NonEmptyList(&Component(&SCHEMA))),
        field("not", Component(&SCHEMA)),
        field("items", Component(&SCHEMA)),
        field("properties", Map(&Component(&SCHEMA))),
        field("additionalProperties", BooleanOr(&Component(&SCHEMA))),
        field("description", Text),
        field("format", Text),
        field("default", Any),
        field("nullable", Boolean),
        field("discriminator", Object(&DISCRIMINATOR)),
        field("readOnly", Boolean),
        field("writeOnly", Boolean),
        field("xml", Object(&XML)),
        field("externalDocs", Object(&EXTERNAL_DOCUMENTATION)),
        field("example", Any),
        field("deprecated", Boolean),
    ],
);

static DISCRIMINATOR: ObjectType = ObjectType {
    extensions: false,
    ..object("Discriminator", &[required("propertyName", Text), field("mapping", Map(&Text))])
};

static XML: ObjectType = object(
    "XML",
    &[
        field("name", Text),
        field("namespace", Text),
        field("prefix", Text),
        field("attribute", Boolean),
        field("wrapped", Boolean),
    ],
);

pub(crate) static SECURITY_SCHEME: ObjectType = object(
    "Security Scheme",
    &[
        required("type", ValueType::OneOf(&["apiKey", "http", "oauth2", "openIdConnect"])),
        field("description", Text),
        field("name", Text),
        field("in", ValueType::OneOf(&["query", "header", "cookie"])),
        field("scheme", Text),
        field("bearerFormat", Text),
        field("flows", Object(&OAUTH_FLOWS)),
        field("openIdConnectUrl", Text),
    ],
);

static OAUTH_FLOWS: ObjectType = object(
    "OAuth Flows",
    &[
        field("implicit", Object(&OAUTH_FLOW)),
        field("password", Object(&OAUTH_FLOW)),
        field("clientCredentials", Object(&OAUTH_FLOW)),
        field("authorizationCode", Object(&OAUTH_FLOW)),
    ],
);

static OAUTH_FLOW: ObjectType = object(
    "OAuth Flow",
    &[
        field("authorizationUrl", Text),
        field("tokenUrl", Text),
        field("refreshUrl", Text),
        required("scopes", Map(&Text)),
    ],
);

/// Fields of other versions of OpenAPI: object type, keys and the fix in 3.0.
#[rustfmt::skip]
pub(crate) const FOREIGN_FIELDS: &[(&str, &[&str], &str)] = &[
    ("OpenAPI", &["webhooks"], "remove it, or describe the operations under `paths`; the client receives no calls"),
    ("OpenAPI", &["jsonSchemaDialect"], "remove it; OpenAPI 3.0 has one dialect"),
    ("OpenAPI", &["definitions"], "move the schemas to `components: {schemas: ...}`"),
    ("OpenAPI", &["host", "basePath", "schemes"], "write the host, scheme and base path as a `url` under `servers`"),
    ("OpenAPI", &["securityDefinitions"], "move them to `components: {securitySchemes: ...}`"),
    ("Info", &["summary"], "move the text to `description`"),
    ("License", &["identifier"], "write the `url` of the licence"),
    ("Components", &["pathItems"], "move the path item to `paths`"),
    ("Operation", &["consumes"], "list the media type under `requestBody: {content: ...}`"),
    ("Operation", &["produces"], "list the media type under `content` of the response"),
    ("Response", &["schema"], "move it to `content: {application/json: {schema: ...}}`"),
    ("Schema", &["const"], "write an `enum` with one value"),
    ("Schema", &["examples"], "write one `example`"),
    ("Schema", &["$defs", "definitions"], "move the schemas to `components: {schemas: ...}`"),
    ("Schema", &["if", "then", "else", "dependentRequired", "dependentSchemas"], "describe each case as an alternative of a `oneOf`"),
    ("Schema", &["prefixItems"], "describe all elements with one schema under `items`, such as a `oneOf`"),
    ("Schema", &["contains", "minContains", "maxContains"], "remove it; OpenAPI 3.0 describes all elements with `items`"),
    ("Schema", &["patternProperties"], "describe the values under `additionalProperties`"),
    ("Schema", &["propertyNames"], "remove it; OpenAPI 3.0 does not restrict property names"),
    ("Schema", &["unevaluatedItems", "contentSchema"], "remove it; OpenAPI 3.0 has no replacement"),
    ("Schema", &["unevaluatedProperties"], "write `additionalProperties`"),
    ("Schema", &["contentEncoding"], "write `format: byte` for base64"),
    ("Schema", &["contentMediaType"], "write `format: binary`"),
    ("Schema", &["$schema", "$vocabulary"], "remove it; OpenAPI 3.0 has one dialect"),
    ("Schema", &["$id", "$anchor", "$dynamicAnchor"], "remove it and refer to the schema as `#/components/schemas/...`"),
    ("Schema", &["$dynamicRef"], "write `$ref: '#/components/schemas/...'`"),
    ("Schema", &["$comment"], "write a YAML comment"),
];
