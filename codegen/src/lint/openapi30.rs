//! OpenAPI 3.0.3 as a table: which objects there are, and what each may hold.
//!
//! Names and order follow <https://spec.openapis.org/oas/v3.0.3>.

use Kind::{
    Any, Boolean, BooleanOr, Component, Count, List, Map, Named, NonEmpty, Number, Of, Text,
};

/// An object of the specification.
#[derive(Debug)]
pub(crate) struct Object {
    /// Its name in the specification, without the word "Object".
    pub name: &'static str,
    /// The fields with fixed names.
    pub fields: &'static [Field],
    /// The fields whose names the author chooses.
    pub others: Option<Others>,
    /// Whether fields that begin with `x-` are allowed.
    pub extensions: bool,
    /// Fields that exclude each other.
    pub choices: &'static [Choice],
}

/// A field with a fixed name.
#[derive(Debug)]
pub(crate) struct Field {
    /// The key.
    pub name: &'static str,
    /// What the value may be.
    pub kind: Kind,
    /// Whether the object is wrong without it.
    pub required: bool,
}

/// Fields whose names the author chooses.
#[derive(Debug)]
pub(crate) struct Others {
    /// Whether a key is such a name.
    pub accepts: fn(&str) -> bool,
    /// What such names look like.
    pub form: &'static str,
    /// How to make a name of what is none.
    pub help: &'static str,
    /// What the values may be.
    pub kind: Kind,
}

/// Fields of which there may be one at most.
#[derive(Debug)]
pub(crate) struct Choice {
    /// The keys.
    pub names: &'static [&'static str],
    /// Whether there has to be one.
    pub required: bool,
}

