import type { LintRule } from './rule.ts';

const completion = 'dc.tool.complete'.split('.');

/** Whether a stream's subject takes the subject of a completion of some tool. */
function covers(subject: string): boolean {
  const tokens = subject.split('.');
  for (const [index, token] of tokens.entries()) {
    if (token === '>') return index < completion.length;
    const wanted = completion[index];
    if (wanted === undefined) return false;
    // The second token is the tool: a stream for one tool takes some completions, too.
    if (token !== '*' && token !== wanted && index !== 1) return false;
  }
  return tokens.length >= completion.length;
}

export const completionWithoutStream: LintRule = {
  id: 'L21',
  title: 'No stream takes dc.<tool>.complete',
  effect: 'every publish of a completion fails (no responders): contexts are collected and never processed',
  fix: 'add the stream dc-notifications with the subject dc.> (work-queue, R3, file) on both clusters',
  source: 'delivery L21, C7',
  check: ({ streams }) => {
    const first = streams[0];
    if (first === undefined) return [];
    const subjects = streams.flatMap((stream) => stream.subjects);
    if (subjects.some(covers)) return [];
    return [{ place: first.place, why: `the streams take ${subjects.join(', ')} only` }];
  },
};
