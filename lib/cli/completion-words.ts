import type { Command, Option } from 'commander'
import { eventTypes } from './notify.js'
import { print } from './output.js'
import { createProgram } from './program.js'

/**
 * Prints the words that may follow, one a line; none where a file or free text is expected.
 *
 * @param words the words before the one that is being typed
 */
export async function printCompletions(words: readonly string[]): Promise<void> {
  const program = await createProgram(words.slice(0, 1))
  const { command, rest } = findCommand(program, words)
  const last = command.options.find((option) => isCalled(option, words.at(-1)))
  if (last?.required || last?.optional) return printLines(last.argChoices ?? [])
  printLines([
    ...command.commands.map((one) => one.name()),
    ...(await argumentsOf(command, rest)),
    ...command.options.filter(({ hidden }) => !hidden).map(({ long, short }) => long ?? short ?? ''),
    '--help',
  ])
}

/** Finds the command that the words name, and the words that are its arguments. */
function findCommand(
  program: Command,
  words: readonly string[],
): { command: Command; rest: readonly string[] } {
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
  if (next?.name() === 'event') return eventTypes()
  if (next?.name() !== 'path') return []
  const { catalogue, pathsOf } = await import('./routes/catalogue.js')
  return [...new Set(catalogue().flatMap(pathsOf))]
}

function printLines(lines: readonly string[]): void {
  if (lines.length > 0) print(lines.join('\n'))
}
