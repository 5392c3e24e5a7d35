//! The mistakes, by what they break.

use super::Mistake;

/// Chapters of mistakes.
pub(crate) const ALL: &[(&str, &[Mistake])] = &[
    ("The grammar of OpenAPI 3.0", GRAMMAR),
    ("References", REFERENCES),
    ("Operations", OPERATIONS),
    ("Schemas", SCHEMAS),
    ("Examples and defaults", EXAMPLES),
    ("What the generator cannot take", UNSUPPORTED),
    ("Names", NAMES),
    ("Servers and credentials", ACCESS),
    ("The rules of this project", HOUSE),
];

const GRAMMAR: &[Mistake] = &[
    ("a misspelt key", "operationId: thing", "operationID: thing"),
    ("a key of nobody's", "minLength: 5", "minLength: 5\n      colour: blue"),
    ("an unknown key where no extension is allowed", "'404':", "x-404: {}\n        '40':"),
    ("a missing field", "title: Minimal API, ", ""),
    ("missing paths", "paths:\n  /things/{id}:", "x-paths:\n  /things/{id}:"),
    ("a path without its slash", "  /things/{id}:", "  things/{id}:"),
    ("a string that is a number", "version: v0", "version: 1.0"),
    ("a truth value that is a string", "required: true", "required: 'yes'"),
    ("an object that is an array", "    get:", "    post: []\n    get:"),
    ("an array that is an object", "required: [id, made, parent, size]", "required: {id: true}"),
    ("no value", "      pattern: ^thg_[0-9a-z]+$", "      pattern:"),
    ("an empty array", "enum: [new, used]", "enum: []"),
    ("a negative bound", "minLength: 5", "minLength: -5"),
    ("a bound with a fraction", "minLength: 5", "minLength: 5.5"),
    ("a bound with an exponent", "maxLength: 20", "maxLength: 2e1"),
    ("a bound beyond 32 bits", "maxLength: 20", "maxLength: 4294967296"),
    ("a bound beyond 128 bits", "maxLength: 20", "maxLength: 1e40"),
    ("a number beyond all floating point", "minimum: 1", "minimum: 1e400"),
    ("an unknown type", "type: number", "type: numbr"),
    ("a type of another language", "type: number", "type: Decimal"),
    ("an array of types", "type: number", "type: [number, 'null']"),
    ("the type null", "type: number", "type: 'null'"),
    ("a number for exclusiveMinimum", "minimum: 1", "exclusiveMinimum: 0"),
    ("a constant", "enum: [new, used]", "const: new"),
    ("several examples", "example: thg_1a", "examples: [thg_1a]"),
    ("local definitions", "type: number", "type: number\n          $defs: {X: {type: string}}"),
    ("a condition", "type: number", "type: number\n          if: {minimum: 1}"),
    ("webhooks", "\npaths:", "\nwebhooks: {}\npaths:"),
    ("a component with an odd name", "    Found:", "    'Fou nd': {description: X}\n    Found:"),
    (
        "two of what excludes each other",
        "description: Which thing",
        "description: Which thing\n          example: thg_1a\n          examples: {one: {value: thg_1a}}",
    ),
    (
        "none of what has to be there",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "",
    ),
];

const REFERENCES: &[Mistake] = &[
    ("a dangling reference", "responses/Found'", "responses/Fuond'"),
    ("a reference to nothing like it", "responses/Found'", "responses/Nowhere'"),
    ("another document", "'#/components/responses/Found'", "'other.yaml#/Found'"),
    ("a reference that is no pointer", "'#/components/responses/Found'", "Found"),
    ("a reference to no component", "'#/components/responses/Found'", "'#/info'"),
    ("a reference into a component", "responses/Found'", "responses/Found/content'"),
    (
        "a component of another kind",
        "'#/components/responses/Found'",
        "'#/components/schemas/Thing'",
    ),
    ("a reference that is no string", "{$ref: '#/components/responses/Found'}", "{$ref: 5}"),
    (
        "a key beside a reference",
        "{$ref: '#/components/responses/Found'}",
        "{$ref: '#/components/responses/Found', description: Found it}",
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
        "detail: {allOf: [{$ref: '#/components/schemas/Why'}], description: The reason}\n    \
         Why: {type: array, items: {$ref: '#/components/schemas/Problem'}, description: Whys}",
    ),
    (
        "a response that is itself",
        "    Found:\n",
        "    Same: {$ref: '#/components/responses/Same'}\n    Found:\n",
    ),
    ("a path item elsewhere", "  /things/{id}:", "  /other: {$ref: 'other.yaml'}\n  /things/{id}:"),
];

