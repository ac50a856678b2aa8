import { type Argument, type Command, Help, type Option } from 'commander'
import { withoutKeys } from '../printable.js'
import { widthOf, wrap } from './layout.js'

/** Has a program, and the commands that are added to it, say in Chinese what Commander says by itself. */
export function speakChinese(program: Command): Command {
  const english = new Help()
  return program
    .configureHelp({
      styleTitle: (title) => TITLES[title] ?? title,
      styleUsage: translateTerms,
      styleSubcommandTerm: translateTerms,
      optionDescription: (option: Option) => translateRemark(english.optionDescription(option)),
      argumentDescription: (argument: Argument) => translateRemark(english.argumentDescription(argument)),
      displayWidth: widthOf,
      boxWrap: (text, width) =>
        text
          .split('\n')
          .flatMap((line) => wrap(line, width))
          .join('\n'),
    })
    .configureOutput({ outputError: (text, write) => write(withoutKeys(translateError(text))) })
}

const TITLES: Readonly<Record<string, string>> = {
  'Usage:': '用法：',
  'Arguments:': '参数：',
  'Options:': '选项：',
  'Commands:': '命令：',
}

const translateTerms = (text: string): string =>
  text.replace('[options]', '[选项]').replace('[command]', '[命令]')

/** The remark at the end of a description: `(choices: "csv", "json", default: "csv")`. */
const translateRemark = (description: string): string =>
  description
    .replace(/ ?\(((?:choices|default): .*)\)$/, '（$1）')
    .replace(/(?<=（)choices: /, '可选：')
    .replace(/(?:(?<=（)|, )default: (?=[^,]*）$)/, (separator) =>
      separator.startsWith(',') ? '；默认：' : '默认：',
    )

/** The errors of Commander, each with what it becomes. */
const ERRORS: readonly (readonly [english: RegExp, chinese: string])[] = [
  [/^error: missing required argument '(.*)'/, '错误：缺少参数 <$1>'],
  [/^error: option '(.*)' argument missing/, '错误：选项 $1 缺少值'],
  [/^error: required option '(.*)' not specified/, '错误：缺少选项 $1'],
  [/^error: unknown option '(.*)'/, '错误：没有选项 $1'],
  [/^error: unknown command '(.*)'/, '错误：没有命令 $1'],
  [
    /^error: too many arguments(?: for '(.*)')?\. Expected (\d+) arguments? but got (\d+)\./,
    '错误：参数过多：应有 $2 个，给出了 $3 个。',
  ],
  [/^error: option '(.*)' argument '(.*)' is invalid\. ?/s, "错误：选项 $1 的值 '$2' 无效。"],
  [
    /^error: command-argument value '(.*)' is invalid for argument '(.*)'\. ?/s,
    "错误：参数 <$2> 的值 '$1' 无效。",
  ],
  [/Allowed choices are (.*)\.$/m, '可选：$1。'],
  [/\(Did you mean (?:one of )?(.*)\?\)/, '（是否想写 $1？）'],
]

/** An error of Commander in Chinese; what is none of them stays as it is. */
const translateError = (text: string): string =>
  ERRORS.reduce((translated, [english, chinese]) => translated.replace(english, chinese), text)
