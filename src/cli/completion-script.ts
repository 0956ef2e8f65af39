/** Completion scripts, made from the declarations: commands, members of groups, options, and choices of options. Files where a path is asked for. */
import { globalOptions } from './command.ts'
import type { CommandSpec, OptionSpec } from './command.ts'
import { shown } from './help.ts'
import { commands } from './registry.ts'

export type Shell = 'bash' | 'zsh' | 'fish'

export const completionScript = (shell: Shell): string => ({ bash, zsh, fish })[shell]()

const specs = (): readonly CommandSpec[] => shown(commands)
const flagsOf = (options: readonly OptionSpec[]): string[] => options.filter(option => option.hidden !== true).flatMap(option => option.flags.replace(/ <.*$/, '').split(', '))
const firstWords = (): string[] => [...new Set(specs().map(spec => spec.name.split(' ')[0] ?? ''))]
const members = (): [string, string[]][] => firstWords().map((word): [string, string[]] => [word, specs().flatMap(spec => (spec.name.startsWith(`${word} `) ? [spec.name.slice(word.length + 1)] : []))]).filter(([, names]) => names.length > 0)
const words = (spec: CommandSpec): string => [...flagsOf(spec.options ?? []), ...flagsOf(globalOptions), '--help', ...(spec.name === 'completion' ? ['bash', 'zsh', 'fish'] : [])].join(' ')

/** The case arms that give the words behind each command; the same shell code in bash and zsh. */
const arms = (): string => [
  ...members().map(([word, names]) => `    '${word}') replies='${names.join(' ')}' ;;`),
  ...specs().map(spec => `    '${spec.name}') replies='${words(spec)}' ;;`),
].join('\n')

const find = `  local name='' word replies='' at
  for ((at = 1; at < position; at++)); do
    word=\${typed[at]}
    case $word in
      -w|--workspace) ((at++)) ;;
      -*) ;;
      *) if [[ -z $name ]]; then name=$word; elif [[ " ${'${groups}'} " == *" $name "* ]]; then name="$name $word"; break; else break; fi ;;
    esac
  done
  case $name in
    '') replies='${'${commands}'}' ;;`

const body = (): string => `${find.replace('${groups}', members().map(([word]) => word).join(' ')).replace('${commands}', [...firstWords(), 'help', ...flagsOf(globalOptions), '--help', '--version'].join(' '))}
${arms()}
  esac`

const bash = (): string => `# bash completion for factory
_factory() {
  local typed=("\${COMP_WORDS[@]}") position=$COMP_CWORD current=\${COMP_WORDS[COMP_CWORD]}
${body()}
  COMPREPLY=($(compgen -W "$replies" -- "$current"))
}
complete -o default -F _factory factory
`

const zsh = (): string => `#compdef factory
# zsh completion for factory
_factory() {
  emulate -L zsh
  setopt ksh_arrays
  local typed=("\${words[@]}") position=$((CURRENT - 1))
  _factory_words
}
_factory_words() {
  emulate -L zsh
  setopt ksh_arrays sh_word_split
${body()}
  unsetopt ksh_arrays
  local -a choices
  choices=(\${=replies})
  compadd -a choices || _files
}
compdef _factory factory
`

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`

function fish(): string {
  const first = specs().filter(spec => !spec.name.includes(' ')).map(spec => `complete -c factory -f -n __fish_use_subcommand -a ${spec.name} -d ${quoted(spec.summary)}`)
  const grouped = members().flatMap(([word, names]) => [
    `complete -c factory -f -n __fish_use_subcommand -a ${word}`,
    ...names.map(name => `complete -c factory -f -n '__fish_seen_subcommand_from ${word}; and not __fish_seen_subcommand_from ${names.join(' ')}' -a ${name}`),
  ])
  const options = specs().flatMap(spec => (spec.options ?? []).filter(option => option.hidden !== true).map(option => fishOption(`'__fish_seen_subcommand_from ${spec.name.split(' ').at(-1) ?? ''}'`, option)))
  return ['# fish completion for factory', ...first, ...grouped, ...globalOptions.map(option => fishOption(null, option)), ...options, ''].join('\n')
}

function fishOption(when: string | null, option: OptionSpec): string {
  const short = /^-(\w), /.exec(option.flags)?.[1]
  const long = /--([a-z-]+)/.exec(option.flags)?.[1] ?? ''
  return `complete -c factory${when === null ? '' : ` -n ${when}`}${short === undefined ? '' : ` -s ${short}`} -l ${long}${option.flags.includes('<') ? ' -r' : ''} -d ${quoted(option.summary)}`
}
