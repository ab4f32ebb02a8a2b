import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { expect, test } from 'vitest';

const root = resolve(import.meta.dirname, '../..');

/** What each room may import, by the longest prefix that fits: the rooms below it, never sideways into another's inside (DESIGN, layout). */
const allowed: Readonly<Record<string, readonly string[]>> = {
  'system/ports': [],
  'system/charts': [],
  'system/kafka-client': ['system/ports'],
  'system/collector': ['system/ports', 'system/charts', 'system/kafka-client'],
  'system/defender': ['system/ports', 'system/charts', 'system/kafka-client'],
  'system/election-agent': ['system/ports'],
  'system/routing': ['system/ports', 'system/charts'],
  'system/adapters': ['system/ports'],
  'system/adapters/cache': ['system/ports', 'system/charts', 'system/defender'],
  'sim/kernel': ['system/ports'],
  'sim/network': ['system/ports', 'sim/kernel'],
  'sim/history': ['system/ports', 'sim/kernel', 'sim/equipment', 'sim/kubernetes'],
  'sim/nats': ['system/ports', 'sim/kernel', 'sim/network'],
  'sim/kafka': ['system/ports', 'sim/kernel', 'sim/network'],
  'sim/cassandra': ['system/ports', 'sim/kernel', 'sim/network'],
  'sim/kubernetes': ['system/ports', 'sim/kernel', 'sim/network'],
  'sim/prometheus': ['system/ports', 'sim/kernel', 'sim/network'],
  'sim/equipment': ['system/ports', 'system/charts', 'sim/kernel', 'sim/network'],
  sim: ['system', 'sim'],
  chaos: ['system/ports', 'sim'],
  reports: ['scenarios/run-result.ts', 'chaos', 'system/ports'],
  scenarios: ['system', 'sim', 'chaos', 'reports'],
  bench: ['system', 'sim', 'chaos', 'scenarios', 'reports'],
};

function sourceFiles(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) return sourceFiles(path);
    return path.endsWith('.ts') ? [path] : [];
  });
}

function roomOf(path: string): string | undefined {
  return Object.keys(allowed)
    .filter((room) => path === room || path.startsWith(`${room}/`))
    .sort((left, right) => right.length - left.length)[0];
}

function inside(path: string, rooms: readonly string[]): boolean {
  return rooms.some((room) => path === room || path.startsWith(`${room}/`));
}

test('each room imports only what lies below it', () => {
  const offences: string[] = [];
  let seen = 0;
  for (const top of ['system', 'sim', 'chaos', 'scenarios', 'reports', 'bench']) {
    for (const file of sourceFiles(join(root, top))) {
      const path = relative(root, file).split(sep).join('/');
      const room = roomOf(path);
      if (room === undefined) {
        offences.push(`${path} lies in no room`);
        continue;
      }
      for (const match of readFileSync(file, 'utf8').matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)) {
        seen++;
        const target = relative(root, resolve(dirname(file), match[1] ?? ''))
          .split(sep)
          .join('/');
        if (!inside(target, [room, ...(allowed[room] ?? [])])) offences.push(`${path} imports ${target}`);
      }
    }
  }
  expect(offences).toEqual([]);
  expect(seen).toBeGreaterThan(50);
});
