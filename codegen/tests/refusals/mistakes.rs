//! Mistakes by topic.

use super::Mistake;

/// The topics.
pub(crate) const ALL: &[(&str, &[Mistake])] = &[
    ("The grammar of OpenAPI 3.0", GRAMMAR),
    ("References", REFERENCES),
    ("Operations", OPERATIONS),
    ("Schemas", SCHEMAS),
    ("Unsupported features", UNSUPPORTED),
    ("Lists", LISTS),
    ("Names", NAMES),
    ("Servers and security", SECURITY),
    ("Conventions", CONVENTIONS),
];

const GRAMMAR: &[Mistake] = &[
    ("a misspelt key", "operationId: thing", "operationID: thing"),
    ("an unknown key", "minLength: 5", "minLength: 5\n      colour: blue"),
    ("an extension beside response statuses", "'404':", "x-404: {}\n        '40':"),
    ("a missing field", "title: Minimal API, ", ""),
    ("no paths", "paths:\n  /things/{id}:", "x-paths:\n  /things/{id}:"),
    ("a path without leading slash", "  /things/{id}:", "  things/{id}:"),
    ("a number instead of a string", "version: v0", "version: 1.0"),
    ("a string instead of a boolean", "required: true", "required: 'yes'"),
    ("an array instead of an object", "    get:", "    post: []\n    get:"),
    ("an object instead of an array", "required: [id, made, parent, size]", "required: {id: true}"),
    ("null instead of a string", "      pattern: ^thg_[0-9a-z]+$", "      pattern:"),
    ("an empty array", "enum: [new, used]", "enum: []"),
    ("a negative bound", "minLength: 5", "minLength: -5"),
    ("a bound with a fraction", "minLength: 5", "minLength: 5.5"),
    ("a bound with an exponent", "maxLength: 20", "maxLength: 2e1"),
    ("a bound beyond 32 bits", "maxLength: 20", "maxLength: 4294967296"),
    ("a bound beyond 128 bits", "maxLength: 20", "maxLength: 1e40"),
    ("a number beyond 64-bit floating point", "minimum: 1", "minimum: 1e400"),
    ("an unknown type", "type: number", "type: numbr"),
    ("an unknown type without suggestion", "type: number", "type: Decimal"),
    ("an array of types", "type: number", "type: [number, 'null']"),
    ("the type null", "type: number", "type: 'null'"),
    ("a numeric exclusiveMinimum", "minimum: 1", "exclusiveMinimum: 0"),
    ("a constant", "enum: [new, used]", "const: new"),
    ("several examples", "example: thg_1a", "examples: [thg_1a]"),
    (
        "definitions inside a schema",
        "type: number",
        "type: number\n          $defs: {X: {type: string}}",
    ),
    ("a conditional schema", "type: number", "type: number\n          if: {minimum: 1}"),
    ("webhooks", "\npaths:", "\nwebhooks: {}\npaths:"),
    ("a component name with a space", "    Found:", "    'Fou nd': {description: X}\n    Found:"),
    (
        "two exclusive fields",
        "description: Identifier of the thing",
        "description: Identifier of the thing\n          example: thg_1a\n          examples: {one: {value: thg_1a}}",
    ),
    (
        "neither of two alternative fields",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "",
    ),
];

const REFERENCES: &[Mistake] = &[
    ("a misspelt reference", "responses/Found'", "responses/Fuond'"),
    ("an unresolved reference without suggestion", "responses/Found'", "responses/Nowhere'"),
    ("a reference to another document", "'#/components/responses/Found'", "'other.yaml#/Found'"),
    ("a reference that is not a pointer", "'#/components/responses/Found'", "Found"),
    ("a reference to a non-component", "'#/components/responses/Found'", "'#/info'"),
    ("a reference into a component", "responses/Found'", "responses/Found/content'"),
    (
        "a reference to a component of another type",
        "'#/components/responses/Found'",
        "'#/components/schemas/Thing'",
    ),
    ("a reference that is not a string", "{$ref: '#/components/responses/Found'}", "{$ref: 5}"),
    (
        "a key beside a reference",
        "{$ref: '#/components/responses/Found'}",
        "{$ref: '#/components/responses/Found', description: The thing}",
    ),
    (
        "a description beside a reference",
        "          allOf: [{$ref: '#/components/schemas/State'}]",
        "          $ref: '#/components/schemas/State'",
    ),
    (
        "a schema that contains itself",
        "          items: {$ref: '#/components/schemas/ThingId'}",
        "          items: {$ref: '#/components/schemas/Thing'}",
    ),
    (
        "schemas that contain each other",
        "detail: {type: string, description: The reason}",
        "detail: {allOf: [{$ref: '#/components/schemas/Reasons'}], description: The reason}\n    \
         Reasons: {type: array, items: {$ref: '#/components/schemas/Problem'}, description: Reasons}",
    ),
    (
        "a response that refers to itself",
        "    Found:\n",
        "    Same: {$ref: '#/components/responses/Same'}\n    Found:\n",
    ),
    (
        "a path item that is a reference",
        "  /things/{id}:",
        "  /other: {$ref: 'other.yaml'}\n  /things/{id}:",
    ),
];

