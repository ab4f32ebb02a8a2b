import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeHttp } from '../../../../system/adapters/http/node-http.ts';
import { FileStore } from '../../../../system/adapters/store/file-store.ts';
import type { Clock, Timer } from '../../../../system/ports/clock.ts';
import { defaultManagementSettings } from '../../../../system/routing/management/settings.ts';
import { startManagement } from '../../../../system/routing/management/start.ts';

/** The time of this machine. */
const clock: Clock = {
  wallMs: () => Date.now(),
  wallUs: () => Date.now() * 1000,
  monotonicMs: () => performance.now(),
  sleep: (durationMs) => new Promise((resolve) => setTimeout(resolve, durationMs)),
  after: (durationMs, callback): Timer => {
    const timer = setTimeout(callback, durationMs);
    return { cancel: () => clearTimeout(timer) };
  },
  every: (periodMs, callback): Timer => {
    const timer = setInterval(callback, periodMs);
    return { cancel: () => clearInterval(timer) };
  },
};
const http = new NodeHttp({ host: '127.0.0.1', maxBodyBytes: 16 * 1024 * 1024 });
const nothing = { add: () => undefined, set: () => undefined, observe: () => undefined };

/** Management as it runs for real, apart from the process round it. */
class RealManagement {
  readonly address: string;
  readonly #terminate: () => void;
  readonly #ended: Promise<void>;

  constructor(address: string, terminate: () => void, ended: Promise<void>) {
    this.address = address;
    this.#terminate = terminate;
    this.#ended = ended;
  }

  static async started(port: number, folder: string): Promise<RealManagement> {
    const ended = Promise.withResolvers<void>();
    let terminate = (): void => undefined;
    const process = {
      name: 'management-0',
      uid: 'u1',
      environment: {},
      onTerminate: (handler: () => void) => {
        terminate = handler;
      },
      setReady: () => undefined,
      setAlive: () => undefined,
      exit: () => ended.resolve(),
      work: () => Promise.resolve(),
    };
    await startManagement(
      {
        clock,
        random: {
          uint32: () => Math.floor(Math.random() * 2 ** 32),
          float: () => Math.random(),
          integer: (low, high) => low + Math.floor(Math.random() * (high - low + 1)),
        },
        http,
        store: new FileStore(folder),
        process,
        telemetry: {
          counter: () => nothing,
          gauge: () => nothing,
          histogram: () => nothing,
          event: () => undefined,
        },
      },
      {
        ...defaultManagementSettings,
        port,
        inventory: ['T1', 'T2', 'T3'].map((tool) => ({ tool, critical: false, typicalCycleMs: 1 })),
        tokens: [{ token: 'ship', name: 'rollout', role: 'release' }],
      },
    );
    return new RealManagement(`127.0.0.1:${port}`, terminate, ended.promise);
  }

  async ask(
    path: string,
    body?: string,
    token = 'ship',
  ): Promise<{ readonly status: number; readonly body: unknown }> {
    const request = {
      method: body === undefined ? 'GET' : 'POST',
      path: `/api/v1/routing/${path}`,
      // One connection a request: the process at the other end is replaced in between.
      headers: { authorization: `Bearer ${token}`, connection: 'close' },
      body: body ?? '',
    } as const;
    const response = await http.request(this.address, request, 30_000);
    return { status: response.status, body: JSON.parse(response.body) };
  }

  async stop(): Promise<void> {
    this.#terminate();
    await this.#ended;
  }
}

let folder: string;
let port: number;
let management: RealManagement;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'management-'));
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', () => resolve()));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  port = address.port;
  management = await RealManagement.started(port, folder);
});
afterEach(async () => {
  await management.stop();
  await rm(folder, { recursive: true });
});

const expand = (tools: readonly string[], requestId: string): string =>
  JSON.stringify({ action: 'expand_canary', tools, requestId });

test(
  'over HTTP, with files: changes are made, refused with their place, and outlive the process',
  { timeout: 60_000 },
  async () => {
    expect((await management.ask('canary', undefined, 'nobody')).status).toBe(401);
    expect(await management.ask('update', expand(['T1'], 'a'))).toEqual({
      status: 200,
      body: { revision: 2, repeated: false },
    });
    expect(
      await management.ask('update', '{"action":"expand_canary","requestId":"b","tools":["T2"'),
    ).toMatchObject({
      status: 400,
      body: { error: 'bad-request' },
    });
    const million = Array.from({ length: 1_000_000 }, (_, index) => `X${index}`);
    expect((await management.ask('update', expand(million, 'c'))).status).toBe(413);
    await management.stop();
    management = await RealManagement.started(port, folder);
    expect(await management.ask('canary')).toMatchObject({
      status: 200,
      body: { tools: ['T1'], revision: 2 },
    });
    expect(await management.ask('update', expand(['T1'], 'a'))).toMatchObject({ body: { repeated: true } });
  },
);

test('two writers with the same revision: one wins', async () => {
  const change = (tool: string): string =>
    JSON.stringify({ action: 'expand_canary', tools: [tool], requestId: tool, expectedRevision: 1 });
  const answers = await Promise.all(['T1', 'T2', 'T3'].map((tool) => management.ask('update', change(tool))));
  expect(answers.map(({ status }) => status).toSorted((one, two) => one - two)).toEqual([200, 409, 409]);
});
