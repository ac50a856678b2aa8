import type { Command, Option } from 'commander'
import { print } from './output.js'
import { createProgram } from './program.js'

/** Commands whose first word is an endpoint. */
const TAKES_PATH: ReadonlySet<string> = new Set(['call', 'show', 'bulk'])

/**
 * Prints what may follow, one a line; nothing where it is a file or free text.
 *
 * @param words those before the one that is being typed
 */
export async function complete(words: readonly string[]): Promise<void> {
  const program = await createProgram(words.slice(0, 1))
  const { command, rest } = descend(program, words)
  const last = command.options.find((option) => isCalled(option, words.at(-1)))
  if (last?.required || last?.optional) return printLines(last.argChoices ?? [])
  printLines([
    ...command.commands.map((one) => one.name()),
    ...(await argumentsOf(command, rest)),
    ...command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? ''),
    '--help',
  ])
}

/** The command that the words lead to, and the words of them that are its arguments. */
function descend(program: Command, words: readonly string[]): { command: Command; rest: readonly string[] } {
  let command = program
  let rest: string[] = []
  for (const [index, word] of words.entries()) {
    const child = rest.length === 0 ? command.commands.find((one) => one.name() === word) : undefined
    if (child) command = child
    else if (!word.startsWith('-') && !takesValue(command, words[index - 1])) rest = [...rest, word]
  }
  return { command, rest }
}

const isCalled = ({ long, short }: Option, word: string | undefined): boolean =>
  word !== undefined && (word === long || word === short)

const takesValue = (command: Command, word: string | undefined): boolean =>
  command.options.some((option) => isCalled(option, word) && (option.required || option.optional))

async function argumentsOf(command: Command, rest: readonly string[]): Promise<readonly string[]> {
  const next = command.registeredArguments[rest.length]
  if (next?.argChoices) return next.argChoices
  const isPath = next && TAKES_PATH.has(command.name()) && (command.name() !== 'bulk' || rest.length === 1)
  if (!isPath) return []
  const { catalogue, spellingsOf } = await import('./catalogue.js')
  return [...new Set(catalogue().flatMap(spellingsOf))]
}

function printLines(lines: readonly string[]): void {
  if (lines.length > 0) print(lines.join('\n'))
}
