import { expect, test } from 'vitest';
import { HostClock, Kernel, SimProcess } from '../../../sim/kernel/index.ts';
import { Network, RpcFabric, SimHttp } from '../../../sim/network/index.ts';

const second = 1_000_000;

function setUp() {
  const kernel = new Kernel({ seed: 11n });
  const network = new Network(kernel);
  const serverHost = network.addHost('server');
  const clientHost = network.addHost('client');
  const fabric = new RpcFabric(network, {
    endpoints: (name) => (name === 'service' ? [serverHost] : []),
  });
  const serverProcess = new SimProcess(kernel, 'server', 'server', new HostClock(kernel));
  const clientProcess = new SimProcess(kernel, 'client', 'client', new HostClock(kernel));
  let dials = 0;
  const dial = network.dial.bind(network);
  network.dial = (...parameters) => {
    dials++;
    dial(...parameters);
  };
  const http = new SimHttp(fabric.forHttp(clientProcess, clientHost), clientProcess);
  const seen: string[] = [];
  const ask = (path: string, timeoutMs = 1000): void =>
    void http.request('service:1', { method: 'GET', path, headers: {}, body: '' }, timeoutMs).then(
      (response) => seen.push(`${response.body} at ${(kernel.nowUs / second).toFixed(1)}`),
      (error: { code: string }) => seen.push(`${error.code} at ${(kernel.nowUs / second).toFixed(1)}`),
    );
  // Answers `/2000` after two seconds.
  new SimHttp(fabric.forHttp(serverProcess, serverHost), serverProcess).serve(1, async ({ path }) => {
    await serverProcess.sleep(Number(path.slice(1)));
    return { status: 200, body: path };
  });
  return { kernel, network, serverHost, clientHost, serverProcess, ask, seen, dials: () => dials };
}

test('a connection is kept, and requests at the same time have one each', async () => {
  const { kernel, ask, seen, dials } = setUp();
  ask('/10');
  await kernel.run(second);
  ask('/10');
  await kernel.run(2 * second);
  expect(dials()).toBe(1);
  ask('/100');
  ask('/200');
  await kernel.run(3 * second);
  expect(dials()).toBe(2);
  expect(seen).toEqual(['/10 at 0.0', '/10 at 1.0', '/100 at 2.1', '/200 at 2.2']);
});

test('who runs out of time takes nobody else along, and is not answered later', async () => {
  const { kernel, ask, seen } = setUp();
  ask('/900');
  ask('/1500');
  await kernel.run(3 * second);
  expect(seen).toEqual(['/900 at 0.9', 'timeout at 1.0']);
});

test('after a cut of any length the next request is answered at once', async () => {
  const { kernel, network, serverHost, clientHost, ask, seen } = setUp();
  ask('/10');
  await kernel.run(second);
  const applied = network.impose({ cut: true }, [clientHost], [serverHost]);
  for (let at = 1; at < 300; at += 2) {
    ask('/10');
    await kernel.run(at * second + 2 * second);
  }
  network.lift(applied);
  const failed = seen.length;
  ask('/10');
  await kernel.run(302 * second);
  expect(seen[failed]).toBe('/10 at 301.0');
});

test('a connection that the server ended is not used again', async () => {
  const { kernel, network, serverHost, serverProcess, ask, seen, dials } = setUp();
  ask('/10');
  await kernel.run(second);
  network.closeAllOf(serverProcess, serverHost);
  await kernel.run(2 * second);
  ask('/10');
  await kernel.run(3 * second);
  expect(dials()).toBe(2);
  expect(seen.at(-1)).toBe('/10 at 2.0');
});
