import type { Finding } from './campaign.ts';

export type Group = readonly [signature: string, findings: readonly Finding[]];

/** Alike but for their numbers, the most frequent first, each with the one in front that shows after the fewest steps. */
export function groups(findings: readonly Finding[]): readonly Group[] {
  const grouped = Map.groupBy(findings, ({ difference: { step, model, server } }) => {
    const kind = typeof step === 'string' ? step : step.kind;
    return `${kind}: ${masked(model)} / ${masked(server)}`;
  });
  return [...grouped]
    .map(([signature, alike]): Group => [
      signature,
      alike.toSorted((left, right) => left.difference.place - right.difference.place),
    ])
    .sort(([, left], [, right]) => right.length - left.length);
}

function masked(text: string): string {
  return text
    .replace(/\{.*\}/, '{…}')
    .replaceAll(/\d+/g, '#')
    .slice(0, 120);
}
