import { Session, type Profiler } from 'node:inspector/promises';

/** Share of CPU time by room of the code, largest first. */
export interface ProfileShare {
  readonly room: string;
  readonly share: number;
}

/** Runs `work` under the CPU profiler and adds up self time by room (`sim/nats`, `system/defender`, garbage collection, …). */
export async function profileByRoom<T>(
  work: () => Promise<T>,
): Promise<{ readonly result: T; readonly shares: readonly ProfileShare[] }> {
  const session = new Session();
  session.connect();
  await session.post('Profiler.enable');
  await session.post('Profiler.setSamplingInterval', { interval: 500 });
  await session.post('Profiler.start');
  const result = await work();
  const { profile } = await session.post('Profiler.stop');
  session.disconnect();
  return { result, shares: sharesOf(profile) };
}

function sharesOf(profile: Profiler.Profile): readonly ProfileShare[] {
  const rooms = new Map<number, string>();
  for (const node of profile.nodes)
    rooms.set(node.id, roomOf(node.callFrame.url, node.callFrame.functionName));
  const samples = profile.samples ?? [];
  const totals = new Map<string, number>();
  for (const sample of samples) {
    const room = rooms.get(sample) ?? 'unknown';
    totals.set(room, (totals.get(room) ?? 0) + 1);
  }
  totals.delete('idle');
  const sum = [...totals.values()].reduce((total, count) => total + count, 0);
  return [...totals]
    .map(([room, count]) => ({ room, share: count / sum }))
    .sort((left, right) => right.share - left.share);
}

function roomOf(url: string, functionName: string): string {
  if (functionName === '(garbage collector)') return 'garbage collection';
  if (functionName === '(idle)') return 'idle';
  const match = /\/(system|sim|chaos|scenarios|reports|bench)\/([a-z-]+)(\/|\.ts)/.exec(url);
  if (match !== null) return `${match[1]}/${match[2]}`;
  return url.includes('node_modules') ? 'libraries' : 'runtime';
}
