import type { ErrorObject, ValidateFunction } from 'ajv'
import { type EndpointDocument, requestSchemas } from '../../../catalog/document.js'
import { fieldsOf, isLeaf, type JsonSchema, leafOf, type Shape } from '../../../catalog/schema.js'
import { loadAjv } from '../../../catalog/schema-problem.js'
import type { EndpointFacts } from '../../routing/endpoint-facts.js'
import { BusinessFailure, ReturnFailure } from './refusal.js'
import type { V2Fields } from './sign.js'

const compiled = new Map<string, ValidateFunction>()

/**
 * Checks the fields against the catalogue: none is missing, none is unknown, and the merchant is this one.
 *
 * @throws {ReturnFailure | BusinessFailure} as the API does
 */
export async function checkFields(
  template: string,
  fields: V2Fields,
  facts: EndpointFacts,
  mchid: string,
): Promise<void> {
  const { merchantField, needsNonce } = facts
  if (merchantField && fields[merchantField] !== mchid) throw new ReturnFailure(`${merchantField}参数错误`)
  if (needsNonce && !fields.nonce_str) throw new ReturnFailure('缺少参数nonce_str')
  const validate = compiled.get(template) ?? (await compile(template, facts))
  if (validate(fields)) {
    // https://pay.weixin.qq.com/wiki/doc/api/jsapi.php?chapter=9_1
    if (/[?#]/.test(fields.notify_url ?? ''))
      throw new BusinessFailure('PARAM_ERROR', 'notify_url不能携带参数')
    return
  }
  const [error] = validate.errors ?? []
  throw new BusinessFailure('PARAM_ERROR', problemOf(error))
}

async function compile(template: string, facts: EndpointFacts): Promise<ValidateFunction> {
  const validate = (await loadAjv()).compile(closedSchema(facts))
  compiled.set(template, validate)
  return validate
}

/** The documented schema with the fields that every message has, and no others. */
function closedSchema({ document, needsNonce }: EndpointFacts): object {
  const { xml, query } = requestSchemas(document)
  const schema: JsonSchema = xml ?? query ?? partsSchema(document)
  if (!schema.properties) return {}
  const common = ['sign', ...(needsNonce ? ['nonce_str'] : [])]
  const added = Object.fromEntries(common.map((name) => [name, { type: 'string' }]))
  return { ...schema, properties: { ...schema.properties, ...added }, additionalProperties: false }
}

/** The schema of an upload's parts that are texts. */
function partsSchema({ multipart = {} }: EndpointDocument): JsonSchema {
  const names = fieldsOf(multipart).flatMap(({ name, shape }) => (isFile(shape) ? [] : [name]))
  const properties = Object.fromEntries(names.map((name) => [name, { type: 'string' as const }]))
  return { type: 'object', required: names, properties }
}

const isFile = (shape: Shape): boolean => isLeaf(shape) && leafOf(shape).type === 'binary'

function problemOf(error: ErrorObject | undefined): string {
  if (error?.keyword === 'required') return `缺少参数${String(error.params.missingProperty)}`
  if (error?.keyword === 'additionalProperties') {
    return `请求中含有未在API文档中定义的参数${String(error.params.additionalProperty)}`
  }
  return `参数错误: ${error?.instancePath ?? ''} ${error?.message ?? ''}`
}
