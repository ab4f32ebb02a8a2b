import type { ShellCommand } from '../shell/script.ts';

/** A command as one text, words by single spaces, `${X}` as `$X`. */
export function textOfWords(command: ShellCommand): string {
  return command.words
    .map((word) => word.text)
    .join(' ')
    .replaceAll(/\$\{(\w+)\}/g, '$$$1');
}
