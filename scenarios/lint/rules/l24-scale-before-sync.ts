import { argumentsOf, pipelinesOf, type ShellCommand, type ShellSequence } from '../shell/script.ts';
import { kubectlCall } from '../shell/kubectl.ts';
import type { Found, LintRule } from './rule.ts';

function changesManifests(command: ShellCommand): boolean {
  const text = command.words.map((word) => word.text).join(' ');
  return /^kustomize edit\b/.test(text) || /^(yq|sed)\b.*-i.*\.ya?ml/.test(text);
}

function pushes(command: ShellCommand): boolean {
  return argumentsOf(command, 'git')?.some((word) => word.text === 'push') === true;
}

function waitsForSync(command: ShellCommand): boolean {
  const flux = argumentsOf(command, 'flux')?.[0]?.text;
  const argocd = argumentsOf(command, 'argocd')?.map((word) => word.text) ?? [];
  if (flux === 'reconcile' || argocd.includes('wait') || argocd.includes('sync')) return true;
  const call = kubectlCall(command);
  return call?.verb.text === 'wait' && /kustomization|application/i.test(call.operands[0]?.text ?? '');
}

function startsPods(command: ShellCommand): boolean {
  const call = kubectlCall(command);
  if (call === undefined) return false;
  const restarts = call.verb.text === 'rollout' && call.operands[0]?.text === 'restart';
  return restarts || (call.verb.text === 'scale' && call.flags.get('replicas') !== '0');
}

function early(sequence: ShellSequence): readonly Found[] {
  let changed = false;
  let pushedAt: number | undefined;
  for (const command of pipelinesOf(sequence).flatMap((pipeline) => pipeline.commands)) {
    if (changesManifests(command)) changed = true;
    else if (pushes(command) && changed) pushedAt = command.place.line;
    else if (waitsForSync(command)) pushedAt = undefined;
    else if (pushedAt !== undefined && startsPods(command)) {
      return [
        {
          place: command.place,
          why: `the new image is pushed to git (line ${pushedAt}) and applied some time later; nothing waits for that before pods are started`,
        },
      ];
    }
  }
  return [];
}

export const scaleBeforeSync: LintRule = {
  id: 'L24',
  title: 'Pods are started before GitOps has applied the new image',
  effect: 'the pods start with the old image, and the tests pass on the old build',
  fix: 'wait for the commit: flux reconcile kustomization NAME --with-source, then check the image of the running pods',
  source: 'delivery L24',
  check: (input) => input.sequences.flatMap(early),
};
