import type { ErrorObject, ValidateFunction } from 'ajv'
import { type EndpointDocument, requestSchemas } from '../../../catalog/document.js'
import { fieldsOf, isLeaf, type JsonSchema, leafOf, type Shape } from '../../../catalog/schema.js'
import { loadAjv } from '../../../catalog/schema-problem.js'
import type { Traits } from '../../../catalog/traits.js'
import { BusinessFailure, ReturnFailure } from './refusal.js'
import type { V2Fields } from './sign.js'

const compiled = new Map<string, ValidateFunction>()

/** Checks the fields against the catalogue: nothing missing, nothing it does not know, and whose they are. */
export async function checkFields(
  template: string,
  fields: V2Fields,
  traits: Traits,
  document: EndpointDocument,
  mchid: string,
): Promise<void> {
  const merchant = traits.merchantId ?? 'mch_id'
  if (merchant && fields[merchant] !== mchid) throw new ReturnFailure(`${merchant}参数错误`)
  if (!traits.nonceless && !traits.redirect && !fields.nonce_str) throw new ReturnFailure('缺少参数nonce_str')
  const validate = compiled.get(template) ?? (await compile(template, traits, document))
  if (validate(fields)) return
  const [error] = validate.errors ?? []
  throw new BusinessFailure('PARAM_ERROR', problemOf(error))
}

async function compile(
  template: string,
  traits: Traits,
  document: EndpointDocument,
): Promise<ValidateFunction> {
  const schema = closed(document, traits)
  const validate = (await loadAjv()).compile(schema)
  compiled.set(template, validate)
  return validate
}

function closed(document: EndpointDocument, traits: Traits): object {
  const { xml, query } = requestSchemas(document)
  const schema: JsonSchema = xml ?? query ?? partsSchema(document)
  if (!schema.properties) return {}
  const common = ['sign', ...(traits.nonceless || traits.redirect ? [] : ['nonce_str'])]
  const added = Object.fromEntries(common.map((name) => [name, { type: 'string' }]))
  return { ...schema, properties: { ...schema.properties, ...added }, additionalProperties: false }
}

/** The parts of an upload that are texts. */
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
