import { describe, expect, test } from 'vitest';
import type { RpcOutcome } from '../../../system/ports/rpc.ts';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network, RpcFabric, SimHttp } from '../../../sim/network/index.ts';

const second = 1_000_000;

function setUp(servers = 2, balance: 'round-robin' | 'pinned' = 'round-robin') {
  const kernel = new Kernel({ seed: 11n });
  const network = new Network(kernel);
  const hosts: number[] = [];
  const fabric = new RpcFabric(network, { endpoints: (name) => (name === 'service' ? hosts : []) });
  const machines = Array.from({ length: servers }, (_, index) => {
    const host = network.addHost(`server-${index}`);
    const process = new SimProcess(kernel, `server-${index}`, `server-${index}`, new HostClock(kernel));
    const rpc = fabric.forProcess(process, host);
    hosts.push(host);
    return { host, process, rpc };
  });
  const clientHost = network.addHost('client');
  const clientProcess = new SimProcess(kernel, 'client', 'client', new HostClock(kernel));
  const client = fabric.forProcess(clientProcess, clientHost, balance);
  const outcomes: { outcome: RpcOutcome; timeUs: number }[] = [];
  const call = (request: unknown, deadlineMs = 1000, target = 'service:1'): void =>
    client.call(target, '/m', request, { metadata: {}, deadlineMs }, (outcome) =>
      outcomes.push({ outcome, timeUs: kernel.nowUs }),
    );
  return { kernel, network, fabric, machines, client, clientProcess, clientHost, call, outcomes };
}

describe('calls', () => {
  test('are answered, in turn by every endpoint', async () => {
    const { kernel, machines, call, outcomes } = setUp();
    machines.forEach((machine, index) =>
      machine.rpc.serve(1, {
        '/m': (received, reply) =>
          reply({ status: 'OK', message: '', response: [index, received.request], metadata: {} }),
      }),
    );
    for (let index = 0; index < 4; index++) call(index);
    await kernel.run(second);
    const answers = outcomes.map(({ outcome }) => outcome.response as [number, number]);
    expect(answers.sort((left, right) => left[1] - right[1]).map((answer) => answer[0])).toEqual([
      0, 1, 0, 1,
    ]);
  });

  test('of a pinned client stay on one endpoint until it is lost', async () => {
    const { kernel, machines, call, outcomes, network } = setUp(3, 'pinned');
    machines.forEach((machine, index) =>
      machine.rpc.serve(1, {
        '/m': (_, reply) => reply({ status: 'OK', message: '', response: index, metadata: {} }),
      }),
    );
    for (let index = 0; index < 5; index++) call(index);
    await kernel.run(second);
    const first = outcomes[0]?.outcome.response as number;
    expect(outcomes.map(({ outcome }) => outcome.response)).toEqual(Array(5).fill(first));
    const machine = machines[first];
    if (machine === undefined) throw new Error('no machine');
    machine.process.kill();
    network.closeAllOf(machine.process, machine.host);
    await kernel.run(2 * second);
    call('after');
    await kernel.run(3 * second);
    expect(outcomes[5]?.outcome.response).not.toBe(first);
  });

  test('to nobody, and to a machine that refuses, fail at once and say that nothing was sent', async () => {
    const { kernel, call, outcomes } = setUp();
    call('nobody', 1000, 'unknown:1');
    call('refused');
    await kernel.run(second);
    expect(outcomes.map(({ outcome }) => [outcome.status, outcome.metadata['sent']])).toEqual([
      ['UNAVAILABLE', 'no'],
      ['UNAVAILABLE', 'no'],
    ]);
    expect(outcomes[1]?.timeUs).toBeLessThan(10_000);
  });

  test('end with their deadline where no answer comes, though they may have happened', async () => {
    const { kernel, machines, call, outcomes } = setUp(1);
    let handled = 0;
    machines[0]?.rpc.serve(1, { '/m': () => handled++ });
    call('silent', 700);
    await kernel.run(2 * second);
    expect(handled).toBe(1);
    expect(outcomes[0]?.outcome.status).toBe('DEADLINE_EXCEEDED');
    expect(outcomes[0]?.outcome.metadata['sent']).toBeUndefined();
    expect(outcomes[0]?.timeUs).toBe(700_000);
  });

  test('in flight when the server dies are ambiguous', async () => {
    const { kernel, machines, call, outcomes, network } = setUp(1);
    const machine = machines[0];
    if (machine === undefined) throw new Error('no machine');
    machine.rpc.serve(1, { '/m': () => undefined });
    call('in flight', 60_000);
    await kernel.run(second);
    machine.process.kill();
    network.closeAllOf(machine.process, machine.host);
    await kernel.run(2 * second);
    expect(outcomes[0]?.outcome.status).toBe('UNAVAILABLE');
    expect(outcomes[0]?.outcome.metadata['sent']).toBeUndefined();
  });

  test('in flight are finished when a server closes, and new ones are refused', async () => {
    const { kernel, machines, call, outcomes } = setUp(1);
    const machine = machines[0];
    if (machine === undefined) throw new Error('no machine');
    const replies: (() => void)[] = [];
    const server = machine.rpc.serve(1, {
      '/m': (_, reply) =>
        replies.push(() => reply({ status: 'OK', message: '', response: 'done', metadata: {} })),
    });
    call('first', 10_000);
    await kernel.run(second);
    let closed = false;
    void server.close().then(() => (closed = true));
    call('second', 10_000);
    await kernel.run(2 * second);
    expect(closed).toBe(false);
    expect(outcomes.map(({ outcome }) => [outcome.status, outcome.metadata['sent']])).toEqual([
      ['UNAVAILABLE', 'no'],
    ]);
    kernel.at(2 * second + 1, () => replies[0]?.(), undefined, undefined);
    await kernel.run(3 * second);
    expect(closed).toBe(true);
    expect(outcomes[1]?.outcome.response).toBe('done');
  });
});

test('HTTP tells refusal, time-out and loss apart', async () => {
  const { kernel, machines, fabric, clientProcess, clientHost, network } = setUp(1);
  const machine = machines[0];
  if (machine === undefined) throw new Error('no machine');
  const http = new SimHttp(fabric.forHttp(clientProcess, clientHost), clientProcess);
  const request = { method: 'GET', path: '/x', headers: {}, body: '' } as const;
  const seen: string[] = [];
  const ask = (authority: string): void =>
    void http.request(authority, request, 1000).then(
      (response) => seen.push(`${response.status} ${response.body}`),
      (error: { code: string }) => seen.push(error.code),
    );
  ask('service:2');
  await kernel.run(second);
  new SimHttp(fabric.forHttp(machine.process, machine.host), machine.process).serve(2, async ({ path }) => {
    await machine.process.sleep(path === '/x' ? 10 : 5000);
    return { status: 404, body: path };
  });
  await kernel.run(3 * second);
  ask('service:2');
  await kernel.run(4 * second);
  machine.process.freeze();
  ask('service:2');
  await kernel.run(6 * second);
  ask('service:2');
  kernel.at(
    6.5 * second,
    () => {
      machine.process.kill();
      network.closeAllOf(machine.process, machine.host);
    },
    undefined,
    undefined,
  );
  await kernel.run(8 * second);
  expect(seen).toEqual(['connection-refused', '404 /x', 'timeout', 'disconnected']);
});