const OPERATIONS: &[Mistake] = &[
    ("no operationId", "      operationId: thing\n", ""),
    (
        "a duplicate operationId",
        "    get:\n",
        "    delete:\n      operationId: thing\n      description: Removes a thing\n      \
         parameters: [{name: id, in: path, required: true, description: Identifier, schema: {type: string}}]\n      \
         responses: {'200': {$ref: '#/components/responses/Found'}}\n    get:\n",
    ),
    ("an undeclared path parameter", "/things/{id}:", "/things/{id}/{part}:"),
    ("a misspelt path parameter", "/things/{id}:", "/things/{ids}:"),
    ("a parameter that is not in the path", "/things/{id}:", "/things:"),
    ("an unclosed brace", "/things/{id}:", "/things/{id:"),
    ("a closing brace without opening brace", "/things/{id}:", "/things/id}:"),
    ("an empty parameter name", "/things/{id}:", "/things/{}:"),
    ("a duplicate parameter in a path", "/things/{id}:", "/things/{id}/{id}:"),
    ("a query in a path", "/things/{id}:", "/things/{id}?all=true:"),
    ("an empty segment", "/things/{id}:", "/things//{id}:"),
    (
        "two paths that match the same requests",
        "  /things/{id}:",
        "  /things/{name}: {}\n  /things/{id}:",
    ),
    ("an optional path parameter", "          required: true\n", ""),
    (
        "a duplicate parameter",
        "        - name: id\n",
        "        - {name: id, in: path, required: true, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "parameters with the same name in two places",
        "        - name: id\n",
        "        - {name: id, in: query, required: true, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "parameters that become the same Rust argument",
        "        - name: id\n",
        "        - {name: ID, in: query, required: true, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "parameters that become the same setter",
        "        - name: id\n",
        "        - {name: a-b, in: query, description: X, schema: {type: string}}\n        \
         - {name: a_b, in: query, description: X, schema: {type: string}}\n        - name: id\n",
    ),
    (
        "bulk methods with the same name",
        "  /things/{id}:\n",
        "  /old/things/{id}:\n    get:\n      operationId: old_thing\n      description: Fetches an old thing\n      \
         parameters: [{name: id, in: path, required: true, description: Identifier, schema: {$ref: '#/components/schemas/ThingId'}}]\n      \
         responses: {'200': {$ref: '#/components/responses/Found'}}\n  /things/{id}:\n",
    ),
    (
        "an empty responses object",
        "        '200': {$ref: '#/components/responses/Found'}\n        \
         '404': {$ref: '#/components/responses/Failed'}\n        \
         5XX: {$ref: '#/components/responses/Failed'}\n",
        "        {}\n",
    ),
    ("no responses field", "      responses:\n        '200'", "      x-responses:\n        '200'"),
    ("an invalid status", "'404':", "'604':"),
    ("an invalid status range", "5XX:", "5xx:"),
    ("no successful response", "'200':", "'400':"),
    ("an informational status", "'404':", "'101':"),
    (
        "two success schemas",
        "'404':",
        "'201': {$ref: '#/components/responses/Failed'}\n        '404':",
    ),
];

