import { Command } from 'commander'
import { print } from './output.js'
import { UsageError } from './usage-error.js'

const SHELLS = ['bash', 'zsh', 'fish'] as const

/** Each asks the command itself, so that a script never falls behind what it completes. */
const SCRIPTS: Readonly<Record<(typeof SHELLS)[number], string>> = {
  bash: `_wxpay() {
  local IFS=$'\\n'
  COMPREPLY=($(compgen -W "$(wxpay completion --words "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _wxpay wxpay`,
  zsh: `#compdef wxpay
_wxpay() {
  local -a found
  found=("\${(@f)$(wxpay completion --words "\${words[@]:1:CURRENT-2}" 2>/dev/null)}")
  compadd -a found || _files
}
compdef _wxpay wxpay`,
  fish: `complete -c wxpay -f -a '(wxpay completion --words (commandline -opc)[2..-1] 2>/dev/null)'`,
}

export function completionCommand(program: Command): Command {
  return new Command('completion')
    .description('Print a completion script: source <(wxpay completion bash)')
    .argument('[words...]', SHELLS.join(', '))
    .option('--words', 'list what may follow these words')
    .allowUnknownOption()
    .action(async (words: readonly string[], { words: list }: { readonly words?: boolean }) => {
      if (list) return print((await following(program, words)).join('\n'))
      const shell = SHELLS.find((one) => one === words[0])
      if (!shell) throw new UsageError(`completion is there for ${SHELLS.join(', ')}`)
      print(SCRIPTS[shell])
    })
}

/** Sub-commands and options; after \`call\`, the documented paths. */
async function following(program: Command, words: readonly string[]): Promise<string[]> {
  let command = program
  for (const word of words) command = command.commands.find((one) => one.name() === word) ?? command
  const options = command.options.map(({ long }) => long ?? '').filter(Boolean)
  const names = command.commands.map((one) => one.name())
  if (command.name() !== 'call' && command.name() !== 'show') return [...names, ...options]
  const { catalogue } = await import('./catalogue.js')
  return [...new Set(catalogue().map(({ path }) => path)), ...options]
}
