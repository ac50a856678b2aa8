import type { Class, ClassProperty, ObjectExpression } from '@babel/types'
import { isClass, keyOf, memberName, type Node, returnsOf, upwards } from './syntax.js'

/** What is assigned to the fields of a class or an object, and the types that are written at them. */
export interface Fields {
  readonly values: Map<string, Node[]>
  readonly types: Map<string, Node>
  readonly methods: Map<string, Node>
}

/** The values and types of the properties that have one name. */
export interface Property {
  readonly values: Node[]
  readonly types: Node[]
}

/** What a class declares. */
export function fieldsOf(node: Class): Fields {
  const fields: Fields = { values: new Map(), types: new Map(), methods: new Map() }
  for (const member of node.body.body) {
    const name = keyOf(member)
    if (/^Class(?:Private)?Property$/.test(member.type) && name !== undefined) {
      const { value, typeAnnotation } = member as ClassProperty
      if (value) fields.values.set(name, [value])
      if (typeAnnotation) fields.types.set(name, typeAnnotation)
    }
    if (member.type !== 'ClassMethod') continue
    if (name !== undefined && member.kind === 'get') fields.values.set(name, returnsOf(member))
    else if (name !== undefined) fields.methods.set(name, member)
    for (const parameter of member.params) {
      if (parameter.type !== 'TSParameterProperty' || parameter.parameter.type !== 'Identifier') continue
      const { name: field, typeAnnotation } = parameter.parameter
      if (typeAnnotation) fields.types.set(field, typeAnnotation)
    }
  }
  return fields
}

/** What an object literal has, whose methods may say `this`. */
export function fieldsOfObject({ properties }: ObjectExpression): Fields {
  const fields: Fields = { values: new Map(), types: new Map(), methods: new Map() }
  for (const property of properties) {
    const name = keyOf(property)
    if (name === undefined) continue
    if (property.type === 'ObjectMethod') fields.methods.set(name, property)
    if (property.type === 'ObjectProperty') fields.values.set(name, [property.value])
  }
  return fields
}

/** Notes what a property is given, by its name. */
export function collectProperty(node: Node, properties: Map<string, Property>): void {
  const add = (name: string | undefined, value?: Node | null, type?: Node | null): void => {
    if (name === undefined) return
    const property = properties.get(name) ?? { values: [], types: [] }
    if (value) property.values.push(value)
    if (type) property.types.push(type)
    properties.set(name, property)
  }
  if (node.type === 'AssignmentExpression') add(memberName(node.left), node.right)
  if (node.type === 'ObjectProperty') add(keyOf(node), node.value)
  if (node.type === 'ClassProperty') add(keyOf(node), node.value, node.typeAnnotation)
  if (node.type === 'TSPropertySignature') add(keyOf(node), undefined, node.typeAnnotation)
  if (node.type === 'TSParameterProperty' && node.parameter.type === 'Identifier') {
    add(node.parameter.name, undefined, node.parameter.typeAnnotation)
  }
}

/** The fields of the class, or of the object with methods, that `this` belongs to. */
export function fieldsAround(
  node: Node,
  {
    parents,
    fields,
  }: { readonly parents: ReadonlyMap<Node, Node>; readonly fields: ReadonlyMap<Node, Fields> },
): Fields | undefined {
  const above = upwards(node, parents)
  for (const [index, at] of above.entries()) {
    const [parent, object = at] = above.slice(index + 1)
    if (isClass(at)) return fields.get(at)
    if (at.type === 'ObjectMethod') return fields.get(parent ?? at)
    if (at.type === 'FunctionExpression' && parent?.type === 'ObjectProperty') return fields.get(object)
  }
  return undefined
}