const SCHEMAS: &[Mistake] = &[
    ("minLength above maxLength", "minLength: 5", "minLength: 50"),
    (
        "minItems above maxItems",
        "          type: array",
        "          type: array\n          minItems: 3\n          maxItems: 2",
    ),
    (
        "minProperties above maxProperties",
        "description: The body of an error response",
        "description: Error\n      minProperties: 2\n      maxProperties: 1",
    ),
    ("minimum above maximum", "minimum: 1", "minimum: 1\n          maximum: 0"),
    (
        "an exclusive range with equal bounds",
        "minimum: 1",
        "minimum: 1\n          maximum: 1\n          exclusiveMaximum: true",
    ),
    ("an exclusive bound without a bound", "minimum: 1", "exclusiveMinimum: true"),
    ("an integer bound with a fraction", "minimum: 1", "minimum: 1.5"),
    (
        "an integer bound that no float represents",
        "minimum: 1",
        "minimum: 1\n          maximum: 9007199254740993",
    ),
    ("an integer bound beyond 64 bits", "minimum: 1", "minimum: -9223372036854775809"),
    ("a multipleOf of zero", "minimum: 1", "multipleOf: 0"),
    ("a keyword of another type", "minimum: 1", "minLength: 1"),
    (
        "a keyword without a type",
        "type: string, description: The reason",
        "maxLength: 9, description: X",
    ),
    (
        "a type beside a composition",
        "        id:\n          allOf:",
        "        id:\n          type: string\n          allOf:",
    ),
    (
        "a keyword beside a composition",
        "        id:\n          allOf:",
        "        id:\n          minLength: 3\n          allOf:",
    ),
    ("a pattern that does not compile", "^thg_[0-9a-z]+$", "^thg_[0-9a-z+$"),
    ("a pattern that is not anchored", "^thg_[0-9a-z]+$", "thg_[0-9a-z]+"),
    ("a pattern with alternatives", "^thg_[0-9a-z]+$", "^thg_(a|bc)$"),
    ("a pattern that needs backtracking", "^thg_[0-9a-z]+$", "^thg_[0-9a-z]+[0-9]$"),
    ("a pattern beyond ASCII", "^thg_[0-9a-z]+$", "^thg_.+$"),
    ("an unknown format", "format: int64", "format: int46"),
    ("an unknown format without suggestion", "format: date-time", "format: stardate"),
    ("an unknown required property", "required: [id, made,", "required: [id, mad,"),
    ("a duplicate required property", "required: [id, made,", "required: [id, id, made,"),
    (
        "a property of neither direction",
        "format: int64",
        "format: int64\n          readOnly: true\n          writeOnly: true",
    ),
    ("a duplicate enum value", "enum: [new, used]", "enum: [new, used, new]"),
    ("an enum with a number", "enum: [new, used]", "enum: [new, 2]"),
    ("an enum with null", "enum: [new, used]", "enum: [new, used, null]"),
    ("an enum of null alone", "enum: [new, used]", "enum: [null]"),
    ("an enum of numbers", "          minimum: 1", "          enum: [1, 2]"),
    ("an enum without a type", "      type: string\n      enum: [new", "      enum: [new"),
    (
        "an enum with a format",
        "      enum: [new, used]",
        "      enum: [new, used]\n      format: date",
    ),
    ("an example that is too short", "example: thg_1a", "example: thg_"),
    ("an example that is too long", "example: thg_1a", "example: thg_12345678901234567"),
    ("an example of another pattern", "example: thg_1a", "example: thing_1"),
    ("an example of another type", "example: thg_1a", "example: 5"),
    (
        "an example that is not in the enum",
        "      enum: [new, used]",
        "      enum: [new, used]\n      example: lost",
    ),
    ("an array without items", "          items: {$ref: '#/components/schemas/ThingId'}\n", ""),
    (
        "nullable beside a composition",
        "        id:\n          allOf:",
        "        id:\n          nullable: true\n          allOf:",
    ),
    ("a choice of null only", "            - $ref: '#/components/schemas/ThingId'\n", ""),
    (
        "null outside of a choice",
        "          items: {$ref: '#/components/schemas/ThingId'}",
        "          items: {$ref: '#/components/schemas/NullValue'}",
    ),
    (
        "an allOf with a non-object",
        "allOf: [{$ref: '#/components/schemas/State'}]",
        "allOf: [{$ref: '#/components/schemas/State'}, {type: string}]",
    ),
    (
        "an allOf with overlapping properties",
        "    Problem:\n      type: object\n",
        "    Both:\n      description: Both\n      allOf: [{$ref: '#/components/schemas/Problem'}, \
         {$ref: '#/components/schemas/Problem'}]\n    Problem:\n      type: object\n",
    ),
];

