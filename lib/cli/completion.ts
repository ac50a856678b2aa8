import { Argument, type Command } from 'commander'
import { words } from './language.js'
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

const HELP = words(
  `
  bash  source <(wechatpay-fluent completion bash)      in ~/.bashrc
  zsh   source <(wechatpay-fluent completion zsh)       in ~/.zshrc, after compinit
  fish  wechatpay-fluent completion fish | source       in ~/.config/fish/config.fish

It is for both names, wechatpay-fluent and wxpay.`,
  `
  bash  source <(wechatpay-fluent completion bash)      写入 ~/.bashrc
  zsh   source <(wechatpay-fluent completion zsh)       写入 ~/.zshrc，放在 compinit 之后
  fish  wechatpay-fluent completion fish | source       写入 ~/.config/fish/config.fish

对 wechatpay-fluent 和 wxpay 两个名字都有效。`,
)

export function defineCommand(command: Command): Command {
  return command
    .description(
      words(
        'Print a completion script: commands, options, and the paths of all endpoints.',
        '打印补全脚本：补全命令、选项和全部接口的路径。',
      ),
    )
    .addArgument(new Argument('<shell>').choices(Object.keys(SCRIPTS)))
    .addHelpText('after', HELP)
    .action((shell: keyof typeof SCRIPTS) => print(SCRIPTS[shell]))
}