const OPERATIONS: &[Mistake] = &[
    ("no operationId", "      operationId: thing\n", ""),
    (
        "the same operationId twice",
        "    get:\n",
        "    delete:\n      operationId: thing\n      description: Removes a thing\n      \
         parameters: [{name: id, in: path, required: true, description: Which, schema: {type: string}}]\n      \
         responses: {'200': {$ref: '#/components/responses/Found'}}\n    get:\n",
    ),
    ("a path with a parameter that nobody describes", "/things/{id}:", "/things/{id}/{part}:"),
    ("a misspelt path parameter", "/things/{id}:", "/things/{ids}:"),
    ("a parameter that is not in the path", "/things/{id}:", "/things:"),
    ("an unclosed brace", "/things/{id}:", "/things/{id:"),
    ("a brace that closes nothing", "/things/{id}:", "/things/id}:"),
    ("a brace around nothing", "/things/{id}:", "/things/{}:"),
    ("a parameter twice in the path", "/things/{id}:", "/things/{id}/{id}:"),
    ("a query in the path", "/things/{id}:", "/things/{id}?all=true:"),
    ("an empty segment", "/things/{id}:", "/things//{id}:"),
    ("two paths that match the same", "  /things/{id}:", "  /things/{name}: {}\n  /things/{id}:"),
    ("a path parameter that is not required", "          required: true\n", ""),
    (
        "a parameter twice",
        "        - name: id\n",
        "        - {name: id, in: path, required: true, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "parameters of one name in two places",
        "        - name: id\n",
        "        - {name: id, in: query, description: X, schema: {type: string}}\n        - name: id\n",
    ),
    (
        "parameters of one name in Rust",
        "        - name: id\n",
        "        - {name: ID, in: query, description: X, schema: {type: string}}\n        - name: id\n",
    ),
    (
        "no responses",
        "        '200': {$ref: '#/components/responses/Found'}\n        \
         '404': {$ref: '#/components/responses/Failed'}\n        \
         5XX: {$ref: '#/components/responses/Failed'}\n",
        "        {}\n",
    ),
    ("responses left out", "      responses:\n        '200'", "      x-responses:\n        '200'"),
    ("a status that is none", "'404':", "'604':"),
    ("a range that is none", "5XX:", "5xx:"),
    ("no success", "'200':", "'400':"),
    ("an informational status", "'404':", "'101':"),
    ("a status without a name", "'404':", "'499':"),
    (
        "two schemas of errors",
        "'404': {$ref: '#/components/responses/Failed'}",
        "'404': {$ref: '#/components/responses/Found'}",
    ),
    (
        "errors with and without content",
        "'404': {$ref: '#/components/responses/Failed'}",
        "'404': {description: There is none}",
    ),
    (
        "two schemas of success",
        "'404':",
        "'201': {$ref: '#/components/responses/Failed'}\n        '404':",
    ),
    (
        "a default that is no success",
        "'404':",
        "default: {$ref: '#/components/responses/Failed'}\n        '404':",
    ),
    (
        "a success without content",
        "'200': {$ref: '#/components/responses/Found'}",
        "'204': {description: Nothing}",
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
        "description: Why there is no answer",
        "description: Why\n      minProperties: 2\n      maxProperties: 1",
    ),
    ("minimum above maximum", "minimum: 1", "minimum: 1\n          maximum: 0"),
    (
        "a range that excludes its only value",
        "minimum: 1",
        "minimum: 1\n          maximum: 1\n          exclusiveMaximum: true",
    ),
    ("an exclusive bound that is not there", "minimum: 1", "exclusiveMinimum: true"),
    ("an integer bound with a fraction", "minimum: 1", "minimum: 1.5"),
    ("an integer bound beyond 64 bits", "minimum: 1", "minimum: -9223372036854775809"),
    ("multiples of nothing", "minimum: 1", "multipleOf: 0"),
    ("a keyword of another type", "minimum: 1", "minLength: 1"),
    (
        "rules without a type",
        "type: string, description: The reason",
        "maxLength: 9, description: X",
    ),
    (
        "a type beside a composition",
        "        id:\n          allOf:",
        "        id:\n          type: string\n          allOf:",
    ),
    (
        "a rule beside a composition",
        "        id:\n          allOf:",
        "        id:\n          minLength: 3\n          allOf:",
    ),
    ("a pattern that does not compile", "^thg_[0-9a-z]+$", "^thg_[0-9a-z+$"),
    ("a pattern that is not anchored", "^thg_[0-9a-z]+$", "thg_[0-9a-z]+"),
    ("a pattern with alternatives", "^thg_[0-9a-z]+$", "^thg_(a|bc)$"),
    ("a pattern that needs a second try", "^thg_[0-9a-z]+$", "^thg_[0-9a-z]+[0-9]$"),
    ("a pattern beyond ASCII", "^thg_[0-9a-z]+$", "^thg_.+$"),
    ("an unknown format", "format: int64", "format: int46"),
    ("a format of nobody's", "format: date-time", "format: stardate"),
    ("a required property that is not there", "required: [id, made,", "required: [id, mad,"),
    ("a required property twice", "required: [id, made,", "required: [id, id, made,"),
    ("an enum with a value twice", "enum: [new, used]", "enum: [new, used, new]"),
    ("an enum with a number", "enum: [new, used]", "enum: [new, 2]"),
    ("an enum with null", "enum: [new, used]", "enum: [new, used, null]"),
    ("an enum of null alone", "enum: [new, used]", "enum: [null]"),
    ("an enum of numbers", "          minimum: 1", "          enum: [1, 2]"),
    ("an enum without a type", "      type: string\n      enum: [new", "      enum: [new"),
    ("an array of what", "          items: {$ref: '#/components/schemas/ThingId'}\n", ""),
    (
        "nullable beside a composition",
        "        id:\n          allOf:",
        "        id:\n          nullable: true\n          allOf:",
    ),
    ("nothing but null", "            - $ref: '#/components/schemas/ThingId'\n", ""),
    (
        "null where no alternative is",
        "          items: {$ref: '#/components/schemas/ThingId'}",
        "          items: {$ref: '#/components/schemas/NullValue'}",
    ),
    (
        "several parts that are no objects",
        "allOf: [{$ref: '#/components/schemas/State'}]",
        "allOf: [{$ref: '#/components/schemas/State'}, {type: string}]",
    ),
    (
        "parts with a property in common",
        "    Problem:\n      type: object\n",
        "    Both:\n      description: Both\n      allOf: [{$ref: '#/components/schemas/Problem'}, \
         {$ref: '#/components/schemas/Problem'}]\n    Problem:\n      type: object\n",
    ),
];