const UNSUPPORTED: &[Mistake] = &[
    (
        "another media type",
        "        application/json:\n          schema: {$ref: '#/components/schemas/Thing'}",
        "        text/plain:\n          schema: {$ref: '#/components/schemas/Thing'}",
    ),
    (
        "several media types",
        "        application/json:\n          schema: {$ref: '#/components/schemas/Thing'}",
        "        application/json:\n          schema: {$ref: '#/components/schemas/Thing'}\n        \
         text/html: {schema: {$ref: '#/components/schemas/Thing'}}",
    ),
    (
        "a media type without a schema",
        "        application/json:\n          schema: {$ref: '#/components/schemas/Thing'}",
        "        application/json: {}",
    ),
    (
        "an encoding",
        "          schema: {$ref: '#/components/schemas/Thing'}",
        "          schema: {$ref: '#/components/schemas/Thing'}\n          encoding: {}",
    ),
    ("a cookie parameter", "          in: path", "          in: cookie"),
    (
        "a parameter with content",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "          content: {application/json: {schema: {type: string}}}\n",
    ),
    ("a path parameter style", "in: path", "in: path\n          style: matrix"),
    (
        "an object in a path",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "          schema: {$ref: '#/components/schemas/Thing'}\n",
    ),
    (
        "an array without explode",
        "        - name: id\n",
        "        - {name: ids, in: query, explode: false, description: X, \
         schema: {type: array, items: {type: string}}}\n        - name: id\n",
    ),
    (
        "a parameter without a name",
        "        - name: id\n",
        "        - {name: '', in: query, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "a header that OpenAPI ignores",
        "        - name: id\n",
        "        - {name: Accept, in: header, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "a header with a space",
        "        - name: id\n",
        "        - {name: X Y, in: header, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "a credential as a parameter",
        "        - name: id\n",
        "        - {name: X-Secret, in: header, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "an optional request body",
        "      parameters:\n",
        "      requestBody: {content: {application/json: {schema: \
         {$ref: '#/components/schemas/Thing'}}}}\n      parameters:\n",
    ),
    (
        "an empty request body",
        "      parameters:\n",
        "      requestBody: {required: true, content: {}}\n      parameters:\n",
    ),
    ("an unsupported HTTP method", "    get:\n", "    trace:\n"),
    (
        "an unknown security scheme of an operation",
        "      operationId: thing",
        "      security: [{other: []}, {token: [scope]}]\n      operationId: thing",
    ),
    ("servers of a path", "    get:\n", "    servers: []\n    get:\n"),
    ("a negated schema", "detail: {type: string,", "detail: {not: {type: string},"),
    (
        "a discriminator",
        "          description: The thing from which it was made",
        "          discriminator: {propertyName: kind}\n          description: The thing from which it was made",
    ),
    (
        "an extension of typify",
        "type: number",
        "type: number\n          x-rust-type: {crate: x, version: '1', path: x::Y}",
    ),
];

/// A list in place of the operation `thing`, with the pagination that follows.
macro_rules! list {
    ($pagination:literal) => {
        concat!(
            "        - {name: after, in: query, description: X, schema: {type: string}}\n",
            "        - {name: size, in: query, description: X, schema: {type: integer}}\n",
            "      x-pagination: ",
            $pagination,
            "\n      responses:\n        '200'",
        )
    };
}

const LISTS: &[Mistake] = &[
    ("pagination without properties", RESPONSES, list!("{after: after}")),
    (
        "an unknown field of pagination",
        RESPONSES,
        list!(
            "{after: after, cursor: /id, more: /open, items: /parts, totl: /size, x: 1, size: 2}"
        ),
    ),
    (
        "a field of pagination that is not a string",
        RESPONSES,
        list!("{first: 50, after: after, cursor: /id, more: /open, items: /parts}"),
    ),
    (
        "parameters of pagination of other types",
        RESPONSES,
        list!(
            "{first: after, after: size, last: id, cursor: /id, more: /id, items: /made, total: /parts}"
        ),
    ),
    (
        "pagination with properties that do not exist",
        RESPONSES,
        list!("{after: after, cursor: '', more: /open, items: nodes, total: /parent/size}"),
    ),
    (
        "pagination of an operation that writes",
        "    get:\n",
        "    post:\n      x-pagination: {after: id, cursor: /id, more: /open, items: /parts}\n",
    ),
];

const RESPONSES: &str = "      responses:\n        '200'";

