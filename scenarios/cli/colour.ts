import type { RunFlags } from './run-options.ts';

/** `--color`; `auto` heeds NO_COLOR, FORCE_COLOR and a terminal that can show none. */
export function wantsColour(
  choice: RunFlags['color'],
  terminal: boolean,
  environment: NodeJS.ProcessEnv,
): boolean {
  switch (choice) {
    case 'always':
      return true;
    case 'never':
      return false;
    case 'auto':
      break;
  }
  if ((environment['NO_COLOR'] ?? '') !== '') return false;
  const forced = environment['FORCE_COLOR'] ?? '';
  if (forced !== '') return forced !== '0' && forced !== 'false';
  return terminal && environment['TERM'] !== 'dumb';
}
