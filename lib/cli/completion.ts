import { Argument, type Command } from 'commander'
import { print } from './output.js'

/** The scripts. Each asks the program itself for the words, so that it is never outdated. */
const SCRIPTS = {
  bash: `_wxpay() {
  local found IFS=$'\\n'
  found="$("\${COMP_WORDS[0]}" __complete "\${COMP_WORDS[@]:1:COMP_CWORD-1}" 2>/dev/null)"
  COMPREPLY=($(compgen -W "$found" -- "\${COMP_WORDS[COMP_CWORD]}"))
}
complete -o default -F _wxpay wxpay wechatpay-fluent`,
  zsh: `#compdef wxpay wechatpay-fluent
_wxpay() {
  local -a found
  found=("\${(@f)$("\${words[1]}" __complete "\${(@)words[2,CURRENT-1]}" 2>/dev/null)}")
  if [[ -n "\${found[1]}" ]]; then compadd -a found; else _files; fi
}
compdef _wxpay wxpay wechatpay-fluent`,
  fish: `function __wxpay_complete
  set -l words (commandline -opc)
  set -l found ($words[1] __complete $words[2..-1] 2>/dev/null)
  if test -n "$found[1]"
    printf '%s\\n' $found
  else
    __fish_complete_path (commandline -ct)
  end
end
complete -c wxpay -c wechatpay-fluent -f -a '(__wxpay_complete)'`,
} as const

const HELP = `
  bash  source <(wxpay completion bash)      in ~/.bashrc
  zsh   source <(wxpay completion zsh)       in ~/.zshrc, after compinit
  fish  wxpay completion fish | source       in ~/.config/fish/config.fish`

export function defineCommand(command: Command): Command {
  return command
    .description('Print a completion script: commands, options, and the paths of all endpoints.')
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SCRIPTS) => print(SCRIPTS[shell]))
}