const NAMES: &[Mistake] = &[
    ("an operationId in camel case", "operationId: thing", "operationId: getThing"),
    ("a Rust keyword as operationId", "operationId: thing", "operationId: type"),
    ("a client method as operationId", "operationId: thing", "operationId: exec"),
    ("an empty operationId", "operationId: thing", "operationId: ''"),
    (
        "a schema name in snake case",
        "    State:",
        "    OTHER_state: {type: string, description: X}\n    State:",
    ),
    (
        "a schema name with a leading digit",
        "    State:",
        "    '3D': {type: string, description: X}\n    State:",
    ),
    (
        "a Rust type as schema name",
        "    State:",
        "    Option: {type: string, description: X}\n    State:",
    ),
    (
        "properties that become the same Rust field",
        "        made:\n",
        "        Made: {type: string, description: X}\n        made:\n",
    ),
    (
        "enum values that become the same Rust variant",
        "enum: [new, used]",
        "enum: [new, used, NEW]",
    ),
    ("an enum value that is not a Rust variant", "enum: [new, used]", "enum: [new, used, '+']"),
    (
        "an enum value that becomes the reserved variant",
        "enum: [new, used]",
        "enum: [new, used, unknown]",
    ),
];

const SECURITY: &[Mistake] = &[
    (
        "no server",
        "servers:\n  - url: https://api.example.com/v0\n    x-environment: production\n",
        "",
    ),
    ("a server without an environment", "    x-environment: production\n", ""),
    (
        "an environment that is not in snake case",
        "x-environment: production",
        "x-environment: Live Site",
    ),
    (
        "a duplicate environment",
        "servers:\n",
        "servers:\n  - {url: 'https://b.example.com', x-environment: production}\n",
    ),
    ("a relative server URL", "https://api.example.com/v0", "/v0"),
    ("a server URL without TLS", "https://api.example.com/v0", "http://api.example.com/v0"),
    (
        "a server URL with a trailing slash",
        "https://api.example.com/v0",
        "https://api.example.com/v0/",
    ),
    (
        "a server with a variable",
        "url: https://api.example.com/v0",
        "url: https://{host}/v0\n    variables: {host: {default: api.example.com}}",
    ),
    (
        "an unsupported authentication scheme",
        "{type: http, scheme: bearer}",
        "{type: http, scheme: basic}",
    ),
    ("a secret in the query", "in: header, name: x-secret", "in: query, name: x-secret"),
    ("an invalid header name of a secret", "name: x-secret", "name: 'x secret'"),
    ("the header of the token as a secret", "name: x-secret", "name: Authorization"),
    ("two bearer tokens", "    token: {", "    other: {type: http, scheme: bearer}\n    token: {"),
    ("no secret header", "    secret: {type: apiKey, in: header, name: x-secret}\n", ""),
    ("no security", "security:\n  - token: []\n    secret: []\n", ""),
    ("alternative security requirements", "    secret: []\n", "  - secret: []\n"),
    ("an unknown security scheme", "    secret: []\n", "    secrets: []\n"),
    ("scopes of a token", "  - token: []", "  - token: [read]"),
];

const CONVENTIONS: &[Mistake] = &[
    ("a schema without a description", "      description: A thing\n", ""),
    ("a property with a blank description", "description: The reason", "description: ' '"),
    ("a parameter without a description", "          description: Identifier of the thing\n", ""),
    ("an operation without a description", "      description: Fetches a thing\n", ""),
    (
        "a property that is a plain reference",
        "          allOf: [{$ref: '#/components/schemas/State'}]\n          description: The current state",
        "          $ref: '#/components/schemas/State'",
    ),
    (
        "an inline response schema",
        "          schema: {$ref: '#/components/schemas/Thing'}",
        "          schema: {type: array, items: {type: string}}",
    ),
    (
        "an inline enum",
        "{type: string, description: The reason}",
        "{type: string, enum: [lost, sold], description: The reason}",
    ),
    (
        "an inline object",
        "{type: string, description: The reason}",
        "{type: object, properties: {code: {type: string, description: X}}, description: X}",
    ),
    (
        "an inline choice",
        "{type: string, description: The reason}",
        "{oneOf: [{type: string}, {type: integer}], description: X}",
    ),
    (
        "a nullable named schema",
        "      enum: [new, used]",
        "      enum: [new, used]\n      nullable: true",
    ),
    ("an identifier without bounds", "      minLength: 5\n      maxLength: 20\n", ""),
    ("an identifier without a pattern", "      pattern: ^thg_[0-9a-z]+$\n", ""),
    ("an identifier with unsafe characters", "^thg_[0-9a-z]+$", "^thg_[0-9a-z./]+$"),
    ("an identifier without a prefix", "^thg_[0-9a-z]+$", "^[0-9a-z_]+$"),
    (
        "a numeric identifier",
        "    State:",
        "    PartId: {type: integer, description: X}\n    State:",
    ),
];