/// What a value may be.
#[derive(Debug)]
pub(crate) enum Kind {
    /// Any value.
    Any,
    /// A string.
    Text,
    /// One of some strings.
    Word(&'static [&'static str]),
    /// `true` or `false`.
    Boolean,
    /// A number.
    Number,
    /// An integer that counts something.
    Count,
    /// An object.
    Of(&'static Object),
    /// An object, or a reference to one.
    Component(&'static Object),
    /// An object whose names others refer to.
    Named(&'static Kind),
    /// An array.
    List(&'static Kind),
    /// An array with one element or more.
    NonEmpty(&'static Kind),
    /// An object with any names.
    Map(&'static Kind),
    /// `true`, `false` or something else.
    BooleanOr(&'static Kind),
}

/// The greatest count. Typify holds counts in 32 bits and would cut off the rest.
pub(crate) const MAX_COUNT: i128 = u32::MAX as i128;

/// The methods of a path item, in the order of the specification.
pub(crate) const METHODS: &[&str] =
    &["get", "put", "post", "delete", "options", "head", "patch", "trace"];

const fn field(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: false }
}

const fn required(name: &'static str, kind: Kind) -> Field {
    Field { name, kind, required: true }
}

const fn object(name: &'static str, fields: &'static [Field]) -> Object {
    Object { name, fields, others: None, extensions: true, choices: &[] }
}

const fn one_of(names: &'static [&'static str]) -> Choice {
    Choice { names, required: true }
}

const fn at_most_one_of(names: &'static [&'static str]) -> Choice {
    Choice { names, required: false }
}

pub(crate) static OPENAPI: Object = object(
    "OpenAPI",
    &[
        required("openapi", Text),
        required("info", Of(&INFO)),
        field("servers", List(&Of(&SERVER))),
        required("paths", Of(&PATHS)),
        field("components", Of(&COMPONENTS)),
        field("security", List(&Map(&List(&Text)))),
        field("tags", List(&Of(&TAG))),
        field("externalDocs", Of(&EXTERNAL_DOCUMENTATION)),
    ],
);

static INFO: Object = object(
    "Info",
    &[
        required("title", Text),
        field("description", Text),
        field("termsOfService", Text),
        field("contact", Of(&CONTACT)),
        field("license", Of(&LICENSE)),
        required("version", Text),
    ],
);

static CONTACT: Object =
    object("Contact", &[field("name", Text), field("url", Text), field("email", Text)]);

static LICENSE: Object = object("License", &[required("name", Text), field("url", Text)]);

pub(crate) static SERVER: Object = object(
    "Server",
    &[
        required("url", Text),
        field("description", Text),
        field("variables", Map(&Of(&SERVER_VARIABLE))),
    ],
);

static SERVER_VARIABLE: Object = object(
    "Server Variable",
    &[field("enum", NonEmpty(&Text)), required("default", Text), field("description", Text)],
);

pub(crate) static COMPONENTS: Object = object(
    "Components",
    &[
        field("schemas", Named(&Component(&SCHEMA))),
        field("responses", Named(&Component(&RESPONSE))),
        field("parameters", Named(&Component(&PARAMETER))),
        field("examples", Named(&Component(&EXAMPLE))),
        field("requestBodies", Named(&Component(&REQUEST_BODY))),
        field("headers", Named(&Component(&HEADER))),
        field("securitySchemes", Named(&Component(&SECURITY_SCHEME))),
        field("links", Named(&Component(&LINK))),
        field("callbacks", Named(&Component(&CALLBACK))),
    ],
);

static PATHS: Object = Object {
    others: Some(Others {
        accepts: |key| key.starts_with('/'),
        form: "a path, which begins with `/`",
        help: "write `/` before it",
        kind: Component(&PATH_ITEM),
    }),
    ..object("Paths", &[])
};

pub(crate) static PATH_ITEM: Object = object(
    "Path Item",
    &[
        field("summary", Text),
        field("description", Text),
        field("get", Of(&OPERATION)),
        field("put", Of(&OPERATION)),
        field("post", Of(&OPERATION)),
        field("delete", Of(&OPERATION)),
        field("options", Of(&OPERATION)),
        field("head", Of(&OPERATION)),
        field("patch", Of(&OPERATION)),
        field("trace", Of(&OPERATION)),
        field("servers", List(&Of(&SERVER))),
        field("parameters", List(&Component(&PARAMETER))),
    ],
);

pub(crate) static OPERATION: Object = object(
    "Operation",
    &[
        field("tags", List(&Text)),
        field("summary", Text),
        field("description", Text),
        field("externalDocs", Of(&EXTERNAL_DOCUMENTATION)),
        field("operationId", Text),
        field("parameters", List(&Component(&PARAMETER))),
        field("requestBody", Component(&REQUEST_BODY)),
        required("responses", Of(&RESPONSES)),
        field("callbacks", Map(&Component(&CALLBACK))),
        field("deprecated", Boolean),
        field("security", List(&Map(&List(&Text)))),
        field("servers", List(&Of(&SERVER))),
    ],
);

static EXTERNAL_DOCUMENTATION: Object =
    object("External Documentation", &[field("description", Text), required("url", Text)]);

const STYLES: Kind = Kind::Word(&[
    "matrix",
    "label",
    "form",
    "simple",
    "spaceDelimited",
    "pipeDelimited",
    "deepObject",
]);

const VALUE_CHOICES: &[Choice] =
    &[one_of(&["schema", "content"]), at_most_one_of(&["example", "examples"])];

pub(crate) static PARAMETER: Object = Object {
    choices: VALUE_CHOICES,
    ..object(
        "Parameter",
        &[
            required("name", Text),
            required("in", Kind::Word(&["query", "header", "path", "cookie"])),
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
            field("content", Map(&Of(&MEDIA_TYPE))),
        ],
    )
};

pub(crate) static REQUEST_BODY: Object = object(
    "Request Body",
    &[
        field("description", Text),
        required("content", Map(&Of(&MEDIA_TYPE))),
        field("required", Boolean),
    ],
);

pub(crate) static MEDIA_TYPE: Object = Object {
    choices: &[at_most_one_of(&["example", "examples"])],
    ..object(
        "Media Type",
        &[
            field("schema", Component(&SCHEMA)),
            field("example", Any),
            field("examples", Map(&Component(&EXAMPLE))),
            field("encoding", Map(&Of(&ENCODING))),
        ],
    )
};

static ENCODING: Object = object(
    "Encoding",
    &[
        field("contentType", Text),
        field("headers", Map(&Component(&HEADER))),
        field("style", STYLES),
        field("explode", Boolean),
        field("allowReserved", Boolean),
    ],
);

pub(crate) static RESPONSES: Object = Object {
    others: Some(Others {
        accepts: is_status,
        form: "`default`, a status from `100` to `599`, or a range from `1XX` to `5XX`",
        help: "write a status such as `'404'`, or a range such as `4XX`",
        kind: Component(&RESPONSE),
    }),
    ..object("Responses", &[field("default", Component(&RESPONSE))])
};

fn is_status(key: &str) -> bool {
    matches!(key.as_bytes(), [b'1'..=b'5', b'X', b'X'] | [b'1'..=b'5', b'0'..=b'9', b'0'..=b'9'])
}

pub(crate) static RESPONSE: Object = object(
    "Response",
    &[
        required("description", Text),
        field("headers", Map(&Component(&HEADER))),
        field("content", Map(&Of(&MEDIA_TYPE))),
        field("links", Map(&Component(&LINK))),
    ],
);

static CALLBACK: Object = Object {
    others: Some(Others {
        accepts: |_| true,
        form: "an expression",
        help: "write an expression",
        kind: Component(&PATH_ITEM),
    }),
    ..object("Callback", &[])
};

static EXAMPLE: Object = Object {
    choices: &[at_most_one_of(&["value", "externalValue"])],
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

static LINK: Object = Object {
    choices: &[one_of(&["operationRef", "operationId"])],
    ..object(
        "Link",
        &[
            field("operationRef", Text),
            field("operationId", Text),
            field("parameters", Map(&Any)),
            field("requestBody", Any),
            field("description", Text),
            field("server", Of(&SERVER)),
        ],
    )
};

pub(crate) static HEADER: Object = Object {
    choices: VALUE_CHOICES,
    ..object(
        "Header",
        &[
            field("description", Text),
            field("required", Boolean),
            field("deprecated", Boolean),
            field("allowEmptyValue", Boolean),
            field("style", Kind::Word(&["simple"])),
            field("explode", Boolean),
            field("allowReserved", Boolean),
            field("schema", Component(&SCHEMA)),
            field("example", Any),
            field("examples", Map(&Component(&EXAMPLE))),
            field("content", Map(&Of(&MEDIA_TYPE))),
        ],
    )
};

static TAG: Object = object(
    "Tag",
    &[
        required("name", Text),
        field("description", Text),
        field("externalDocs", Of(&EXTERNAL_DOCUMENTATION)),
    ],
);

pub(crate) static SCHEMA: Object = object(
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
        field("required", NonEmpty(&Text)),
        field("enum", NonEmpty(&Any)),
        field("type", Kind::Word(&["array", "boolean", "integer", "number", "object", "string"])),
        field("allOf", NonEmpty(&Component(&SCHEMA))),
        field("oneOf", NonEmpty(&Component(&SCHEMA))),
        field("anyOf", NonEmpty(&Component(&SCHEMA))),
        field("not", Component(&SCHEMA)),
        field("items", Component(&SCHEMA)),
        field("properties", Map(&Component(&SCHEMA))),
        field("additionalProperties", BooleanOr(&Component(&SCHEMA))),
        field("description", Text),
        field("format", Text),
        field("default", Any),
        field("nullable", Boolean),
        field("discriminator", Of(&DISCRIMINATOR)),
        field("readOnly", Boolean),
        field("writeOnly", Boolean),
        field("xml", Of(&XML)),
        field("externalDocs", Of(&EXTERNAL_DOCUMENTATION)),
        field("example", Any),
        field("deprecated", Boolean),
    ],
);

static DISCRIMINATOR: Object = Object {
    extensions: false,
    ..object("Discriminator", &[required("propertyName", Text), field("mapping", Map(&Text))])
};

static XML: Object = object(
    "XML",
    &[
        field("name", Text),
        field("namespace", Text),
        field("prefix", Text),
        field("attribute", Boolean),
        field("wrapped", Boolean),
    ],
);

pub(crate) static SECURITY_SCHEME: Object = object(
    "Security Scheme",
    &[
        required("type", Kind::Word(&["apiKey", "http", "oauth2", "openIdConnect"])),
        field("description", Text),
        field("name", Text),
        field("in", Kind::Word(&["query", "header", "cookie"])),
        field("scheme", Text),
        field("bearerFormat", Text),
        field("flows", Of(&OAUTH_FLOWS)),
        field("openIdConnectUrl", Text),
    ],
);

static OAUTH_FLOWS: Object = object(
    "OAuth Flows",
    &[
        field("implicit", Of(&OAUTH_FLOW)),
        field("password", Of(&OAUTH_FLOW)),
        field("clientCredentials", Of(&OAUTH_FLOW)),
        field("authorizationCode", Of(&OAUTH_FLOW)),
    ],
);

static OAUTH_FLOW: Object = object(
    "OAuth Flow",
    &[
        field("authorizationUrl", Text),
        field("tokenUrl", Text),
        field("refreshUrl", Text),
        required("scopes", Map(&Text)),
    ],
);

/// Keys that newer or older versions know, and how 3.0 says the same: object,
/// key, help.
pub(crate) const FOREIGN: &[(&str, &str, &str)] = &[
    ("OpenAPI", "webhooks", "describe what the client calls under `paths`; it receives nothing"),
    ("OpenAPI", "jsonSchemaDialect", "remove it; 3.0 has one dialect"),
    ("OpenAPI", "definitions", "move the schemas to `components: {schemas: ...}`"),
    ("OpenAPI", "host", "write the host, scheme and base path as a `url` under `servers`"),
    ("OpenAPI", "basePath", "write the host, scheme and base path as a `url` under `servers`"),
    ("OpenAPI", "schemes", "write the host, scheme and base path as a `url` under `servers`"),
    ("OpenAPI", "securityDefinitions", "move them to `components: {securitySchemes: ...}`"),
    ("Info", "summary", "say it in `description`"),
    ("License", "identifier", "give the `url` of the licence"),
    ("Components", "pathItems", "write the path item out under `paths`"),
    ("Operation", "consumes", "name the media type under `requestBody: {content: ...}`"),
    ("Operation", "produces", "name the media type under the response's `content`"),
    ("Response", "schema", "move it to `content: {application/json: {schema: ...}}`"),
    ("Schema", "const", "write an `enum` with one value"),
    ("Schema", "examples", "write one `example`"),
    ("Schema", "$defs", "move the schemas to `components: {schemas: ...}`"),
    ("Schema", "definitions", "move the schemas to `components: {schemas: ...}`"),
    ("Schema", "if", "describe each case as an alternative of a `oneOf`"),
    ("Schema", "then", "describe each case as an alternative of a `oneOf`"),
    ("Schema", "else", "describe each case as an alternative of a `oneOf`"),
    ("Schema", "dependentRequired", "describe each case as an alternative of a `oneOf`"),
    ("Schema", "dependentSchemas", "describe each case as an alternative of a `oneOf`"),
    ("Schema", "prefixItems", "give all elements one schema under `items`, perhaps a `oneOf`"),
    ("Schema", "contains", "remove it; 3.0 can describe only all elements, under `items`"),
    ("Schema", "minContains", "remove it; 3.0 can describe only all elements, under `items`"),
    ("Schema", "maxContains", "remove it; 3.0 can describe only all elements, under `items`"),
    ("Schema", "patternProperties", "describe the values under `additionalProperties`"),
    ("Schema", "propertyNames", "remove it; 3.0 does not restrict names"),
    ("Schema", "unevaluatedItems", "remove it; 3.0 cannot say this"),
    ("Schema", "unevaluatedProperties", "write `additionalProperties`"),
    ("Schema", "contentEncoding", "write `format: byte` for base64"),
    ("Schema", "contentMediaType", "write `format: binary`"),
    ("Schema", "contentSchema", "remove it; 3.0 cannot say this"),
    ("Schema", "$schema", "remove it; 3.0 has one dialect"),
    ("Schema", "$vocabulary", "remove it; 3.0 has one dialect"),
    ("Schema", "$id", "remove it and refer to the schema as `#/components/schemas/...`"),
    ("Schema", "$anchor", "remove it and refer to the schema as `#/components/schemas/...`"),
    ("Schema", "$dynamicAnchor", "remove it and refer to the schema as `#/components/schemas/...`"),
    ("Schema", "$dynamicRef", "write `$ref: '#/components/schemas/...'`"),
    ("Schema", "$comment", "write a YAML comment"),
];
