/** What was read of a body to see what it is, and then the rest. */
export async function* resumed(head: Buffer, rest: AsyncIterable<Buffer>): AsyncGenerator<Buffer> {
  if (head.length > 0) yield head
  yield* rest
}
