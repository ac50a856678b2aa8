import { VERSION } from '../../../version.js'
import { inputSchema, type Operation, type Schema } from './operation.js'
import { OPERATIONS } from './operations.js'
import { COMPONENTS, ref } from './schemas.js'

/** The OpenAPI document of the control API. @param url the URL that its paths are below */
export function openApiDocument(url: string): object {
  return {
    openapi: '3.1.0',
    info: {
      title: 'Control of the WeChat Pay emulator',
      version: VERSION,
      description:
        'What the users of WeChat and the platform do in production, and what tests want of an emulator. No money moves.',
    },
    servers: [{ url }],
    security: [{ token: [] }],
    paths: Object.fromEntries(OPERATIONS.map(({ path }) => [`/${path}`, pathItem(path)])),
    components: {
      schemas: COMPONENTS,
      responses: {
        Refused: response('The input is wrong, or the emulator cannot do that now.', ref('Problem')),
        Unauthorized: response('The token is missing or wrong.', ref('Problem')),
        Forbidden: response('A page of another site, or a name of another machine.', ref('Problem')),
      },
      securitySchemes: {
        token: {
          type: 'http',
          scheme: 'bearer',
          description:
            'Printed by the command, and in WXPAY_EMULATOR_TOKEN. Callers on the same machine need none: the header X-Emulator-Page: 1 is enough for what is not a GET.',
        },
      },
    },
  }
}

const response = (description: string, schema: Schema): object => ({
  description,
  content: { 'application/json': { schema } },
})

/** The operations of a path, by method. */
function pathItem(path: string): object {
  const all = OPERATIONS.filter((one) => one.path === path)
  return Object.fromEntries(all.map((one) => [one.method.toLowerCase(), operationObject(one, all)]))
}

function operationObject(operation: Operation, ofPath: readonly Operation[]): object {
  const { method, path, summary, output } = operation
  // Of several operations of a path, those that change something are named by what they do to it.
  const verb = { GET: '', POST: 'set-', DELETE: 'forget-' }[method]
  return {
    operationId: ofPath.length > 1 ? `${verb}${path}` : path,
    summary,
    ...(method === 'GET' ? { parameters: parametersOf(operation) } : bodyOf(operation)),
    responses: {
      200: response('Done.', output),
      400: { $ref: '#/components/responses/Refused' },
      401: { $ref: '#/components/responses/Unauthorized' },
      403: { $ref: '#/components/responses/Forbidden' },
    },
  }
}

function parametersOf({ input }: Operation): readonly object[] {
  return Object.entries(input).map(([name, { description, ...schema }]) => ({
    name: name.replace(/\?$/, ''),
    in: 'query',
    required: !name.endsWith('?'),
    ...(description !== undefined && { description }),
    schema,
  }))
}

function bodyOf(operation: Operation): object {
  if (Object.keys(operation.input).length === 0) return {}
  const required = Object.keys(operation.input).some((name) => !name.endsWith('?'))
  return {
    requestBody: { required, content: { 'application/json': { schema: inputSchema(operation) } } },
  }
}
