import { readFileSync } from 'node:fs'
import { join } from 'node:path'

/** A way in which programs use the old packages, and the same program for wechatpay-fluent. */
export interface Shape {
  /** `1 rewritten: a chain with a body …`. */
  readonly title: string
  readonly isWhole: boolean
  readonly before: Readonly<Record<string, string>>
  readonly after: Readonly<Record<string, string>>
}

/** The shapes of `shapes.txt`: each has a title, then files before (`---`) and after (`+++`). */
export const shapes: readonly Shape[] = readFileSync(join(import.meta.dirname, 'shapes.txt'), 'utf8')
  .split(/^=== /m)
  .slice(1)
  .map((text) => {
    const [title = ''] = text.split('\n')
    const before: Record<string, string> = {}
    const after: Record<string, string> = {}
    for (const part of text.slice(title.length + 1).split(/^(?=--- |\+\+\+ )/m)) {
      const [head = ''] = part.split('\n')
      const files = head.startsWith('---') ? before : after
      files[head.slice('--- '.length)] = part.slice(head.length + 1)
    }
    return { title, isWhole: /^\d+ rewritten/.test(title), before, after }
  })
