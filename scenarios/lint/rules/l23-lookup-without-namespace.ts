import { kubectlCalls, type PlacedCall } from '../input/shell-search.ts';
import type { LintInput } from '../input/lint-input.ts';
import { targetOf } from '../shell/kubectl.ts';
import { pipelinesOf } from '../shell/script.ts';
import type { LintRule } from './rule.ts';

/** Where the object lives by the files: by its manifest, or by another command that names it. */
function namespaceElsewhere(
  input: LintInput,
  calls: readonly PlacedCall[],
  kind: string,
  name: string,
): string | undefined {
  const manifest = input.resources.find(
    (resource) => resource.kind.toLowerCase() === kind && resource.name === name,
  );
  if (manifest?.namespace !== undefined) return manifest.namespace;
  for (const { call } of calls) {
    const target = targetOf(call);
    const namespace = call.flags.get('namespace');
    if (target.kind === kind && target.name === name && namespace !== undefined) return namespace;
  }
  return undefined;
}

function namespaceIsSet(call: PlacedCall): boolean {
  return pipelinesOf(call.sequence)
    .slice(0, call.index)
    .some((pipeline) =>
      pipeline.commands.some(({ words }) => {
        const text = words.map((word) => word.text).join(' ');
        return /set-context.*--namespace/.test(text) || /^kubens\b/.test(text);
      }),
    );
}

export const lookupWithoutNamespace: LintRule = {
  id: 'L23',
  title: 'kubectl looks in the wrong namespace',
  effect:
    'the answer is empty; a script that asks "is it blue?" takes the else branch and may work on the live colour',
  fix: 'add -n NAMESPACE, and stop where the answer is neither of the two colours',
  source: 'delivery L23, F81',
  check: (input) => {
    const calls = kubectlCalls(input);
    return calls.flatMap((placed) => {
      const { call } = placed;
      if (!/^(get|patch|describe|delete|edit)$/.test(call.verb.text)) return [];
      if (call.flags.has('namespace') || call.flags.has('all-namespaces') || namespaceIsSet(placed))
        return [];
      const { kind, name } = targetOf(call);
      if (name === undefined) return [];
      const namespace = namespaceElsewhere(input, calls, kind, name);
      if (namespace === undefined || namespace === 'default') return [];
      return [
        {
          place: placed.command.place,
          why: `${kind} ${name} lives in namespace ${namespace}; this call names none`,
        },
      ];
    });
  },
};
