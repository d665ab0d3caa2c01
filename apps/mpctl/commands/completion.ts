import { type ExitCode, exitCode } from '../exit-code.ts';
import type { Input } from '../input.ts';
import { printData } from '../print.ts';
import { UsageError } from '../usage-error.ts';

/**
 * Each shell asks `mpctl complete` what could stand where the cursor is: one candidate a line, or `:file` or `:dir`
 * alone, for which the shell has its own completion.
 */
const scripts: Readonly<Record<string, string>> = {
  bash: `_mpctl() {
  local IFS=$'\\n' found
  found=$(mpctl complete -- "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null)
  case $found in
    :file) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$2")) ;;
    :dir) compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -d -- "$2")) ;;
    *) COMPREPLY=($found) ;;
  esac
}
complete -F _mpctl mpctl
`,
  zsh: `#compdef mpctl
_mpctl() {
  local -a found
  found=("\${(@f)$(mpctl complete -- "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  case $found[1] in
    :file) _files ;;
    :dir) _files -/ ;;
    *) compadd -- $found ;;
  esac
}
compdef _mpctl mpctl
`,
  fish: `function __mpctl_complete
  set -l words (commandline -opc) (commandline -ct)
  set -l found (mpctl complete -- $words[2..] 2>/dev/null)
  switch "$found"
    case ':file'
      __fish_complete_path (commandline -ct)
    case ':dir'
      __fish_complete_directories (commandline -ct)
    case '*'
      printf '%s\\n' $found
  end
end
complete -c mpctl -f -a '(__mpctl_complete)'
`,
};

export async function completion(input: Input): Promise<ExitCode> {
  const script = scripts[input.argument(0)];
  if (!script) throw new UsageError(`no completion for ${input.argument(0)}`, 'bash, zsh and fish have one');
  printData(script);
  return exitCode.done;
}
