import type { JsonSchema } from '../../lib/catalog/schema.js'

/** A schema that takes the documented fields and no others, at every depth. */
export function closed(schema: JsonSchema): JsonSchema {
  const { properties, patternProperties, items, anyOf } = schema
  return {
    ...schema,
    ...(items && { items: closed(items) }),
    ...(anyOf && { anyOf: anyOf.map(closed) }),
    ...(patternProperties && { patternProperties: closedEach(patternProperties) }),
    ...(properties && { properties: closedEach(properties), additionalProperties: false }),
  } as JsonSchema
}

function closedEach(properties: Readonly<Record<string, JsonSchema>>): Record<string, JsonSchema> {
  return Object.fromEntries(Object.entries(properties).map(([name, field]) => [name, closed(field)]))
}
