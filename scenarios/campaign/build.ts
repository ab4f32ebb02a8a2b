import { execFileSync } from 'node:child_process';

/** What decides how a run goes; documents and tests do not. */
const rooms = ['system', 'sim', 'chaos', 'scenarios'] as const;

/**
 * Names the code that runs were made with, the same for two commits that differ only in documents or tests. Undefined where
 * this is no checkout or has changes that are not committed: such runs cannot be told apart.
 */
export function buildOfCheckout(): string | undefined {
  const git = (...words: readonly string[]): string =>
    execFileSync('git', words, {
      cwd: import.meta.dirname,
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'ignore'],
    }).trim();
  try {
    if (git('status', '--porcelain', '--untracked-files=no') !== '') return undefined;
    const trees = git('rev-parse', ...rooms.map((room) => `HEAD:${room}`)).split('\n');
    return trees.map((tree) => tree.slice(0, 8)).join('-');
  } catch {
    return undefined;
  }
}
