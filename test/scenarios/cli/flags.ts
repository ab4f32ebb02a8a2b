import type { RunFlags } from '../../../scenarios/cli/run-options.ts';

/** Flags as commander hands them over, quiet and with some changed. */
export function buildFlags(changes: Partial<RunFlags>): RunFlags {
  return {
    seeds: '1',
    set: [],
    defender: [],
    allowInvalid: false,
    strict: false,
    trace: 'off',
    output: 'results',
    summary: 'compact',
    color: 'never',
    json: false,
    quiet: true,
    printConfig: false,
    ...changes,
  };
}
