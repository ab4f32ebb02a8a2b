import { kubectlCalls, type PlacedCall } from '../input/shell-search.ts';
import { pipelinesOf } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

function isImperative({ call }: PlacedCall): boolean {
  return /^(scale|patch|edit|set|autoscale)$/.test(call.verb.text);
}

function isSuspended({ sequence, index }: PlacedCall): boolean {
  return pipelinesOf(sequence)
    .slice(0, index)
    .some((pipeline) =>
      pipeline.commands.some(({ words }) => {
        const text = words.map((word) => word.text).join(' ');
        return /^flux suspend\b/.test(text) || /^argocd app set\b.*--sync-policy[ =](none|manual)/.test(text);
      }),
    );
}

export const imperativeAgainstGitOps: LintRule = {
  id: 'L25',
  title: 'Imperative change of what GitOps applies',
  effect: 'the next reconcile reverts it: a flip goes back, a scaled deployment returns to the count in git',
  fix: 'change it in git, leave the field out of git (one writer for each field), or suspend the reconcile around it',
  source: 'delivery L25, F57',
  check: (input) => {
    const evidence = input.gitOps;
    if (evidence === undefined) return [];
    const calls = kubectlCalls(input).filter((call) => isImperative(call) && !isSuspended(call));
    return calls
      .filter(({ sequence, call }, index) => {
        // Lines that do the same one after the other are told once.
        const before = calls[index - 1];
        return before?.sequence !== sequence || before.call.verb.text !== call.verb.text;
      })
      .map(({ command, call }) => ({
        place: command.place,
        why: `kubectl ${call.verb.text} by hand, and a GitOps controller applies the manifests (${evidence.file}:${evidence.line})`,
      }));
  },
};