const EXAMPLES: &[Mistake] = &[
    ("an example of another type", "example: thg_1a\n", "example: 5\n"),
    ("an example that is too short", "example: thg_1a\n", "example: thg_\n"),
    ("an example that breaks the pattern", "example: thg_1a\n", "example: thg_1A\n"),
    ("an example without a required property", ", size: 3}", "}"),
    ("an example with a wrong property", ", size: 3}", ", size: big}"),
    ("an example below the minimum", ", size: 3}", ", size: 0}"),
    ("an example with a fraction", ", size: 3}", ", size: 3.0}"),
    ("an example of another format", "2024-01-31T12:00:00Z", "2024-01-31 at noon"),
    ("an example that fits no alternative", "parent: null", "parent: thing"),
    ("an example that is not in the enum", ", size: 3}", ", size: 3, state: lost}"),
    (
        "a default of another type",
        "format: decimal\n",
        "format: decimal\n          default: light\n",
    ),
    (
        "an example of a parameter",
        "description: Which thing\n",
        "description: Which thing\n          example: thing\n",
    ),
    (
        "an example among several of a body",
        "          schema: {$ref: '#/components/schemas/Problem'}\n",
        "          schema: {$ref: '#/components/schemas/Problem'}\n          \
         examples: {one: {value: {detail: [1, 2]}}}\n",
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
    ("a cookie", "          in: path", "          in: cookie"),
    (
        "a parameter with content",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "          content: {application/json: {schema: {type: string}}}\n",
    ),
    ("a style of path parameter", "in: path", "in: path\n          style: matrix"),
    (
        "an object in a path",
        "          schema: {$ref: '#/components/schemas/ThingId'}\n",
        "          schema: {$ref: '#/components/schemas/Thing'}\n",
    ),
    (
        "an array in one parameter",
        "        - name: id\n",
        "        - {name: ids, in: query, explode: false, description: X, \
         schema: {type: array, items: {type: string}}}\n        - name: id\n",
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
        "a secret among the parameters",
        "        - name: id\n",
        "        - {name: X-Secret, in: header, description: X, schema: {type: string}}\n        \
         - name: id\n",
    ),
    (
        "a body that is optional",
        "      parameters:\n",
        "      requestBody: {content: {application/json: {schema: \
         {$ref: '#/components/schemas/Thing'}}}}\n      parameters:\n",
    ),
    (
        "a body of nothing",
        "      parameters:\n",
        "      requestBody: {required: true, content: {}}\n      parameters:\n",
    ),
    ("a method of HTTP", "    get:\n", "    trace:\n"),
    (
        "security of one operation",
        "      operationId: thing",
        "      security: []\n      operationId: thing",
    ),
    ("servers of one path", "    get:\n", "    servers: []\n    get:\n"),
    ("what must not be", "detail: {type: string,", "detail: {not: {type: string},"),
    (
        "a discriminator",
        "          description: What it was made of",
        "          discriminator: {propertyName: kind}\n          description: What it was made of",
    ),
    (
        "an extension that typify obeys",
        "type: number",
        "type: number\n          x-rust-type: {crate: x, version: '1', path: x::Y}",
    ),
];

const NAMES: &[Mistake] = &[
    ("an operation in camel case", "operationId: thing", "operationId: getThing"),
    ("an operation with a keyword's name", "operationId: thing", "operationId: type"),
    ("an operation with a method's name", "operationId: thing", "operationId: exec"),
    ("an operation with no name", "operationId: thing", "operationId: ''"),
    (
        "a schema in snake case",
        "    State:",
        "    OTHER_state: {type: string, description: X}\n    State:",
    ),
    (
        "a schema with a digit first",
        "    State:",
        "    '3D': {type: string, description: X}\n    State:",
    ),
    (
        "a schema with a type's name",
        "    State:",
        "    Option: {type: string, description: X}\n    State:",
    ),
    (
        "two properties that are one in Rust",
        "        made:\n",
        "        Made: {type: string, description: X}\n        made:\n",
    ),
    ("two values that are one in Rust", "enum: [new, used]", "enum: [new, used, NEW]"),
    ("a value that cannot be a variant", "enum: [new, used]", "enum: [new, used, '+']"),
    ("a value that is the unknown", "enum: [new, used]", "enum: [new, used, unknown]"),
];

const ACCESS: &[Mistake] = &[
    (
        "no server",
        "servers:\n  - url: https://api.example.com/v0\n    x-environment: production\n",
        "",
    ),
    ("a server without an environment", "    x-environment: production\n", ""),
    ("an environment in another case", "x-environment: production", "x-environment: Live Site"),
    (
        "an environment twice",
        "servers:\n",
        "servers:\n  - {url: 'https://b.example.com', x-environment: production}\n",
    ),
    ("a relative server", "https://api.example.com/v0", "/v0"),
    ("a server without TLS", "https://api.example.com/v0", "http://api.example.com/v0"),
    ("a server that ends in a slash", "https://api.example.com/v0", "https://api.example.com/v0/"),
    (
        "a server with a variable",
        "url: https://api.example.com/v0",
        "url: https://{host}/v0\n    variables: {host: {default: api.example.com}}",
    ),
    ("a kind of login", "{type: http, scheme: bearer}", "{type: http, scheme: basic}"),
    ("a secret in the query", "in: header, name: x-secret", "in: query, name: x-secret"),
    ("a secret in no header", "name: x-secret", "name: 'x secret'"),
    ("two tokens", "    token: {", "    other: {type: http, scheme: bearer}\n    token: {"),
    ("no secret", "    secret: {type: apiKey, in: header, name: x-secret}\n", ""),
    ("no security", "security:\n  - token: []\n    secret: []\n", ""),
    ("one of two logins", "    secret: []\n", "  - secret: []\n"),
    ("security of nobody", "    secret: []\n", "    secrets: []\n"),
    ("scopes of a token", "  - token: []", "  - token: [read]"),
];

const HOUSE: &[Mistake] = &[
    ("a schema without a description", "      description: A thing\n", ""),
    ("a property with a blank description", "description: The reason", "description: ' '"),
    ("a parameter without a description", "          description: Which thing\n", ""),
    ("an operation without a description", "      description: Fetches a thing\n", ""),
    (
        "a property that is a bare reference",
        "          allOf: [{$ref: '#/components/schemas/State'}]\n          description: What has become of it",
        "          $ref: '#/components/schemas/State'",
    ),
    (
        "a response without a named schema",
        "          schema: {$ref: '#/components/schemas/Thing'}",
        "          schema: {type: array, items: {$ref: '#/components/schemas/Thing'}}",
    ),
    (
        "an enum without a name",
        "{type: string, description: The reason}",
        "{type: string, enum: [lost, sold], description: The reason}",
    ),
    (
        "an object without a name",
        "{type: string, description: The reason}",
        "{type: object, properties: {code: {type: string, description: X}}, description: X}",
    ),
    (
        "a choice without a name",
        "{type: string, description: The reason}",
        "{oneOf: [{type: string}, {type: integer}], description: X}",
    ),
    (
        "a named schema that allows null",
        "      enum: [new, used]",
        "      enum: [new, used]\n      nullable: true",
    ),
    ("an identifier without bounds", "      minLength: 5\n      maxLength: 20\n", ""),
    ("an identifier without a pattern", "      pattern: ^thg_[0-9a-z]+$\n", ""),
    ("an identifier that could leave its path", "^thg_[0-9a-z]+$", "^thg_[0-9a-z./]+$"),
    ("an identifier without a prefix", "^thg_[0-9a-z]+$", "^[0-9a-z_]+$"),
    (
        "an identifier that is a number",
        "    State:",
        "    PartId: {type: integer, description: X}\n    State:",
    ),
];
