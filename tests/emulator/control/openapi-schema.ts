/** The parts of OpenAPI 3.1 that a document of ours may have, as a JSON Schema: https://spec.openapis.org/oas/v3.1.0 */
const closed = (properties: object, required: readonly string[] = []): object => ({
  type: 'object',
  properties,
  required,
  additionalProperties: false,
})
const mapOf = (schema: object, names = '.'): object => ({
  type: 'object',
  patternProperties: { [names]: schema },
  additionalProperties: false,
})
const text = { type: 'string', minLength: 1 }
const reference = closed({ $ref: { type: 'string', pattern: '^#/components/' } }, ['$ref'])
const schema = { $ref: 'https://json-schema.org/draft/2020-12/schema' }
const content = mapOf(closed({ schema }, ['schema']), '^application/json$')
const response = closed({ description: text, content }, ['description'])
const parameter = closed(
  { name: text, in: { const: 'query' }, description: text, required: { type: 'boolean' }, schema },
  ['name', 'in', 'schema'],
)
const operation = closed(
  {
    operationId: { type: 'string', pattern: '^[a-z-]+$' },
    summary: text,
    parameters: { type: 'array', items: parameter },
    requestBody: closed({ required: { type: 'boolean' }, content }, ['content']),
    responses: {
      ...mapOf({ anyOf: [reference, response] }, '^[1-5]\\d\\d$'),
      minProperties: 1,
    },
  },
  ['responses'],
)

export const OPENAPI = closed(
  {
    openapi: { type: 'string', pattern: '^3\\.1\\.\\d+$' },
    info: closed({ title: text, version: text, description: text }, ['title', 'version']),
    servers: {
      type: 'array',
      items: closed({ url: { type: 'string', pattern: '^https?://' } }, ['url']),
      minItems: 1,
    },
    security: { type: 'array', items: mapOf({ type: 'array', items: text }) },
    paths: mapOf(closed({ get: operation, post: operation, delete: operation }), '^/'),
    components: closed({
      schemas: mapOf(schema, '^[A-Za-z0-9._-]+$'),
      responses: mapOf(response, '^[A-Za-z0-9._-]+$'),
      securitySchemes: mapOf(
        closed({ type: { const: 'http' }, scheme: { const: 'bearer' }, description: text }, [
          'type',
          'scheme',
        ]),
      ),
    }),
  },
  ['openapi', 'info', 'paths'],
)
