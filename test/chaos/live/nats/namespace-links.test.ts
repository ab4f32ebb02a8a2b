import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { BridgeSlot } from '../../../../chaos/live/nats/bridge-slot.ts';
import { Guard } from '../../../../chaos/live/nats/guard.ts';
import { LiveCluster } from '../../../../chaos/live/nats/index.ts';
import { ip } from '../../../../chaos/live/nats/ip-command.ts';
import { NamespaceLinks } from '../../../../chaos/live/nats/namespace-links.ts';
import type { ServerPlace } from '../../../../chaos/live/nats/server-links.ts';
import { cacheWith, commandsWith } from './fake-server.ts';
import { namespacesMissing } from './namespaces-here.ts';

const patience = { timeout: 20_000, interval: 50 };

afterEach(() => {
  vi.unstubAllEnvs();
});

/** Says a line for each thing that happens to it, by its first letter. */
const listening = `require('node:net').createServer((socket) => {
  socket.on('data', (bytes) => { console.log('heard'); socket.write(bytes); });
  for (const end of ['error', 'close']) socket.on(end, () => console.log('lost'));
}).listen(PORT, 'ADDRESS', () => console.log('ready'))`;
const talking = `const socket = require('node:net').connect(PORT, 'ADDRESS');
socket.setNoDelay(true);
socket.on('data', () => console.log('answered'));
for (const end of ['error', 'close']) socket.on(end, () => console.log('lost'));
setInterval(() => socket.write('x'), 50)`;

interface Speaker {
  count(word: string): number;
}

function speaker(place: ServerPlace, program: string, peer: ServerPlace, guard: Guard): Speaker {
  const code = program.replace('PORT', String(peer.routePort)).replace('ADDRESS', peer.address);
  const child = guard.spawn([...place.prefix, process.execPath, '-e', code], 'pipe', 'inherit');
  let said = '';
  child.stdout?.on('data', (bytes: Buffer) => (said += bytes.toString()));
  return { count: (word) => said.split(`${word}\n`).length - 1 };
}

test.skipIf(namespacesMissing)(
  'a cut direction is silent, the connection outlives it',
  { timeout: 60_000 },
  async () => {
    const guard = new Guard(mkdtempSync(join(tmpdir(), 'tfdc-links-')));
    try {
      const links = NamespaceLinks.open(2, guard);
      const [here, there] = links.places;
      if (here === undefined || there === undefined) throw new Error('two were asked for');
      const listener = speaker(there, listening, there, guard);
      await vi.waitFor(() => expect(listener.count('ready')).toBe(1), patience);
      const talker = speaker(here, talking, there, guard);
      await vi.waitFor(() => expect(talker.count('answered')).toBeGreaterThan(3), patience);

      const heard = listener.count('heard');
      links.cut(1, 0);
      // Until the sender finds that nothing is confirmed.
      await vi.waitFor(() => expect(listener.count('heard')).toBeGreaterThan(heard), patience);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const answered = talker.count('answered');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(talker.count('answered')).toBe(answered);
      links.heal(1, 0);
      await vi.waitFor(() => expect(talker.count('answered')).toBeGreaterThan(answered), patience);

      links.cut(0, 1);
      await new Promise((resolve) => setTimeout(resolve, 300));
      const before = listener.count('heard');
      await new Promise((resolve) => setTimeout(resolve, 500));
      expect(listener.count('heard')).toBe(before);
      links.heal(0, 1);
      await vi.waitFor(() => expect(listener.count('heard')).toBeGreaterThan(before), patience);
      expect(talker.count('lost') + listener.count('lost')).toBe(0);
    } finally {
      await guard.end();
    }
  },
);

test.skipIf(namespacesMissing)('what a dead process has left is removed by the next one', async () => {
  const owner = spawn('sleep', ['600']);
  const left = BridgeSlot.claim(owner.pid ?? 0);
  const space = left.namespace(7);
  expect(ip(['netns', 'add', space]).complaint).toBeUndefined();
  const ended = new Promise((resolve) => owner.once('exit', resolve));
  owner.kill('SIGKILL');
  await ended;
  const guard = new Guard(mkdtempSync(join(tmpdir(), 'tfdc-leftovers-')));
  try {
    NamespaceLinks.open(1, guard);
    expect(existsSync(`/run/netns/${space}`)).toBe(false);
  } finally {
    await guard.end();
  }
});

test('a machine where namespaces cannot be made is told in one message', async () => {
  const refusal = "echo 'RTNETLINK answers: Operation not permitted' >&2; exit 2";
  vi.stubEnv('TFDC_CACHE', cacheWith('2.12.15', 'nats-server: v2.12.15', 'exec sleep 600'));
  vi.stubEnv('PATH', `${commandsWith('ip', refusal)}:${process.env['PATH'] ?? ''}`);
  const options = { version: '2.12.15', name: 'none', nodeCount: 3, formWithinMs: 700 } as const;
  await expect(LiveCluster.start({ ...options, links: 'namespaces' })).rejects.toMatchObject({
    problem: 'network namespaces cannot be made here: RTNETLINK answers: Operation not permitted',
    command: expect.stringMatching(/run as root on Linux/),
  });
});
