import { inspect } from 'node:util'

const label = Symbol('label')

interface Labelled {
  readonly [label]: string
}

function ownLabel(this: Labelled): string {
  return this[label]
}

/** Frozen: a stranger must not be able to mark all nodes through the prototype they share. */
const nodePrototype: object = Object.freeze(
  Object.assign(Object.create(null), {
    toString: ownLabel,
    toJSON: ownLabel,
    [Symbol.toPrimitive]: ownLabel,
    [inspect.custom]: ownLabel,
    valueOf(this: Labelled) {
      return this
    },
  }),
)

/**
 * What a node's proxy stands before: a function, because nodes can be called. What is to be printed sits here, because
 * consoles skip the traps.
 */
export function createTarget(path: string): object {
  const target = () => undefined
  // `name` and `length` are segments like any other, which a frozen own property would forbid.
  Reflect.deleteProperty(target, 'name')
  Reflect.deleteProperty(target, 'length')
  Object.setPrototypeOf(target, nodePrototype)
  Object.defineProperty(target, label, { value: `Wechatpay <${path}>` })
  return Object.freeze(target)
}
